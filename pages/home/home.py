"""The front page: who am I, what may I do, how is the zone, and what data do I have."""

from __future__ import annotations

import streamlit as st

from pages.home import snippet
from pages.shared import formats, session
from pages.shared.session import _
from pages.shared.tables import table
from pages.shared.words import ability_names, role_tasks
from secure_zone.api.models import DatasetView, SessionView


def home() -> None:
    view = session.current()
    st.title(_("Welcome, {name}").format(name=formats.plain(view.display_name)))
    st.write(role_tasks(_)[view.role])
    left, right = st.columns(2, gap="large")
    with left:
        abilities(view)
    with right:
        zone_state(view)
    datasets(session.zone().datasets(), view)


def abilities(view: SessionView) -> None:
    """What the person may do, as the custodian counts it."""
    st.subheader(_("You may"))
    known = [name for verb, name in ability_names(_).items() if verb in view.may]
    st.markdown("\n".join(f"- {name}" for name in [*known, _("look after your own account")]))


def zone_state(view: SessionView) -> None:
    """How the zone is, for everybody; the key area's state for those who may see it."""
    st.subheader(_("The zone"))
    lines = [_("The custodian is running, and everything you do is recorded in the audit log.")]
    if "key_area.see" in view.may:
        area = session.zone().key_area()
        lines.append(
            _("The key area is open.") if area.open else _("The key area is closed: one who holds a key must open it.")
        )
    minutes = -(-view.idle_seconds_left // 60)
    hours = formats.moment(formats.seconds_from_now(view.seconds_left), view.language)
    lines.append(
        _("You are signed out after {minutes} minutes without activity, at the latest {when}.").format(
            minutes=formats.number(minutes, view.language), when=hours
        )
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


def datasets(mine: list[DatasetView], view: SessionView) -> None:
    """The datasets the person holds a key to, and how to open one in a notebook."""
    st.subheader(_("My datasets"))
    if not mine:
        st.info(_("You have not been given any dataset."))
        return
    table(
        _("Datasets you may open"),
        [_("Dataset"), _("Purpose"), _("Version"), _("Rows"), _("Made")],
        [snippet.row(dataset, view.language) for dataset in mine],
        numeric=(2, 3),
    )
    st.markdown(_("Open one in a notebook on this machine. It asks for your passphrase and a code:"))
    st.code(snippet.code(view.user, mine[0]), language="python", wrap_lines=True)
