"""Which part of the audit log to read: the form, and the turning of pages. Newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import streamlit as st

from pages.audit.wanted import Wanted
from pages.shared import formats, session
from pages.shared.session import _
from pages.shared.words import verb_names
from secure_zone.api.models import AuditEntry
from secure_zone.client import Zone

TRAIL = "audit.trail"


@dataclass(frozen=True)
class Page:
    """Some entries, newest first; where the next older ones begin, and whether newer ones were shown before."""

    entries: list[AuditEntry]
    older: int | None
    trail: tuple[int, ...]


def ask() -> Wanted:
    """The form. A filter that has changed begins again at the newest entry."""
    names = verb_names(_)
    with st.container(key="audit-filter-fields"), st.form("audit-filter"):
        first, second, third, fourth, fifth, last = st.columns(
            [1.1, 1.4, 1.1, 1.1, 1.1, 0.7], vertical_alignment="bottom", gap="small"
        )
        who = first.text_input(_("Who (user name)"), key="audit-who", max_chars=64)
        verb = second.selectbox(
            _("What"),
            sorted(names, key=lambda one: names[one]),
            index=None,
            key="audit-verb",
            format_func=lambda one: names[one],
            placeholder=_("Everything"),
        )
        text = third.text_input(_("Text in it"), key="audit-text", max_chars=100)
        since = fourth.date_input(_("From"), value=None, key="audit-since", format="DD.MM.YYYY")
        until = fifth.date_input(_("Until and including"), value=None, key="audit-until", format="DD.MM.YYYY")
        last.form_submit_button(_("Filter"), width="stretch")
    wanted = Wanted(
        who=(who or "").strip() or None,
        verb=verb,
        since=midnight(since) if isinstance(since, date) else None,
        until=midnight(until + timedelta(days=1)) if isinstance(until, date) else None,
        text=(text or "").strip() or None,
    )
    if session.kept("audit.filter", Wanted) != wanted:
        session.keep("audit.filter", wanted)
        session.forget(TRAIL)
    return wanted


def midnight(day: date) -> datetime:
    """The start of a day in Norwegian time."""
    return datetime.combine(day, time(), formats.HERE)


def page(zone: Zone, wanted: Wanted, per_page: int) -> Page:
    """The page of the log where the reader has turned to."""
    trail = session.kept(TRAIL, tuple) or ()
    read = zone.audit(
        who=wanted.who,
        verb=wanted.verb,
        since=wanted.since,
        until=wanted.until,
        text=wanted.text,
        after_seq=trail[-1] if trail else 0,
        limit=per_page,
        newest_first=True,
    )
    return Page(read.entries, read.next_after, trail)


def turn(read: Page) -> None:
    """The buttons to newer and older entries, where there are any."""
    with st.container(horizontal=True):
        if read.trail and st.button(_("Newer"), key="audit-newer"):
            session.keep(TRAIL, read.trail[:-1])
            st.rerun()
        if read.older is not None and st.button(_("Older"), key="audit-older"):
            session.keep(TRAIL, (*read.trail, read.older))
            st.rerun()
