"""Signing in and out: two factors in one form, and one answer for whatever was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pages.gate.crowd import Crowd
from pages.gate.door import Door
from pages.gate.gate import is_page
from pages.gate.html import page
from pages.gate.requests import LANGUAGE_COOKIE, form_of, is_https, language_of, session_cookie, token_of
from pages.shared.sentences import sentence
from pages.shared.texts import LANGUAGES, catalogue
from pages.shared.words import role_names
from secure_zone.api.models import DemoUser
from secure_zone.errors import ZoneError, ZoneUnavailable

A_YEAR = 365 * 24 * 3600
LONGEST_SESSION = 8 * 3600


def where_to(wanted: str | None) -> str:
    """The page of ours to show after signing in: never another host, never a file.

    >>> where_to("/users"), where_to("//elsewhere.example/users"), where_to("https://elsewhere.example"), where_to(None)
    ('/users', '/', '/', '/')
    """
    inside = wanted is not None and wanted.startswith("/") and wanted[1:].replace("-", "").isalnum() and is_page(wanted)
    return wanted if wanted is not None and inside else "/"


def ended_notice(reason: str | None, language: str) -> str | None:
    """Why somebody finds themselves here, in a quiet sentence."""
    _ = catalogue(language).gettext
    notices: Mapping[str, str] = {
        "signed-out": _("You are signed out."),
        "ended": _("Your session has ended. Sign in to go on."),
        "idle": _("You were signed out because nothing happened for a while."),
    }
    return notices.get(reason or "")


def forget_session(request: Request, answer: Response) -> None:
    """Take the cookie from the browser. A __Host- cookie is only replaced by one that is marked Secure too."""
    secure = is_https(request)
    answer.delete_cookie(session_cookie(request), path="/", secure=secure, httponly=True, samesite="strict")


class SignIn:
    """The page, the form it posts, and the way out."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.crowd = Crowd()

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.submit, methods=["POST"]),
            Route("/sign-out", self.stay, methods=["GET"]),
            Route("/sign-out", self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        try:
            if await self.door.session(token_of(request), afresh=True) is not None:
                return RedirectResponse(where_to(request.query_params.get("next")), 303)
        except ZoneUnavailable:
            return await self.form(request)
        answer = await self.form(request)
        if session_cookie(request) in request.cookies:
            forget_session(request, answer)
        chosen = request.query_params.get("lang")
        if chosen is not None and chosen in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=A_YEAR, httponly=True, samesite="strict")
        return answer

    async def submit(self, request: Request) -> Response:
        given = await form_of(request)
        try:
            user = given.get("user", "").strip()
            with self.crowd.one_of(request.client.host if request.client else ""):
                token = await self.door.sign_in(user, given.get("passphrase", ""), given.get("code", ""))
            # A language picked by hand on the page is the one wanted from now on.
            if given.get("lang") in LANGUAGES:
                await self.door.change_language(token, given["lang"])
        except ZoneError as error:
            return await self.form(request, given=given, error=error)
        answer = RedirectResponse(where_to(given.get("next")), 303)
        answer.set_cookie(
            session_cookie(request),
            token,
            max_age=LONGEST_SESSION,
            path="/",
            secure=is_https(request),
            httponly=True,
            samesite="strict",
        )
        return answer

    async def stay(self, _: Request) -> Response:
        """Visiting the address signs nobody out: only the button does."""
        return RedirectResponse("/", 303)

    async def leave(self, request: Request) -> Response:
        with suppress(ZoneUnavailable):
            await self.door.sign_out(token_of(request))
        answer = RedirectResponse("/sign-in?because=signed-out", 303)
        forget_session(request, answer)
        return answer

    async def form(
        self, request: Request, *, given: Mapping[str, str] | None = None, error: ZoneError | None = None
    ) -> Response:
        """The page with the form: empty, with what went wrong, or filled in for a user of a demo zone.

        given: what the form was posted with; without it, what stands in the address.
        """
        asked = request.query_params if given is None else given
        chosen = asked.get("lang") if asked.get("lang") in LANGUAGES else None
        language = chosen or language_of(request)
        zone_name, demo_users = "", list[DemoUser]()
        try:
            status = await self.door.status()
            zone_name = status.name
            demo_users = await self.door.demo_users() if status.demo else []
        except ZoneError as failure:
            error = error or failure
        filled = next((one for one in demo_users if one.user == asked.get("as")), None)
        return page(
            "sign_in.html",
            language,
            error.status if error else 200,
            zone_name=zone_name,
            demo_users=demo_users,
            role_names=role_names(catalogue(language).gettext),
            filled=filled,
            user=filled.user if filled else asked.get("user", "")[:64],
            error=sentence(error, language) if error else None,
            notice=None if given else ended_notice(asked.get("because"), language),
            chosen=chosen or "",
            after=where_to(asked.get("next")),
        )
