"""Renewed accounts that wait for a second holder: who they are, and the button that confirms one."""

from __future__ import annotations

import streamlit as st

from pages.shared import formats, notices, session
from pages.shared.notices import told
from pages.shared.session import _
from secure_zone.api.models import SessionView, UserView


def waiting(everybody: list[UserView], view: SessionView) -> None:
    """One box for each account that waits, with a form for a holder who may confirm it."""
    for user in everybody:
        if user.renewed_by is None:
            continue
        with st.container(border=True, key=f"renewal-{user.user}", width=720):
            who = f"**{formats.plain(user.display_name)}** ({formats.plain(user.user)})"
            st.markdown(
                _("{who} was renewed by {renewer}, and waits for confirmation by another holder.").format(
                    who=who, renewer=formats.plain(user.renewed_by)
                )
            )
            if "users.confirm_renewal" in view.may and view.user not in (user.user, user.renewed_by):
                confirm(user)


def confirm(user: UserView) -> None:
    """The form; the confirmation is made when it is sent."""
    st.write(_("Ask the person, not the one who renewed. Then what they could open is open to them again."))
    with st.form(f"confirm-{user.user}", border=False):
        why = st.text_input(
            _("Reason"), max_chars=500, placeholder=_("Kept in the audit log. No national identity numbers.")
        )
        if st.form_submit_button(_("Confirm the renewal"), type="primary"):
            with told():
                session.zone().confirm(user.user, why)
                notices.done(_("The renewal of {user} is confirmed.").format(user=user.user))
                st.rerun()
