"""The app as a server: Streamlit behind the gate, on one port of this machine.

`python -m pages.shared.server ZONE PORT`, from the folder that holds app.py, is what `varde app` starts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from pages.gate import own_files
from pages.gate.audit_file import AuditFile
from pages.gate.door import Door
from pages.gate.enrolment import Enrolling
from pages.gate.faults import Faults
from pages.gate.gate import Gate
from pages.gate.headers import Headers
from pages.gate.hosts import Hosts
from pages.gate.shell import Shell
from pages.gate.sign_in import SignIn
from pages.gate.trouble import trouble
from pages.shared import navigation, notices
from pages.shared.process_log import quiet_logs
from secure_zone.errors import ZoneError
from secure_zone.no_core_dumps import forbid_core_dumps

SCRIPT = Path(__file__).parents[2] / "app.py"
HOST = "127.0.0.1"


def build(zone: Path, names: Sequence[str] = ()) -> st.App:
    """The app for one zone. Order matters: headers on every answer, then faults, then the gate, then all the rest.

    names: what others on the network call this app, besides this machine's own names.
    """
    os.environ["VARDE_ZONE"] = str(zone.absolute())  # where the pages, which Streamlit runs, find the zone
    # There is a folder named pages, so until the first st.navigation Streamlit would look in it for pages of its own,
    # and tell whoever comes first that the page they asked for does not exist.
    PagesManager.uses_pages_directory = False
    door = Door(zone)
    return st.App(
        SCRIPT,
        routes=[*SignIn(door).routes(), *Enrolling(door).routes(), *AuditFile(door).routes(), *own_files.routes()],
        middleware=[
            Middleware(Headers),
            Middleware(Faults),
            Middleware(Hosts, names=names),
            Middleware(Gate, door=door),
            Middleware(Shell, needed=navigation.needed()),
        ],
        exception_handlers={ZoneError: trouble},
        on_script_error=notices.unforeseen,
    )


def serve(zone: Path, port: int, host: str = HOST) -> None:
    """Serve until told to stop. OSError when the port is taken.

    VARDE_APP_NAMES: the names that others on the network reach the app by, separated by commas.
    """
    forbid_core_dumps()
    quiet_logs()
    uvicorn.run(
        build(zone, os.environ.get("VARDE_APP_NAMES", "").split(",")),
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
