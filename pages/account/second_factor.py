"""A new second factor for someone who has one: the passphrase, a QR code, and a code to confirm with."""

from __future__ import annotations

import base64
from html import escape

import streamlit as st

from pages.shared import notices, session
from pages.shared.notices import told
from pages.shared.session import _
from secure_zone.api.models import Enrolment

KEPT = "enrolment"


def replace() -> None:
    """The old one works until the new one is confirmed."""
    started = session.kept(KEPT, Enrolment)
    if started is None:
        start()
    else:
        confirm(started)


def start() -> None:
    """The first step: show that it is really you."""
    st.write(_("For a new phone, for example. The old one works until the new one is confirmed."))
    with st.form("start-factor", clear_on_submit=True, border=False, width=520):
        passphrase = st.text_input(_("Your passphrase"), type="password", autocomplete="current-password")
        if st.form_submit_button(_("Set up a new second factor"), type="primary"):
            with told():
                session.keep(KEPT, session.zone().start_enrolment(passphrase))
                st.rerun()


def confirm(started: Enrolment) -> None:
    """The second step: scan, and type what the authenticator shows."""
    st.write(_("Open an authenticator app on your phone and scan this picture."))
    picture = base64.b64encode(started.qr_svg.encode()).decode()
    label = escape(_("QR code for your authenticator"))
    st.html(f'<img class="varde-qr" src="data:image/svg+xml;base64,{picture}" alt="{label}" width="208" height="208">')
    st.markdown(_("Or type this key:"))
    st.code(started.secret, language=None)
    with st.form("confirm-factor", clear_on_submit=True, border=False, width=520):
        code = st.text_input(_("The code it shows now"), max_chars=10, autocomplete="one-time-code")
        sent = st.form_submit_button(_("Confirm"), type="primary")
    if sent:
        with told():
            session.zone().confirm_enrolment(code)
            session.forget(KEPT)
            notices.done(_("The new second factor is in force, and the old one is not."))
            st.rerun()
    if st.button(_("Cancel"), key="cancel-factor"):
        session.forget(KEPT)
        st.rerun()
