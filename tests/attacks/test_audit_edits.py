"""Whoever edits, removes, moves, cuts or forges entries of the audit log is found, and the place is named."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from ledger_ground import Ground, fill

from secure_zone.audit import chain, heads, log
from secure_zone.audit.findings import Report
from secure_zone.audit.heads import Head
from secure_zone.audit.restore import restore_head
from secure_zone.audit.verify import verify
from secure_zone.errors import Conflict, Damaged
from secure_zone.keys.signing import Signer
from secure_zone.ledger.engine import Ledger

ENTRIES = 10  # written by `fill`


def entries(ground: Ground) -> list[dict[str, Any]]:
    return ground.rows("audit")


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.place) for finding in report.findings]


def append(ledger: Ledger) -> None:
    with ledger.write() as tx:
        log.append(tx, who="per", verb="datasets.open", subject="must", version=2)


def test_every_edit_of_a_single_field_of_every_entry_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    for entry in entries(ground):
        for name, value in entry.items():
            other = 77 if name == "version" else value + 1000 if isinstance(value, int) else f"{value} "
            ground.replace_row("audit", entry, {**entry, name: other})
            findings = verify(ledger).findings
            places = {finding.seq for finding in findings}
            assert entry["seq"] in places, (entry["seq"], name, findings)
            ground.replace_row("audit", {**entry, name: other}, entry)
    assert verify(ledger).sound


def test_a_single_edit_names_that_entry_and_no_other(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    for entry in entries(ground):
        ground.replace_row("audit", entry, {**entry, "why": "something else"})
        assert kinds(verify(ledger)) == [("edited", f"entry {entry['seq']}")]
        ground.replace_row("audit", {**entry, "why": "something else"}, entry)


def test_a_removed_entry_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    for entry in entries(ground)[:-1]:
        ground.delete_row("audit", entry)
        assert ("removed", f"entry {entry['seq']}") in kinds(verify(ledger))
        ground.insert_row("audit", entry)
    ground.tamper("DELETE FROM audit WHERE seq BETWEEN 4 AND 6")
    assert ("removed_range", "entries 4-6") in kinds(verify(ledger))


def test_two_entries_exchanged_are_found_with_where_they_stood(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    _, two, _, four = entries(ground)[:4]
    ground.replace_row("audit", two, {**two, "seq": 99})
    ground.replace_row("audit", four, {**four, "seq": 2})
    ground.replace_row("audit", {**two, "seq": 99}, {**two, "seq": 4})
    report = verify(ledger)
    assert {finding.what for finding in report.findings if finding.kind == "moved"} == {
        "What stands as entry 2 was written as entry 4.",
        "What stands as entry 4 was written as entry 2.",
    }


def test_a_removal_with_the_rest_moved_up_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.tamper("DELETE FROM audit WHERE seq = 4")
    for seq in range(5, ENTRIES + 1):
        ground.tamper("UPDATE audit SET seq = :seq - 1 WHERE seq = :seq", seq=seq)
    report = verify(ledger)
    assert ("moved", "entry 4") in kinds(report)
    assert ("cut_off", "audit_head.json") in kinds(report)


def test_a_cut_off_end_is_found_and_nothing_is_added_to_it(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES)
    assert ("cut_off", "audit_head.json") in kinds(verify(ledger))
    with pytest.raises(Damaged, match="do not agree"):
        append(ledger)
    with pytest.raises(Damaged, match="do not agree"):
        ground.open()
    ground.tamper("DELETE FROM audit")
    assert ("cut_off", "audit_head.json") in kinds(verify(ledger))
    with pytest.raises(Damaged, match="do not agree"):
        append(ledger)


def test_a_cut_off_end_with_an_older_head_is_found_by_the_rows_and_by_a_noted_place(
    ground: Ground, ledger: Ledger
) -> None:
    fill(ledger)
    kept = ground.keep_head()
    with ledger.write() as tx:
        log.append(tx, who="kari", verb="datasets.open", subject="must", why="to look at one's own boss", version=2)
    noted = verify(ledger).newest
    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES + 1)
    shutil.copy(kept, ground.head_file)
    assert verify(ledger).sound  # both areas as they were at one time: nothing inside the zone can tell
    assert kinds(verify(ledger, noted)) == [("noted_differs", f"entry {ENTRIES + 1}")]

    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES)
    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES - 1)
    place = Head(ENTRIES - 2, chain.link(entries(ground)[-1]))
    heads.prepare(ground.head_file, place, ground.signer, ground.zone_id)
    heads.publish(ground.head_file)
    assert kinds(verify(ledger)) == [("row_edited", "users/per")]


def test_an_older_head_is_found_and_nothing_is_added(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    kept = ground.keep_head()
    append(ledger)
    shutil.copy(kept, ground.head_file)
    assert kinds(verify(ledger)) == [("head_behind", "audit_head.json")]
    with pytest.raises(Damaged, match="do not agree"):
        append(ledger)


def test_a_missing_head_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.head_file.unlink()
    assert kinds(verify(ledger)) == [("head_missing", "audit_head.json")]
    with pytest.raises(Damaged):
        append(ledger)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", "head_unreadable"),
        ("[]", "head_unreadable"),
        ('{"seq": 10}', "head_unreadable"),
        ('{"zone_id": "zone-1", "seq": "x", "link": 4, "signature": "æ"}', "head_unreadable"),
        ('{"zone_id": "zone-1", "seq": 10, "link": "00", "signature": "AAAA"}', "head_unsigned"),
    ],
)
def test_a_head_that_is_no_head_is_found(ground: Ground, ledger: Ledger, content: str, kind: str) -> None:
    fill(ledger)
    ground.head_file.write_text(content, "utf-8")
    assert kinds(verify(ledger)) == [(kind, "audit_head.json")]
    with pytest.raises(Damaged):
        append(ledger)


def test_the_head_of_another_zone_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    newest = verify(ledger).newest
    assert newest is not None
    heads.prepare(ground.head_file, newest, ground.signer, "zone-2")
    heads.publish(ground.head_file)
    assert kinds(verify(ledger)) == [("head_of_other_zone", "audit_head.json")]


def test_entries_hashed_anew_without_the_key_are_found(ground: Ground, ledger: Ledger) -> None:
    """The attacker edits entry 4, makes all hashes and links right again, and signs with a key of their own, or not."""
    fill(ledger)
    for signer in (Signer.generate(), None):
        link = chain.START
        for entry in entries(ground):
            changed = {**entry, "previous": link}
            if entry["seq"] == 4:
                changed["who"] = "somebody.else"
            if entry["seq"] >= 4:
                own = {name: value for name, value in changed.items() if name not in ("hash", "signature")}
                forged = chain.seal(ground.zone_id, own, signer or Signer.generate())
                changed = dict(forged) if signer else {**forged, "signature": entry["signature"]}
                ground.replace_row("audit", entry, changed)
            link = chain.link(changed)
        report = verify(ledger)
        assert ("unsigned_range", f"entries 4-{ENTRIES}") in kinds(report)
        assert ("head_differs", "audit_head.json") in kinds(report)


def test_one_entry_hashed_anew_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    entry = entries(ground)[4]
    own = {name: value for name, value in entry.items() if name not in ("hash", "signature")} | {"who": "somebody.else"}
    ground.replace_row("audit", entry, dict(chain.seal(ground.zone_id, own, Signer.generate())))
    assert kinds(verify(ledger)) == [("unsigned", "entry 5")]


def test_an_entry_added_at_the_end_or_before_the_start_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    last = entries(ground)[-1]
    ground.insert_row("audit", {**last, "seq": ENTRIES + 1, "previous": chain.link(last)})
    report = verify(ledger)
    assert ("head_behind", "audit_head.json") in kinds(report)
    assert {f.seq for f in report.findings} >= {ENTRIES + 1}
    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES + 1)
    ground.insert_row("audit", {**last, "seq": 0})
    assert ("edited", "entry 0") in kinds(verify(ledger))


def test_entries_of_another_history_of_the_same_zone_are_found(ground: Ground, ledger: Ledger) -> None:
    """The log is put back to a backup, goes on differently, and is given the true end again."""
    fill(ledger)
    kept = ground.keep_head()
    append(ledger)
    [true_end] = entries(ground)[-1:]
    ground.tamper("DELETE FROM audit WHERE seq = :seq", seq=ENTRIES + 1)
    shutil.copy(kept, ground.head_file)
    append(ledger)
    append(ledger)
    [other] = [entry for entry in entries(ground) if entry["seq"] == ENTRIES + 1]
    ground.replace_row("audit", other, true_end)
    assert kinds(verify(ledger)) == [("unlinked", f"entry {ENTRIES + 2}")]


def test_the_log_of_another_zone_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    folder = ground.folder / "other"
    folder.mkdir()
    other = Ground("sqlite", folder / "ledger.sqlite", folder, zone_id="zone-2", signer=ground.signer)
    theirs = other.open()
    fill(theirs)
    theirs.close()
    ground.tamper("DELETE FROM audit")
    for entry in other.rows("audit"):
        ground.insert_row("audit", entry)
    found = kinds(verify(ledger))
    assert ("edited_range", f"entries 1-{ENTRIES}") in found
    assert ("head_differs", "audit_head.json") in found


def test_a_missing_table_is_a_sentence(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.tamper("DROP TABLE audit")
    with pytest.raises(Damaged, match="backup"):
        verify(ledger)


def test_a_lost_head_is_restored_and_the_log_says_so(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    more = {"zone_id": ground.zone_id, "signer": ground.signer, "head_file": ground.head_file, "who": "operator"}
    with pytest.raises(Conflict, match="nothing to restore"):
        restore_head(ground.place, **more, why="a disk broke")
    ledger.close()
    ground.head_file.unlink()
    newest = restore_head(ground.place, **more, why="a disk broke")
    reopened = ground.open()
    assert verify(reopened, newest).sound
    with reopened.read() as tx:
        [entry] = log.read(tx, verb="audit.restore_head")
    assert entry.details["found"] == ["head_missing"]
    ground.tamper("UPDATE audit SET who = 'x' WHERE seq = 3")
    ground.head_file.unlink()
    with pytest.raises(Conflict, match="More than the head"):
        restore_head(ground.place, **more, why="a disk broke")
    reopened.close()
