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


def serve(zone: Path, port: int, host: str = HOST) -> None:
    """Serve until told to stop. OSError when the port is taken."""
    # Streamlit logs a failing page's exception with its message, which may hold values. `notices.unforeseen` does not.
    logging.getLogger("streamlit.error_util").disabled = True
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.WARNING)
    # Streamlit gives uvicorn's loggers handlers of its own; addresses of what people visit are nobody's to keep.
    logging.getLogger("uvicorn.access").disabled = True
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
