"""An invitation, shown once: what the user needs for the first sign-in, or for the next one after a reset."""

from __future__ import annotations

import streamlit as st

from pages.shared import formats, session
from pages.shared.session import _
from secure_zone.api.models import Invitation

KEPT = "invitation"


def keep(made: Invitation, kind: str) -> None:
    """Hold the invitation until it has been seen. kind: `invited`, `reset` or `renewed`."""
    session.keep(KEPT, made)
    session.keep("invitation.kind", kind)


def show() -> None:
    """The invitation, until the reader says it is handed over."""
    made = session.kept(KEPT, Invitation)
    if made is None:
        return
    kind = session.kept("invitation.kind", str)
    lead = {
        "invited": _("{user} is invited. Hand this over in person or by a safe channel: it is shown only now."),
        "reset": _("{user} signs in once with their own passphrase and this code: it is shown only now."),
        "renewed": _("{user} has a new invitation. Hand this over by a safe channel: it is shown only now."),
    }
    with st.container(border=True, key="invitation"):
        st.markdown(lead[kind or "invited"].format(user=f"**{formats.plain(made.user)}**"))
        left, right = st.columns(2)
        if made.passphrase is not None:
            left.markdown(_("Temporary passphrase"))
            left.code(made.passphrase, language=None)
        right.markdown(_("One-time code"))
        right.code(made.code, language=None)
        until = formats.moment(made.expires_at, session.language())
        st.caption(_("Valid until {when}.").format(when=until))
        if st.button(_("I have handed it over"), key="handed-over"):
            session.forget(KEPT)
            st.rerun()
