"""Entries of the audit log as rows on the screen, and as files: CSV for a spreadsheet, JSON lines for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from pages.audit.filters import Filter
from pages.shared import formats
from pages.shared.session import _
from pages.shared.words import verb_names
from secure_zone.api.models import AuditEntry
from secure_zone.client import Zone

AT_A_TIME = 500
COLUMNS = ("seq", "at", "who", "verb", "subject", "version", "why", "details", "hash")
# A spreadsheet takes a cell that begins so as a formula; an apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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


def entries(zone: Zone, wanted: Filter) -> Iterator[AuditEntry]:
    """Every entry that matches, oldest first, read from the custodian a part at a time."""
    after: int | None = 0
    while after is not None:
        read = zone.audit(
            who=wanted.who,
            verb=wanted.verb,
            since=wanted.since,
            until=wanted.until,
            text=wanted.text,
            after_seq=after,
            limit=AT_A_TIME,
        )
        yield from read.entries
        after = read.next_after


def as_csv(found: Iterator[AuditEntry]) -> bytes:
    """Comma-separated in UTF-8 with the mark that spreadsheets know; no cell can be taken as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in found:
        values = entry.model_dump(mode="json")
        values["details"] = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
        writer.writerow([harmless(values[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def as_json_lines(found: Iterator[AuditEntry]) -> bytes:
    """One entry a line, as the custodian gives it."""
    return "".join(entry.model_dump_json() + "\n" for entry in found).encode()


def harmless(value: object) -> object:
    """
    >>> harmless('=HYPERLINK("x")'), harmless("plain"), harmless(None), harmless(7)
    ('\\'=HYPERLINK("x")', 'plain', '', 7)
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
