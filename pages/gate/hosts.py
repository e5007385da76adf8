"""The names this app answers to. Another that leads here is somebody else's, made to lead here (DNS rebinding)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
MISDIRECTED = 421


class Hosts:
    """Refuses requests that name another host than this machine, or than the names it is deployed under."""

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self.app = app
        self.names = THIS_MACHINE | {name.strip().lower() for name in names if name.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or host_of(scope) in self.names:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            answer = PlainTextResponse("Varde does not answer to this name. See docs/deploying.md.", MISDIRECTED)
            await answer(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "Not a name of this app."})


def host_of(scope: Scope) -> str | None:
    """The one host a request names, without its port; none when it names none, several, or something odd.

    >>> [host_of({"headers": [(b"host", name)]}) for name in (b"LocalHost:8501", b"[::1]:80", b"a@localhost", b"")]
    ['localhost', '::1', None, None]
    """
    named = Headers(scope=scope).getlist("host")
    if len(named) != 1 or any(sign in named[0] for sign in "@/?#\\ "):
        return None
    try:
        return urlsplit(f"//{named[0]}").hostname
    except ValueError:
        return None
