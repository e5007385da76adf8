"""What the gate asks the custodian, without holding up the event loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from secure_zone.api.models import DemoUser, Enrolment, SessionView, Status
from secure_zone.client import Zone
from secure_zone.errors import BadInput, SessionEnded, SignInFailed

# One visit asks for some fifty files: the answer for the first holds for the rest.
FRESH_SECONDS = 1.0
MOST_REMEMBERED = 500
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Seen:
    """A session as the custodian last described it, and when (on the monotonic clock)."""

    view: SessionView
    at: float


class Door:
    """Sessions and sign-in at one zone's custodian. What asks it is to be awaited."""

    def __init__(self, zone: Path) -> None:
        self._folder = zone
        self._outside = Zone.outside(zone)
        self._seen: dict[str, _Seen] = {}

    async def status(self) -> Status:
        return await run_in_threadpool(self._outside.status)

    async def demo_users(self) -> list[DemoUser]:
        return await run_in_threadpool(self._outside.demo_users)

    async def sign_in(self, user: str, passphrase: str, code: str) -> str:
        """The token of a new session; SignInFailed for whatever reason there is none."""
        try:
            zone = await run_in_threadpool(self._outside.sign_in, user, passphrase, code)
        except BadInput:
            # Empty or too long: no more is told than for any other wrong one.
            raise SignInFailed(
                "The user name, the passphrase or the code is not right. After several failures sign-in is closed for "
                "a while."
            ) from None
        token = zone.token or ""
        zone.close()
        return token

    async def session(self, token: str | None, *, afresh: bool = False) -> SessionView | None:
        """Whose session it is; none when it has ended or never was. ZoneUnavailable when nobody can tell.

        afresh: ask the custodian also when it was asked a moment ago.
        """
        if token is None:
            return None
        seen = self._seen.get(token)
        now = time.monotonic()
        if seen is not None and now - seen.at < FRESH_SECONDS and not afresh:
            return seen.view
        try:
            view = await run_in_threadpool(self._as, token, Zone.session)
        except SessionEnded:
            self._forget(token)
            return None
        while len(self._seen) >= MOST_REMEMBERED:
            self._forget(next(iter(self._seen)))
        self._seen[token] = _Seen(view, now)
        return view

    async def sign_out(self, token: str | None) -> None:
        """End the session at the custodian, if it still is one."""
        if token is None:
            return
        self._forget(token)
        with suppress(SessionEnded):
            await run_in_threadpool(self._as, token, Zone.sign_out)

    async def change_language(self, token: str, language: str) -> None:
        await run_in_threadpool(self._as, token, lambda zone: zone.change_language(language))

    async def start_enrolment(self, token: str) -> Enrolment:
        return await run_in_threadpool(self._as, token, Zone.start_enrolment)

    async def confirm_enrolment(self, token: str, code: str, new_passphrase: str | None) -> None:
        """Put the second factor in force; what the gate remembered of the session is no longer true then."""
        await run_in_threadpool(self._as, token, lambda zone: zone.confirm_enrolment(code, new_passphrase))
        self._forget(token)

    def zone_of(self, token: str) -> Zone:
        """The door as the person signed in; to be closed by whoever asks for it."""
        return Zone.from_token(token, self._folder)

    def _as(self, token: str, ask: Callable[[Zone], Answer]) -> Answer:
        with self.zone_of(token) as zone:
            return ask(zone)

    def _forget(self, token: str) -> None:
        self._seen.pop(token, None)
