"""One walk along the chain: what was edited, moved, removed or forged, and what the log says about every row."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field

from secure_zone.audit import chain
from secure_zone.audit.findings import Finding, at_entries, at_entry
from secure_zone.audit.heads import Head
from secure_zone.keys.signing import Verifier

RowKey = tuple[str, tuple[str | int, ...]]
# Beyond this many edited entries it is no longer worth the time to find out where each one stood before.
MOST_MOVED = 200


@dataclass
class Walk:
    """What one walk along the log saw.

    `rows`: for each row, the entries that wrote it and the digest each left (None: deleted), oldest first.
    `links`: the links at the places asked for. `faults`: entries whose content is not their own, with that content.
    """

    entries: int = 0
    newest: Head = Head(0, chain.START)
    newest_entry: chain.Entry | None = None
    rows: dict[RowKey, list[tuple[int, str | None]]] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)
    faults: dict[int, chain.Entry] = field(default_factory=dict)
    gaps: list[int] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)
    unlinked: list[int] = field(default_factory=list)


def walk(zone_id: str, entries: Iterable[chain.Entry], wanted: Container[int] = ()) -> Walk:
    """Along all entries, ordered by number. Hashes only: no signature is checked here."""
    seen = Walk()
    for entry in entries:
        seen.entries += 1
        seq = entry["seq"]
        if not isinstance(seq, int) or seq <= seen.newest.seq:
            seen.strays.append(seq if isinstance(seq, int) else seen.newest.seq + 1)
            continue
        follows = seq == seen.newest.seq + 1
        if not follows:
            seen.gaps.extend(range(seen.newest.seq + 1, seq))
        if not chain.says_what_was_written(zone_id, entry):
            seen.faults[seq] = entry
        elif follows and entry["previous"] != seen.newest.link:
            seen.unlinked.append(seq)
        _note_rows(seen, seq, entry)
        seen.newest, seen.newest_entry = Head(seq, chain.link(entry)), entry
        if seq in wanted:
            seen.links[seq] = seen.newest.link
    return seen


def findings(
    zone_id: str, seen: Walk, entries: Callable[[], Iterable[chain.Entry]], verifier: Verifier
) -> list[Finding]:
    """What the walk found. Where all links hold, the newest signature vouches for everything; else all are checked."""
    broken = bool(seen.faults or seen.gaps or seen.strays or seen.unlinked)
    if seen.newest_entry is not None:
        broken = broken or not chain.is_signed(zone_id, seen.newest_entry, verifier)
    unsigned: set[int] = set()
    if broken:
        unsigned = {_number(entry) for entry in entries() if not chain.is_signed(zone_id, entry, verifier)}
    moved = _moved(zone_id, seen)
    edited = (set(seen.faults) | set(seen.strays)) - set(moved)
    explained = edited | unsigned | set(moved)
    return [
        *at_entries("removed", seen.gaps),
        *at_entries("edited", edited),
        *(at_entry("moved", seq, was=was) for seq, was in moved.items()),
        *at_entries("unsigned", unsigned - edited - set(moved)),
        *(at_entry("unlinked", seq) for seq in seen.unlinked if not {seq, seq - 1} & explained),
    ]


def _moved(zone_id: str, seen: Walk) -> dict[int, int]:
    """Entries that would be right at another place, and that place."""
    if len(seen.faults) > MOST_MOVED:
        return {}
    moved = {}
    for seq, entry in seen.faults.items():
        for other in {*seen.faults, *seen.gaps[:MOST_MOVED], seq - 1, seq + 1} - {seq}:
            if chain.says_what_was_written(zone_id, {**entry, "seq": other}):
                moved[seq] = other
    return moved


def _note_rows(seen: Walk, seq: int, entry: chain.Entry) -> None:
    try:
        for table, key, digest in json.loads(str(entry["changed"])):
            seen.rows.setdefault((table, tuple(key)), []).append((seq, digest))
    except (ValueError, TypeError):
        # Only an edited entry is unreadable, and `faults` has it.
        return


def _number(entry: chain.Entry) -> int:
    return entry["seq"] if isinstance(entry["seq"], int) else 0
