"""The app as a server: Streamlit behind the gate, on one port of this machine.

`python -m pages.shared.server ZONE PORT`, from the folder that holds app.py, is what `varde app` starts.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from pages.gate import own_files
from pages.gate.door import Door
from pages.gate.enrolment import Enrolling
from pages.gate.gate import Gate
from pages.gate.headers import Headers
from pages.gate.shell import Shell
from pages.gate.sign_in import SignIn
from pages.gate.trouble import trouble
from pages.shared import navigation, notices
from secure_zone.errors import ZoneError

SCRIPT = Path(__file__).parents[2] / "app.py"
HOST = "127.0.0.1"


def build(zone: Path) -> st.App:
    """The app for one zone. Order matters: headers on every answer, then the gate, then all the rest."""
    os.environ["VARDE_ZONE"] = str(zone.absolute())  # where the pages, which Streamlit runs, find the zone
    # There is a folder named pages, so until the first st.navigation Streamlit would look in it for pages of its own,
    # and tell whoever comes first that the page they asked for does not exist.
    PagesManager.uses_pages_directory = False
    door = Door(zone)
    return st.App(
        SCRIPT,
        routes=[*SignIn(door).routes(), *Enrolling(door).routes(), *own_files.routes()],
        middleware=[
            Middleware(Headers),
            Middleware(Gate, door=door),
            Middleware(Shell, needed=navigation.needed()),
        ],
        exception_handlers={ZoneError: trouble},
        on_script_error=notices.unforeseen,
    )


class WithoutValues(logging.Filter):
    """Of an exception only its type: its message, and the messages of what caused it, may hold values."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = f"{record.getMessage()}: {record.exc_info[0].__name__}", ()
            record.exc_info = record.exc_text = None
        return True


def quiet_logs() -> None:
    """No values and no addresses in any log.

    A page that fails is logged by `notices.unforeseen`; Streamlit would log the same exception with its message. Which
    addresses people visit is nobody's to keep.
    """
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("streamlit.error_util").disabled = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(WithoutValues())


def serve(zone: Path, port: int, host: str = HOST) -> None:
    """Serve until told to stop. OSError when the port is taken."""
    quiet_logs()
    uvicorn.run(
        build(zone),
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        ws="websockets-sansio",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
