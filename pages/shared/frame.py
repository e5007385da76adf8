"""What stands on top of every page: that a demo zone is one, which zone it is, who is signed in, and the way out."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.shared import notices, session
from pages.shared.session import _
from pages.shared.words import role_names
from secure_zone.api.models import SessionView


def head(view: SessionView) -> None:
    """The strip on top of the page."""
    with st.container(key="head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        who = f"{view.display_name} · {role_names(_)[view.role]}"
        st.html(f'<p class="varde-who"><strong>{escape(view.zone_name)}</strong><span>{escape(who)}</span></p>')
        if st.button(_("Sign out"), key="sign-out", type="tertiary"):
            with notices.told():
                session.end()
            notices.over("signed-out")
    if view.demo:
        short = _("Invented people and invented data.")
        more = _("Nothing here is real, and nothing real may be brought in.")
        st.html(
            f'<p class="varde-demo" role="note"><strong>DEMO</strong> {escape(short)} '
            f'<span class="more">{escape(more)}</span></p>'
        )
