"""What a custodian does for one user: reset the second factor, renew the account, remove it. Each with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.shared import notices, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.users import invitation
from secure_zone.accounts import AccountState
from secure_zone.api.models import SessionView, UserView


@dataclass(frozen=True)
class Change:
    """What is to be done to whom, why, and whether the reader said yes to what cannot be undone."""

    kind: str | None
    user: str | None
    why: str
    sure: bool


def change(everybody: list[UserView], view: SessionView) -> None:
    """The form; the change is made when it is sent."""
    others = [user for user in everybody if user.state != AccountState.REMOVED and user.user != view.user]
    if not others:
        st.info(_("There is nobody else yet."))
        return
    wanted = ask(others)
    if wanted is not None:
        with told():
            make(wanted)


def ask(others: list[UserView]) -> Change | None:
    """The form for one change; none until it is sent."""
    names = {user.user: f"{user.display_name} ({user.user})" for user in others}
    kinds = {
        "reset": _("Reset the second factor: the authenticator is lost, the passphrase is known"),
        "renew": _("Renew the account: the passphrase is lost. Another holder must confirm it"),
        "remove": _("Remove the user: keys and sessions go, the name stays in the audit log"),
    }
    # A new form after each change: "I am sure" was said of that user, not of the next.
    with st.form(f"change-user-{session.kept('changes', int) or 0}", border=False, width=720):
        user = st.selectbox(
            _("User"), list(names), index=None, format_func=lambda one: names[one], placeholder=_("Choose")
        )
        kind = st.radio(_("What to do"), list(kinds), index=None, format_func=lambda one: kinds[one])
        why = st.text_input(
            _("Reason"), max_chars=500, placeholder=_("Kept in the audit log. No national identity numbers.")
        )
        sure = st.checkbox(_("I am sure. What the user has now stops working at once."))
        sent = st.form_submit_button(_("Carry it out"), type="primary")
    return Change(kind, user, why, sure) if sent else None


def make(wanted: Change) -> None:
    """Ask the custodian for the change, and show what came of it on the next run."""
    if wanted.user is None or wanted.kind is None:
        st.warning(_("Choose a user, and what to do."))
        return
    if not wanted.sure:
        st.warning(_("Tick that you are sure."))
        return
    zone = session.zone()
    if wanted.kind == "reset":
        invitation.keep(zone.reset(wanted.user, wanted.why), "reset")
    elif wanted.kind == "renew":
        invitation.keep(zone.renew(wanted.user, wanted.why), "renewed")
    else:
        zone.remove(wanted.user, wanted.why)
        notices.done(_("{user} is removed.").format(user=wanted.user))
    session.keep("changes", (session.kept("changes", int) or 0) + 1)
    st.rerun()
