"""The page for what the zone refuses or cannot do where no page of its own says so."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pages.gate.html import page
from pages.gate.requests import language_of
from pages.shared.sentences import sentence
from pages.shared.texts import catalogue
from secure_zone.api.models import SessionView
from secure_zone.errors import ZoneError


def trouble(request: Request, error: ZoneError) -> Response:
    """The sentence with the error's own status, in the visitor's language, or in the one the browser asks for."""
    session: SessionView | None = request.scope.get("varde.session")
    language = session.language if session else language_of(request)
    _ = catalogue(language).gettext
    title = _("That did not work")
    return page("trouble.html", language, error.status, title=title, error=sentence(error, language))
