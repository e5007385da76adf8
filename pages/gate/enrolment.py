"""Setting up the second factor at the first sign-in, or after a reset: nothing else is open until it is done."""

from __future__ import annotations

from base64 import b64encode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pages.gate.door import Door
from pages.gate.html import page
from pages.gate.requests import form_of, token_of
from pages.shared.sentences import sentence
from pages.shared.texts import catalogue
from secure_zone.api.models import Enrolment, SessionView
from secure_zone.errors import BadInput, ZoneError


class Enrolling:
    """The page with the QR code, and the form that confirms it."""

    def __init__(self, door: Door) -> None:
        self.door = door
        # One per session, kept until confirmed: a wrong code must not change what the authenticator has scanned.
        self._started: dict[str, Enrolment] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/enrolment", self.show, methods=["GET"]),
            Route("/enrolment", self.submit, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        session: SessionView = request.scope["varde.session"]
        if not session.must_enrol:
            return RedirectResponse("/", 303)
        return await self.form(request, session)

    async def submit(self, request: Request) -> Response:
        session: SessionView = request.scope["varde.session"]
        fields = await form_of(request)
        passphrase, again = fields.get("new_passphrase"), fields.get("again")
        if passphrase != again:
            return await self.form(request, session, BadInput("The two passphrases are not the same."))
        try:
            await self.door.confirm_enrolment(token_of(request) or "", fields.get("code", ""), passphrase or None)
        except ZoneError as error:
            return await self.form(request, session, error)
        self._started.pop(session.session_id, None)
        return RedirectResponse("/", 303)

    async def form(self, request: Request, session: SessionView, error: ZoneError | None = None) -> Response:
        language = session.language
        started = self._started.get(session.session_id)
        if started is None:
            started = await self.door.start_enrolment(token_of(request) or "")
            while len(self._started) >= 100:
                self._started.pop(next(iter(self._started)))
            self._started[session.session_id] = started
        _ = catalogue(language).gettext
        return page(
            "enrolment.html",
            language,
            error.status if error else 200,
            title=_("Set up your second factor"),
            display_name=session.display_name,
            zone_name=session.zone_name,
            enrolment=started,
            qr="data:image/svg+xml;base64," + b64encode(started.qr_svg.encode()).decode(),
            secret=" ".join(started.secret[at : at + 4] for at in range(0, len(started.secret), 4)),
            error=sentence(error, language) if error else None,
        )
