"""What every request must stay within, and one line in the log for each: method, route, status, time; never a value."""

from __future__ import annotations

import logging
import time
from http import HTTPMethod, HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secure_zone.custodian import problems
from secure_zone.errors import BadInput

log = logging.getLogger("varde.custodian")
LARGEST_BODY = 64 * 1024
METHODS = frozenset(HTTPMethod)


class Limits:
    """Refuses bodies above LARGEST_BODY before anything reads them, and forbids caching of answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, method = time.perf_counter(), 0, scope["method"]

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"cache-control", b"no-store")]
            await send(message)

        body = await _whole_body(receive)
        if body is None:
            error = BadInput("The request is too large.", code="too_large")
            error.status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            await problems.answer(error)(scope, receive, answered)
        else:
            try:
                await self._app(scope, _Replay(body, receive), answered)
            except Exception as error:
                # The last place before the server, which would log the message and the values in it.
                failed = problems.unexpected(error)
                if status == 0:
                    await failed(scope, receive, answered)
        route = getattr(scope.get("route"), "path", "-")
        known = method if method in METHODS else "-"
        log.info("%s %s %d %.0f ms", known, route, status, 1000 * (time.perf_counter() - started))


async def _whole_body(receive: Receive) -> bytes | None:
    """The body, or None when it is larger than allowed. What comes after the limit is read and dropped."""
    body, too_large = bytearray(), False
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        if not too_large:
            body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            too_large, body = True, bytearray()
        if not message.get("more_body", False):
            return None if too_large else bytes(body)


class _Replay:
    """Gives the body once, then whatever the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
