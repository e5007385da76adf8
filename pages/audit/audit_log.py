"""The audit log: filter, read page by page, take it out as a file, and verify that it is whole."""

from __future__ import annotations

import streamlit as st

from pages.audit import export, filters
from pages.audit.filters import Filter
from pages.shared import formats, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.shared.tables import table
from secure_zone.api.models import AuditReport
from secure_zone.client import Zone

PER_PAGE = 50


def audit_log() -> None:
    view = session.current()
    st.title(_("Audit log"))
    st.write(_("Who did what, when and why. Nothing can be changed or taken away without it showing."))
    verify()
    wanted = filters.ask()
    read = filters.page(session.zone(), wanted, PER_PAGE)
    if not read.entries:
        st.info(_("No entry matches the filter."))
        return
    columns = [_("No."), _("When"), _("Who"), _("What"), _("About"), _("Version"), _("Reason")]
    rows = [export.row(entry, view.language) for entry in read.entries]
    table(_("Entries, newest first"), columns, rows, numeric=(0, 5))
    filters.turn(read)
    take_out(session.zone(), wanted)


def take_out(zone: Zone, wanted: Filter) -> None:
    """The files are made when a button is pressed, not before."""
    st.subheader(_("Take it out"))
    st.caption(_("All entries that match the filter, oldest first, with what was left out above. It is recorded too."))
    with st.container(horizontal=True):
        csv, lines = _("Download CSV"), _("Download JSON lines")
        st.download_button(
            csv, lambda: export.as_csv(export.entries(zone, wanted)), "audit.csv", "text/csv", on_click="ignore"
        )
        st.download_button(
            lines,
            lambda: export.as_json_lines(export.entries(zone, wanted)),
            "audit.jsonl",
            "application/jsonl",
            on_click="ignore",
        )


def verify() -> None:
    """One button, one plain verdict."""
    if st.button(_("Verify the whole log"), key="verify"):
        with told():
            verdict(session.zone().verify_audit())


def verdict(report: AuditReport) -> None:
    """Whole, or where it is not."""
    count = formats.number(report.entries, session.language())
    if report.sound:
        st.success(_("The log is whole: {count} entries, every one as it was written.").format(count=count))
        if report.newest is not None:
            st.caption(_("Note this place outside the zone to hold a later check against it:"))
            st.code(report.newest, language=None, wrap_lines=True)
        return
    st.error(
        _("The log is not as it was written. Tell the project leader, and change nothing until it is looked into.")
    )
    rows = [[one.place, _(one.template).format(**one.params)] for one in report.findings]
    table(_("What was found"), [_("Where"), _("What")], rows)
