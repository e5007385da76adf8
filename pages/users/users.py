"""The users of the zone: who they are, and what a custodian does for them."""

from __future__ import annotations

import streamlit as st

from pages.shared import formats, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.shared.tables import table
from pages.shared.words import role_names, state_names
from pages.users import invitation, one_user, renewals
from secure_zone.accounts import AccountState
from secure_zone.api.models import SessionView, UserView
from secure_zone.roles import Role


def users() -> None:
    view = session.current()
    st.title(_("Users"))
    everybody = session.zone().users()
    if "users.invite" in view.may:
        with st.container():  # always there, so that what follows keeps its place when an invitation comes or goes
            invitation.show()
            renewals.waiting(everybody, view)
        listed, add, change = st.tabs([_("All users"), _("Add a user"), _("Help or remove a user")])
        with add:
            add_user()
        with change:
            one_user.change(everybody, view)
        with listed:
            list_users(everybody, view)
    else:
        list_users(everybody, view)


def list_users(everybody: list[UserView], view: SessionView) -> None:
    """All users whose name, user name or role holds what is searched for."""
    roles = role_names(_)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    wanted = left.text_input(_("Search"), key="users-search", placeholder=_("Name, user name or role"), max_chars=64)
    removed_too = right.toggle(_("Show removed users too"), key="users-removed")
    shown = [
        user
        for user in everybody
        if (removed_too or user.state != AccountState.REMOVED)
        and (wanted or "").casefold() in f"{user.display_name} {user.user} {roles[user.role]}".casefold()
    ]
    columns = [_("Name"), _("User name"), _("Role"), _("State"), _("Key area"), _("Since")]
    rows = [
        [
            user.display_name,
            user.user,
            roles[user.role],
            state(user, view.language),
            _("Holds a key") if user.holder else "–",
            formats.moment(user.created_at, view.language),
        ]
        for user in shown
    ]
    if rows:
        table(_("{shown} of {all} users").format(shown=len(rows), all=len(everybody)), columns, rows)
    else:
        st.info(_("No user matches what you searched for."))


def state(user: UserView, language: str) -> str:
    """The state of an account; until when it waits for its user, and whether it waits for a second holder."""
    shown = state_names(_)[user.state]
    if user.enrolment_expires is not None:
        shown = _("{state}, until {when}").format(state=shown, when=formats.moment(user.enrolment_expires, language))
    if user.renewed_by is not None:
        shown = _("{state}; waits for confirmation by another holder").format(state=shown)
    return shown


def add_user() -> None:
    """A form for a new user; the invitation is shown on the next run, above an empty form."""
    names = role_names(_)
    roles = list(names)
    number = session.kept("users.added", int) or 0
    with st.form(f"add-user-{number}", border=False, width=720):
        left, right = st.columns(2)
        display_name = left.text_input(_("Name"), max_chars=80)
        rule = _("Small letters, digits, dot, hyphen, underscore.")
        user = right.text_input(_("User name"), max_chars=32, placeholder=rule)
        role = st.selectbox(_("Role"), roles, roles.index(Role.RESEARCHER), format_func=lambda one: names[one])
        kept = _("Kept in the audit log. No national identity numbers.")
        why = st.text_input(_("Reason"), max_chars=500, placeholder=kept)
        if st.form_submit_button(_("Add the user"), type="primary"):
            with told():
                invitation.keep(session.zone().invite(user.strip(), display_name, role, why), "invited")
                session.keep("users.added", number + 1)
                st.rerun()
