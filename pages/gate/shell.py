"""Streamlit's empty page, made ours: the right language, our name, no scripts in the page, and the session watch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.gate.gate import OPEN, UNTIL_ENROLLED, is_page
from pages.gate.trouble import trouble
from pages.shared.texts import catalogue
from secure_zone.api.models import SessionView
from secure_zone.errors import NotFound, Refused
from secure_zone.permissions import Verb, may

STATIC = Path(streamlit.__file__).parent / "static"
OURS = """<link rel="icon" type="image/svg+xml" href="/gate/favicon.svg" />
    <link rel="stylesheet" href="/gate/workbench.css" />
    <script src="/gate/workbench.js" defer></script>
    <title>Varde</title>"""


@cache
def shell(language: str) -> str:
    """Streamlit's index.html for a reader of `language`; raises when it is not the page we know how to change."""
    page = (STATIC / "index.html").read_text("utf-8")
    _ = catalogue(language).gettext
    needs_script = _("Varde needs JavaScript. Turn it on for this address and load the page again.")
    changes = (
        (r'<html lang="en">', f'<html lang="{language}">'),
        (r"<title>.*?</title>", OURS),
        (r'<link rel="shortcut icon".*?/>', ""),
        (r'<link rel="service-desc".*?/>', ""),
        (r"<script>\s*window\.prerenderReady.*?</script>", ""),
        (r"<noscript>.*?</noscript>", f"<noscript><p>{needs_script}</p></noscript>"),
        (r"<!--.*?-->", ""),
    )
    for pattern, replacement in changes:
        page, count = re.subn(pattern, replacement, page, flags=re.DOTALL)
        if count == 0:
            raise RuntimeError(f"Streamlit's index.html no longer holds {pattern}: pages/gate/shell.py must follow.")
    return page


class Shell:
    """Answers a visit to a page with our shell, or says that it does not exist or is not for this role."""

    def __init__(self, app: ASGIApp, needed: Mapping[str, Verb]) -> None:
        self.app = app
        self.needed = needed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = path in OPEN or path in UNTIL_ENROLLED
        if scope["type"] != "http" or ours or not is_page(path) or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        await self.answer(Request(scope))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        session: SessionView = request.scope["varde.session"]
        verb = self.needed.get(request.url.path)
        if verb is None:
            return trouble(request, NotFound("There is no such page."))
        if not may(session.role, verb):
            return trouble(request, Refused("Your role does not give access to this page."))
        return HTMLResponse(shell(session.language))
