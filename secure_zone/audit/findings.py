"""What a check of the audit log can find, as sentences, and the verdict that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from secure_zone.audit.heads import Head

SENTENCES: Mapping[str, str] = {
    "edited": "Entry {first} is not what was written.",
    "edited_range": "Entries {first} to {last} are not what was written.",
    "moved": "What stands as entry {first} was written as entry {was}.",
    "removed": "Entry {first} is missing.",
    "removed_range": "Entries {first} to {last} are missing.",
    "unsigned": "Entry {first} is not signed by this zone.",
    "unsigned_range": "Entries {first} to {last} are not signed by this zone.",
    "unlinked": "Entry {first} does not follow the entry before it: what stood between, or before, was exchanged.",
    "cut_off": "The log ends at entry {last}, and the signed head names entry {first}: the end has been cut off.",
    "head_missing": "The signed head of the log is missing.",
    "head_unreadable": "The signed head of the log cannot be read.",
    "head_of_other_zone": "The signed head belongs to another zone.",
    "head_unsigned": "The signed head of the log is not signed by this zone.",
    "head_behind": "The signed head names entry {first}, and the log goes on to entry {last}: the head is an old one.",
    "head_differs": "Entry {first} is not the one the signed head names: the log has been exchanged.",
    "noted_differs": "Entry {first} is not the one that was noted: the log has been exchanged or cut.",
    "schema_foreign": "The database holds this, and Varde did not make it: it can change what is read and written.",
    "schema_missing": "The database does not hold this any more.",
    "schema_differs": "This is not as Varde made it.",
    "row_edited": "The row is not what the log says was written last (entry {first}).",
    "row_rolled_back": "The row is as entry {was} left it, and the log says it was changed later (entry {first}).",
    "row_restored": "The row is there again, and the log says it was deleted (entry {first}).",
    "row_missing": "The row is gone, and the log says it was written (entry {first}) and never deleted.",
    "row_unknown": "The row is there, and no entry of the log says that it was written.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written. `place`: for people. `seq`: the first entry concerned, if it is one."""

    kind: str
    place: str
    seq: int | None = None
    params: Mapping[str, int] | None = None

    @property
    def template(self) -> str:
        return SENTENCES[self.kind]

    @property
    def what(self) -> str:
        return self.template.format(**(self.params or {}))


@dataclass(frozen=True)
class Report:
    """The verdict. `newest`: the place to note outside the zone, so that a later check can be held against it."""

    entries: int
    newest: Head | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.findings


def at_entry(kind: str, seq: int, **params: int) -> Finding:
    return Finding(kind, f"entry {seq}", seq, {"first": seq, **params})


def at_entries(kind: str, seqs: Iterable[int]) -> list[Finding]:
    """One finding for each run of entries that follow each other."""
    runs: list[list[int]] = []
    for seq in sorted(seqs):
        if runs and runs[-1][1] == seq - 1:
            runs[-1][1] = seq
        else:
            runs.append([seq, seq])
    return [
        at_entry(kind, first)
        if first == last
        else Finding(f"{kind}_range", f"entries {first}-{last}", first, {"first": first, "last": last})
        for first, last in runs
    ]
