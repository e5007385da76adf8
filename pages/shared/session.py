"""Who is here: the session behind the browser's cookie, and the little that a page remembers between runs.

The only module that touches st.session_state. It asks the custodian on every run, so that a page shows nothing when the
gate is not there, when the session has ended, or when the cookie has become somebody else's.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

import streamlit as st

from pages.shared.texts import DEFAULT, catalogue
from secure_zone.api.models import SessionView
from secure_zone.client import Zone
from secure_zone.errors import SessionEnded

# As the gate names them (pages/gate/requests.py): the first by https, the second on this machine.
COOKIES = ("__Host-varde_session", "varde_session")
Kept = TypeVar("Kept")


def _forget_visit() -> None:
    """Nothing of a visit is left, but for the language in which its end is told."""
    spoken = language()
    st.session_state.clear()
    st.session_state["visit.language"] = spoken


def begin() -> SessionView | None:
    """The session of this run, which counts as activity; none when there is none, and then nothing is remembered."""
    token = next((st.context.cookies[name] for name in COOKIES if st.context.cookies.get(name)), None)
    if not token:
        _forget_visit()
        return None
    mark = hashlib.sha256(token.encode()).hexdigest()
    if st.session_state.get("visit.mark") != mark:
        st.session_state.clear()
        st.session_state["visit.mark"] = mark
        st.session_state["visit.zone"] = Zone.from_token(token)
    try:
        view = zone().touch()
    except SessionEnded:
        _forget_visit()
        return None
    st.session_state["visit.view"] = view
    st.session_state["visit.language"] = view.language
    return view


def zone() -> Zone:
    """The door to the zone, as the person signed in."""
    door = st.session_state.get("visit.zone")
    if not isinstance(door, Zone):
        raise SessionEnded("Your session has ended. Sign in again.")
    return door


def current() -> SessionView:
    """The session as the custodian described it at the start of this run."""
    view = st.session_state.get("visit.view")
    if not isinstance(view, SessionView):
        raise SessionEnded("Your session has ended. Sign in again.")
    return view


def end() -> None:
    """Sign out, and forget everything of this visit."""
    door = zone()
    _forget_visit()
    door.sign_out()
    door.close()


def language() -> str:
    """The reader's language; the default where nobody is signed in."""
    return str(st.session_state.get("visit.language", DEFAULT))


def _(message: str) -> str:
    """A text in the reader's language."""
    return catalogue(language()).gettext(message)


def keep(name: str, value: object) -> None:
    """Remember something for the next runs of this visit."""
    st.session_state[f"kept.{name}"] = value


def kept(name: str, kind: type[Kept]) -> Kept | None:
    """What was remembered under the name, if it is of the kind asked for."""
    value = st.session_state.get(f"kept.{name}")
    return value if isinstance(value, kind) else None


def forget(name: str) -> None:
    """Remember it no longer."""
    st.session_state.pop(f"kept.{name}", None)
