"""The key area: whether it is open, who can open it, and the button that does."""

from __future__ import annotations

import streamlit as st

from pages.shared import formats, notices, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.shared.tables import table
from pages.shared.words import role_names, state_names
from secure_zone.api.models import KeyAreaView, SessionView


def key_area() -> None:
    view = session.current()
    area = session.zone().key_area()
    st.title(_("Key area"))
    st.write(_("Identities and the code key lie here, sealed. Reading datasets does not need it open."))
    state(area, view)
    names, states = role_names(_), state_names(_)
    held = _("Sealed to {count} of at most {most} people").format(count=len(area.holders), most=area.most_holders)
    rows = [[one.display_name, one.user, names[one.role], states[one.state]] for one in area.holders]
    table(held, [_("Name"), _("User name"), _("Role"), _("State")], rows)
    since = formats.moment(area.created_at, view.language)
    number = formats.number(area.generation, view.language)
    st.caption(
        _("Generation {number} of its key, made {when}. Removing a holder makes a new one.").format(
            number=number, when=since
        )
    )


def state(area: KeyAreaView, view: SessionView) -> None:
    """Open or closed in words, and the form that changes it for those who may."""
    if area.open and area.opened_at is not None:
        when = formats.moment(area.opened_at, view.language)
        st.success(_("Open. {user} opened it {when}.").format(user=area.opened_by or "–", when=when))
    elif area.open:
        st.success(_("Open."))
    else:
        st.info(_("Closed. It opens when one who holds a key signs in or opens it here."))
    wanted = "key_area.seal" if area.open else "key_area.unseal"
    if wanted not in view.may:
        return
    with st.form("key-area", border=True, width=720):
        why = st.text_input(
            _("Reason"), max_chars=500, placeholder=_("Kept in the audit log. No national identity numbers.")
        )
        if st.form_submit_button(_("Close the key area") if area.open else _("Open the key area")):
            with told():
                if area.open:
                    session.zone().seal(why)
                    notices.done(_("The key area is closed."))
                else:
                    session.zone().unseal(why)
                    notices.done(_("The key area is open."))
                st.rerun()
