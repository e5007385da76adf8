"""The custodian as a process: opens the house, listens, serves until it is told to stop, and leaves nothing open."""

from __future__ import annotations

import logging
import os
import signal
from types import FrameType

import uvicorn

from secure_zone.custodian.app import create_app
from secure_zone.custodian.listening import listen
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.process_log import log_to_stderr
from secure_zone.settings import Settings

log = logging.getLogger("varde.custodian")


def serve(settings: Settings, *, log_level: int = logging.INFO) -> None:
    """Run until SIGTERM or SIGINT. ZoneError when the zone cannot be opened; nothing has been changed then."""
    # Nothing the custodian makes is for others to read, whatever the caller's own setting; a group only if it is named.
    os.umask(0o077 if settings.group is None else 0o027)
    log_to_stderr(log_level)
    with open_house(settings) as house:
        listening = listen(settings)
        try:
            log.info("custodian ready on zone %s", house.facts.zone_id)
            config = uvicorn.Config(
                create_app(house),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=5,
                # Longer than a client keeps a connection, so that it never sends on one that is being closed.
                timeout_keep_alive=30,
                loop="asyncio",
                http="h11",
                ws="none",
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                # uvicorn stops on these, then raises them again; the house must still be closed after that.
                signal.signal(number, _heard)
            uvicorn.Server(config).run(sockets=[listening])
        finally:
            listening.close()
            settings.socket.unlink(missing_ok=True)
    log.info("custodian stopped")


def _heard(_signal: int, _frame: FrameType | None) -> None:
    """The signal has done what it should."""
