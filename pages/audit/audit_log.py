"""The audit log: filter, read page by page, take it out as a file, and verify that it is whole."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.audit import export, filters
from pages.audit.wanted import Wanted
from pages.shared import formats, session
from pages.shared.notices import told
from pages.shared.session import _
from pages.shared.tables import table
from pages.shared.words import verb_names
from secure_zone.api.models import AuditEntry, AuditReport

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
    rows = [row(entry, view.language) for entry in read.entries]
    table(_("Entries, newest first"), columns, rows, numeric=(0, 5))
    filters.turn(read)
    take_out(wanted)


def row(entry: AuditEntry, language: str) -> list[str]:
    """One entry to read."""
    return [
        str(entry.seq),
        formats.moment(entry.at, language, seconds=True),
        entry.who,
        verb_names(_).get(entry.verb, entry.verb),
        entry.subject or "–",
        "–" if entry.version is None else str(entry.version),
        entry.why or "–",
    ]


def take_out(wanted: Wanted) -> None:
    """Links to the files, which the custodian is asked for when they are followed, and not before."""
    st.subheader(_("Take it out"))
    st.caption(_("All entries that match the filter, oldest first, with what was left out above."))
    names = {"audit.csv": _("Download CSV"), "audit.jsonl": _("Download JSON lines")}
    query = wanted.query()
    links = (
        f'<a class="varde-button" href="{escape(export.PLACE + file + query)}" target="_self">{escape(name)}</a>'
        for file, name in names.items()
    )
    st.html(f'<p class="varde-buttons">{"".join(links)}</p>')


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
