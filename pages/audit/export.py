"""Entries of the audit log as files: CSV for a spreadsheet, JSON lines for programs. Made a part at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pages.audit.wanted import Wanted
from secure_zone.api.cells import plain_cell
from secure_zone.api.models import AuditEntry
from secure_zone.client import Zone

PLACE = "/export/"
AT_A_TIME = 500
COLUMNS = ("seq", "at", "who", "verb", "subject", "version", "why", "details", "hash")


def entries(zone: Zone, wanted: Wanted) -> Iterator[list[AuditEntry]]:
    """Every entry that matches, oldest first, as many at a time as the custodian gives at once."""
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
        yield read.entries
        after = read.next_after


def as_csv(parts: Iterator[list[AuditEntry]]) -> Iterator[bytes]:
    """Comma-separated in UTF-8 with the mark that spreadsheets know; no cell can be taken as a formula."""
    for number, part in enumerate(parts):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if number == 0:
            text.write("\ufeff")
            writer.writerow(COLUMNS)
        for entry in part:
            values = entry.model_dump(mode="json")
            values["details"] = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
            writer.writerow([plain_cell(values[name]) for name in COLUMNS])
        yield text.getvalue().encode()


def as_json_lines(parts: Iterator[list[AuditEntry]]) -> Iterator[bytes]:
    """One entry a line, as the custodian gives it."""
    for part in parts:
        yield "".join(entry.model_dump_json() + "\n" for entry in part).encode()


@dataclass(frozen=True)
class Form:
    """A kind of file: how its bytes are called, and how they are made."""

    media_type: str
    write: Callable[[Iterator[list[AuditEntry]]], Iterator[bytes]]


FORMS = {
    "audit.csv": Form("text/csv; charset=utf-8", as_csv),
    "audit.jsonl": Form("application/jsonl; charset=utf-8", as_json_lines),
}
