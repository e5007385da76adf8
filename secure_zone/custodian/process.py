"""The custodian as a process: opens the house, listens, serves until it is told to stop, and leaves nothing open."""

from __future__ import annotations

import logging
import os
import signal
import socket
from types import FrameType

import uvicorn

from secure_zone.custodian.app import create_app
from secure_zone.custodian.house import House
from secure_zone.custodian.listening import listen
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.peers import TellsThePeer
from secure_zone.custodian.process_log import log_to_stderr
from secure_zone.no_core_dumps import forbid_core_dumps
from secure_zone.settings import Settings

log = logging.getLogger("varde.custodian")


def serve(settings: Settings, *, log_level: int = logging.INFO) -> None:
    """Run until SIGTERM or SIGINT. ZoneError when the zone cannot be opened; nothing has been changed then."""
    forbid_core_dumps()
    # Nothing the custodian makes is for others to read, whatever the caller's own setting; a group only if it is named.
    os.umask(0o077 if settings.group is None else 0o027)
    log_to_stderr(log_level)
    with open_house(settings) as house:
        house.verdict.await_first()
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
                http=TellsThePeer,
                ws="none",
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                # uvicorn stops on these, then raises them again; the house must still be closed after that.
                signal.signal(number, _heard)
            _Server(config, house).run(sockets=[listening])
        finally:
            house.verdict.end()
            listening.close()
            settings.socket.unlink(missing_ok=True)
    log.info("custodian stopped")


class _Server(uvicorn.Server):
    """Checks the log as soon as it answers: the check of a long log takes longer than a start may."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        super().__init__(config)
        self._house = house

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._house.verdict.begin(self._house.ledger)


def _heard(_signal: int, _frame: FrameType | None) -> None:
    """The signal has done what it should."""
