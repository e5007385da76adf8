"""Is the audit log what was written, does its signed head agree, and is every row what the log says?

What this cannot see: key area and data area both put back to the same older backup. Whoever notes `Report.newest`
outside the zone now and then, and gives it as `noted`, sees that too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from secure_zone.audit import heads
from secure_zone.audit.findings import Finding, Report, at_entry
from secure_zone.audit.heads import Head
from secure_zone.audit.walk import Walk, findings, walk
from secure_zone.errors import Damaged
from secure_zone.ledger import migrations
from secure_zone.ledger.engine import Ledger
from secure_zone.ledger.schema import SIGNED_TABLES, audit
from secure_zone.ledger.signed_rows import digest, key_of
from secure_zone.ledger.transactions import Reading

AT_ONCE = 2_000  # entries fetched at a time


def verify(ledger: Ledger, noted: Head | None = None) -> Report:
    """Check everything, beside a custodian that goes on working. Takes time in proportion to the log."""
    before = _head(ledger)
    wanted = {head.seq for head in (before, noted) if isinstance(head, Head)}
    with ledger.read() as tx:
        seen = walk(tx.zone_id, _entries(tx), wanted)
        after = _head(ledger)
        found = [
            *findings(tx.zone_id, seen, lambda: _entries(tx), tx.verifier),
            *_head_findings(before, after, seen, ledger),
            *_noted_findings(noted, seen),
            *_row_findings(tx, seen),
            *(Finding(f"schema_{one.kind}", one.what) for one in migrations.shape(tx.connection)),
        ]
    return Report(seen.entries, seen.newest if seen.entries else None, tuple(found))


def _entries(tx: Reading) -> Iterator[dict[str, str | int | None]]:
    query = select(audit).order_by(audit.c.seq)
    rows = tx.connection.execute(query, execution_options={"yield_per": AT_ONCE})
    names = [column.name for column in audit.columns]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _head(ledger: Ledger) -> Head | str | None:
    """The signed head, None where there is none, or the kind of finding it is."""
    try:
        return heads.read(ledger.head_file, ledger.verifier, ledger.zone_id)
    except Damaged as damage:
        return damage.code


def _head_findings(before: Head | str | None, after: Head | str | None, seen: Walk, ledger: Ledger) -> list[Finding]:
    """`before` was read before the log, `after` after it: the log may have grown in between, and the head with it."""
    place, last = ledger.head_file.name, seen.newest.seq
    if isinstance(before, str):
        return [Finding(before, place)]
    prepared = heads.prepared(ledger.head_file, ledger.verifier, ledger.zone_id)
    if before is None:
        waiting = not last or prepared == seen.newest or isinstance(after, Head)
        return [] if waiting else [Finding("head_missing", place)]
    params = {"first": before.seq, "last": last}
    if before.seq > last:
        return [Finding("cut_off", place, before.seq, params)]
    if seen.links.get(before.seq) != before.link:
        return [Finding("head_differs", place, before.seq, params)]
    reached = max(head.seq for head in (before, after, prepared) if isinstance(head, Head))
    return [Finding("head_behind", place, before.seq, params)] if reached < last else []


def _noted_findings(noted: Head | None, seen: Walk) -> list[Finding]:
    if noted is None or seen.links.get(noted.seq) == noted.link:
        return []
    return [at_entry("noted_differs", noted.seq)]


def _row_findings(tx: Reading, seen: Walk) -> list[Finding]:
    """Every signed row against the last entry that wrote it."""
    found = []
    unseen = {row for row, history in seen.rows.items() if history[-1][1] is not None}
    for table in SIGNED_TABLES:
        names = [column.name for column in table.columns]
        for values in tx.connection.execute(select(table).order_by(*table.primary_key.columns)):
            stored = dict(zip(names, values, strict=True))
            row = (table.name, key_of(table, stored))
            unseen.discard(row)
            try:
                now: str | None = digest(tx.zone_id, table, stored)
            except (TypeError, ValueError):
                now = None
            if finding := _row_finding(f"{table.name}/{'/'.join(map(str, row[1]))}", now, seen.rows.get(row, [])):
                found.append(finding)
    for table_name, key in sorted(unseen, key=str):
        last = seen.rows[table_name, key][-1][0]
        found.append(Finding("row_missing", f"{table_name}/{'/'.join(map(str, key))}", None, {"first": last}))
    return found


def _row_finding(place: str, now: str | None, history: list[tuple[int, str | None]]) -> Finding | None:
    if not history:
        return Finding("row_unknown", place)
    last, should_be = history[-1]
    if now is not None and now == should_be:
        return None
    if should_be is None:
        return Finding("row_restored", place, None, {"first": last})
    was = [seq for seq, past in history[:-1] if now is not None and past == now]
    if was:
        return Finding("row_rolled_back", place, None, {"first": last, "was": was[-1]})
    return Finding("row_edited", place, None, {"first": last})
