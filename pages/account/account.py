"""One's own account: passphrase, second factor, sessions and language."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.account import second_factor
from pages.shared import formats, notices, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.shared.tables import table
from pages.shared.texts import LANGUAGES
from pages.shared.words import role_names
from secure_zone.api.models import SessionView


def account() -> None:
    view = session.current()
    st.title(_("My account"))
    st.html(f'<p class="varde-caption">{escape(f"{view.user} · {role_names(_)[view.role]}")}</p>')
    phrase, factor, sessions, speech = st.tabs([_("Passphrase"), _("Second factor"), _("Sessions"), _("Language")])
    with phrase:
        passphrase()
    with factor:
        second_factor.replace()
    with sessions:
        own_sessions(view)
    with speech:
        language(view)


def passphrase() -> None:
    """A form that changes the passphrase: it re-wraps one's own key, and nothing else."""
    st.write(_("At least 12 characters. Some words that only you would put together are easy to remember."))
    with st.form("passphrase", clear_on_submit=True, border=False, width=520):
        old = st.text_input(_("The passphrase you have now"), type="password", autocomplete="current-password")
        new = st.text_input(_("A new passphrase"), type="password", autocomplete="new-password")
        again = st.text_input(_("The new one again"), type="password", autocomplete="new-password")
        if not st.form_submit_button(_("Change the passphrase"), type="primary"):
            return
    if new != again:
        st.error(_("The two passphrases are not the same."))
        return
    with told():
        session.zone().change_passphrase(old, new)
        st.success(_("The passphrase is changed. Your other sessions have ended."))


def own_sessions(view: SessionView) -> None:
    """Where one is signed in, and how to end what one does not know."""
    mine = session.zone().sessions()
    named = {
        one.session_id: _("Since {since}, last used {last}").format(
            since=formats.moment(one.created, view.language), last=formats.moment(one.last_seen, view.language)
        )
        for one in mine
    }
    columns = [_("Session"), _("Signed in"), _("Last used")]
    rows = [
        [
            _("This one") if one.current else _("Another"),
            formats.moment(one.created, view.language),
            formats.moment(one.last_seen, view.language),
        ]
        for one in mine
    ]
    table(_("Where you are signed in"), columns, rows)
    others = [one.session_id for one in mine if not one.current]
    if not others:
        return
    with st.form("end-session", border=False, width=520):
        chosen = st.selectbox(_("Another session"), others, format_func=lambda one: named[one])
        if st.form_submit_button(_("End this session")):
            with told():
                session.zone().end_session(chosen)
                notices.done(_("The session is ended."))
                st.rerun()


def language(view: SessionView) -> None:
    """The language of the app, kept with the account."""
    codes = list(LANGUAGES)
    with st.form("language", border=False):
        chosen = st.radio(
            _("Language"), codes, index=codes.index(view.language), format_func=lambda code: LANGUAGES[code]
        )
        if st.form_submit_button(_("Use this language"), type="primary"):
            with told():
                session.zone().change_language(chosen)
                st.rerun()
