"""Who is signed in. In memory only: a restart of the custodian ends every session."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from secure_zone.errors import NotFound, SessionEnded
from secure_zone.keys.secret import Secret
from secure_zone.permissions import Verb
from secure_zone.settings import SessionLimits

MOST_PER_USER = 10


@dataclass(frozen=True)
class Session:
    """One sign-in. Times are Unix seconds.

    private_key: the user's own key, held as long as the session lasts. public_key: the account's, at sign-in.
    new_factor: the secret of a second factor that has been shown and waits to be confirmed.
    noted: what is written in the audit log once for each session, and has been.
    """

    session_id: str
    user: str
    private_key: Secret
    created: float
    last_seen: float
    must_enrol: bool
    public_key: bytes
    new_factor: Secret | None = None
    noted: frozenset[Verb] = frozenset()

    def idle_left(self, now: float, limits: SessionLimits) -> int:
        """Whole seconds until the session ends for want of activity."""
        return max(0, int(self.last_seen + limits.idle - now))

    def left(self, now: float, limits: SessionLimits) -> int:
        """Whole seconds until the session ends whatever happens."""
        return max(0, int(self.created + limits.longest - now))


class Sessions:
    """All sessions, by the SHA-256 of their token: whoever reads the memory of this table cannot sign in with it."""

    def __init__(self, limits: SessionLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: str, private_key: Secret, public_key: bytes, *, must_enrol: bool) -> tuple[str, Session]:
        """A new session and its token. The user's oldest session ends when there are too many."""
        token, now = secrets.token_urlsafe(32), self._clock()
        session = Session(secrets.token_hex(8), user, private_key, now, now, must_enrol, public_key)
        with self._lock:
            self._drop_expired(now)
            own = [key for key, other in self._held.items() if other.user == user]
            for key in own[: max(0, len(own) - MOST_PER_USER + 1)]:
                self._end(key)
            self._held[_digest(token)] = session
        return token, session

    def find(self, token: str, *, activity: bool = True) -> Session:
        """The session of a token, or SessionEnded. `activity` starts the idle time anew."""
        now = self._clock()
        with self._lock:
            key = _digest(token)
            session = self._held.get(key)
            if session is None or self._expired(session, now):
                self._end(key)
                raise ended()
            if activity:
                session = self._held[key] = replace(session, last_seen=now)
            return session

    def of(self, user: str) -> list[Session]:
        """The user's sessions, oldest first."""
        now = self._clock()
        with self._lock:
            self._drop_expired(now)
            return [session for session in self._held.values() if session.user == user]

    def end(self, user: str, session_id: str) -> None:
        """End one of the user's sessions; NotFound when the user has no such session."""
        with self._lock:
            for key, session in list(self._held.items()):
                if session.user == user and session.session_id == session_id:
                    self._end(key)
                    return
        raise NotFound("There is no such session.")

    def end_all(self, user: str, *, but: str | None = None) -> None:
        """End all of the user's sessions, save the one with the id `but`."""
        with self._lock:
            for key, session in list(self._held.items()):
                if session.user == user and session.session_id != but:
                    self._end(key)

    def offer_factor(self, session: Session, new_factor: Secret) -> None:
        """Keep a second factor that waits to be confirmed."""
        self._change(session, lambda held: replace(held, new_factor=new_factor))

    def enrolled(self, session: Session) -> Session:
        """The session without the duty to enrol, and without a factor that waits."""
        return self._change(session, lambda held: replace(held, must_enrol=False, new_factor=None))

    def note(self, session: Session, verb: Verb) -> None:
        """Remember that the verb is in the audit log for this session."""
        self._change(session, lambda held: replace(held, noted=held.noted | {verb}))

    def _change(self, session: Session, change: Callable[[Session], Session]) -> Session:
        with self._lock:
            for key, held in self._held.items():
                if held.session_id == session.session_id:
                    self._held[key] = change(held)
                    return self._held[key]
        raise ended()

    def close(self) -> None:
        """End everything and wipe the keys."""
        with self._lock:
            for key in list(self._held):
                self._end(key)

    def _expired(self, session: Session, now: float) -> bool:
        return now >= session.last_seen + self._limits.idle or now >= session.created + self._limits.longest

    def _drop_expired(self, now: float) -> None:
        for key, session in list(self._held.items()):
            if self._expired(session, now):
                self._end(key)

    def _end(self, key: str) -> None:
        session = self._held.pop(key, None)
        if session is not None:
            # A request that runs beside this and needs the key is told why it has none.
            session.private_key.wipe(ended)


def ended() -> SessionEnded:
    """The one sentence for a session that is unknown, expired or signed out."""
    return SessionEnded("You are not signed in, or the session has ended. Sign in again.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
