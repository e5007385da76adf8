"""The one place that lets somebody in: without a session there is the sign-in, and nothing else.

It stands before everything Streamlit serves: pages, program files, uploads, media, components, metrics, the agent API
and the WebSocket. What may pass without a session is a short list of exact paths, so that a new URL is closed unless
somebody opens it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.gate.door import Door
from pages.gate.requests import from_our_own_page, token_of
from secure_zone.errors import ZoneUnavailable

HEALTH = "/_stcore/health"
ASSETS = frozenset({"/gate/gate.css", "/gate/sign_in.js", "/gate/favicon.svg", "/gate/font.woff2"})
READING = frozenset({"GET", "HEAD"})
OPEN: Mapping[str, frozenset[str]] = dict.fromkeys([*sorted(ASSETS), HEALTH], READING) | dict.fromkeys(
    ["/sign-in", "/sign-out"], READING | {"POST"}
)
UNTIL_ENROLLED = frozenset({"/enrolment", "/gate/session"})
MACHINERY = ("/_stcore/", "/static/", "/media/", "/component/", "/gate/", "/app/", "/auth/", "/export/")
# Streamlit keeps what a page offers as media for anybody who knows the address, and its figures count all visitors.
# No page of ours uses either: files are passed on from the custodian, as their reader (pages/gate/audit_file.py).
CLOSED = ("/media/", "/_stcore/metrics")


def is_page(path: str) -> bool:
    """Whether a path is one that people visit, rather than a file or a channel a page asks for.

    From /users, Streamlit's page asks for /users/_stcore/health first, to find out where it is: that is no page either.

    >>> is_page("/users"), is_page("/users/_stcore/health"), is_page("/manifest.json")
    (True, False, False)
    """
    return not any(part in path for part in MACHINERY) and "." not in path.rsplit("/", 1)[-1]


class Gate:
    """Asks the custodian, for each request that is not open to everybody, whose session it belongs to."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = await self.refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "Sign in first."})

    async def refusal(self, scope: Scope) -> Response | None:
        """The answer instead of what was asked for; none when it may pass."""
        connection = HTTPConnection(scope)
        path = scope["path"]
        method = scope.get("method", "GET") if scope["type"] == "http" else "WEBSOCKET"
        if method not in READING and not from_our_own_page(connection):
            return PlainTextResponse("Refused: this must be asked for by a page of this very address.", 403)
        if path in OPEN and scope["type"] == "http":
            return None if method in OPEN[path] else PlainTextResponse("Refused.", 405)
        try:
            session = await self.door.session(token_of(connection))
        except ZoneUnavailable:
            session = None
        visiting = method in READING and (is_page(path) or path.startswith("/export/"))
        if session is None:
            if not visiting:
                return PlainTextResponse("Sign in first: /sign-in", 401)
            after = "" if path == "/" else f"?next={quote(path, safe='/')}"
            return RedirectResponse(f"/sign-in{after}", 303)
        if session.must_enrol and path not in UNTIL_ENROLLED:
            return (
                RedirectResponse("/enrolment", 303) if visiting else PlainTextResponse("Enrol first: /enrolment", 403)
            )
        if path.startswith(CLOSED):
            return PlainTextResponse("There is nothing here.", 404)
        scope["varde.session"] = session
        return None
