"""What no route foresaw: one sentence for the visitor, kind and place for the log, and no value for either."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.gate.trouble import trouble
from pages.shared.process_log import log_fault
from secure_zone.errors import ZoneError


class Faults:
    """Catches before the server does, which would log the exception with its message and drop the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except ClientDisconnect:
            return
        except Exception as error:  # the last one that can: whatever it is, nobody else may tell of it
            if not isinstance(error, ZoneError):
                log_fault("A request", error)
            if scope["type"] == "http" and not begun:
                await trouble(Request(scope), _told(error))(scope, receive, send)


def _told(error: Exception) -> ZoneError:
    if isinstance(error, ZoneError):
        return error
    told = ZoneError("Something went wrong on our side. Nothing was changed. Load the page again, or tell a custodian.")
    told.status = 500
    return told
