"""What goes into the audit log, what comes out by which filter, and what never goes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from ledger_ground import Ground, fill

from secure_zone.audit import log
from secure_zone.audit.findings import SENTENCES, at_entries
from secure_zone.audit.heads import Head
from secure_zone.audit.verify import verify
from secure_zone.errors import BadInput, Damaged
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.ledger.transactions import Writing

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def hourly(ground: Ground) -> Ledger:
    """A ledger whose clock goes on by an hour at each entry, from START."""
    hours = count()
    return open_ledger(
        ground.place,
        zone_id=ground.zone_id,
        verifier=ground.signer.verifier,
        head_file=ground.head_file,
        signer=ground.signer,
        clock=lambda: START + timedelta(hours=next(hours) - 1),  # the schema's own time is the first
    )


def write(tx: Writing, who: str, verb: str, subject: str = "", why: str = "") -> None:
    log.append(tx, who=who, verb=verb, subject=subject, why=why, details={"rows": 3})


def test_entries_say_who_when_what_why_and_which_version(hourly: Ledger) -> None:
    with hourly.write() as tx:
        written = log.append(
            tx,
            who="per",
            verb="datasets.open",
            subject="must",
            why="tabell 2 i artikkelen",
            version=3,
            details={"a": [1]},
        )
    with hourly.read() as tx:
        [entry] = log.read(tx)
    assert entry == written
    assert (entry.seq, entry.at, entry.version, entry.details) == (1, START, 3, {"a": [1]})


def test_an_entry_names_the_rows_its_transaction_wrote(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as tx:
        entries = log.read(tx)
    assert [[f"{table}/{key}" for table, key, _ in entry.changed] for entry in entries[4:8]] == [
        ["key_areas/(1,)", "key_area_holders/(1, 'kari')", "key_area_holders/(1, 'ola')"],
        [
            "datasets/('must',)",
            "dataset_versions/('must', 1)",
            "data_keys/('must', 1, 'key area')",
            "data_keys/('must', 1, 'per')",
        ],
        [
            "dataset_versions/('must', 1)",
            "dataset_versions/('must', 2)",
            "data_keys/('must', 2, 'key area')",
            "data_keys/('must', 2, 'per')",
        ],
        ["sign_in_states/('per',)"],
    ]


def test_filters(hourly: Ledger) -> None:
    with hourly.write() as tx:
        write(tx, "kari", "users.add", "ola", "ny i prosjektet")
        write(tx, "per", "datasets.open", "must", "Ærlig talt: 100 % sykefravær")
        write(tx, "per", "session.sign_out")
        write(tx, "kari", "users.remove", "ola", "har sluttet")

    def found(**wanted: Any) -> list[int]:
        with hourly.read() as tx:
            return [entry.seq for entry in log.read(tx, **wanted)]

    assert found() == [1, 2, 3, 4]
    assert found(newest_first=True) == [4, 3, 2, 1]
    assert found(who="per") == [2, 3]
    assert found(verb="users.add") == [1]
    assert found(since=START + timedelta(hours=1)) == [2, 3, 4]
    assert found(until=START + timedelta(hours=1)) == [1]
    assert found(until=(START + timedelta(hours=1)).astimezone()) == [1]
    assert found(text="OLA") == [1, 4]
    assert found(text="100 %") == [2]
    assert found(text="100_%") == []
    assert found(text="ærlig") == found(text="SYKEFRAVÆR") == [2]
    assert found(text="users.") == [1, 4]
    assert found(who="kari", text="sluttet") == [4]
    assert found(limit=2) == [1, 2]
    assert found(limit=2, after_seq=2) == [3, 4]
    assert found(limit=2, after_seq=3, newest_first=True) == [2, 1]
    assert found(text="nobody") == []


@pytest.mark.parametrize(
    "number", ["15890112345", "158901 12345", "158901-12345", "fnr:15890112345.", "om 15890112345 igjen"]
)
@pytest.mark.parametrize("place", ["who", "verb", "subject", "why", "details"])
def test_an_identity_number_is_refused_everywhere(tmp_path_ledger: Ledger, place: str, number: str) -> None:
    words: dict[str, Any] = {"who": "kari", "verb": "x", "subject": "y", "why": "z", "details": {}}
    words[place] = {"note": number} if place == "details" else number
    with pytest.raises(BadInput) as refused, tmp_path_ledger.write() as tx:
        log.append(tx, **words)
    assert number not in str(refused.value)
    with tmp_path_ledger.read() as tx:
        assert log.read(tx) == []


@pytest.mark.parametrize(
    "why", ["project 2026-117", "123456.78901", "5a3412345678901b", "1589011234567", "12345678901234567890"]
)
def test_other_numbers_are_not_taken_for_one(tmp_path_ledger: Ledger, why: str) -> None:
    with tmp_path_ledger.write() as tx:
        log.append(tx, who="kari", verb="x", why=why)


@pytest.mark.parametrize("why", ["a\0b", "half a \ud83d pair", "x" * 20_000])
def test_what_cannot_be_stored_is_refused(tmp_path_ledger: Ledger, why: str) -> None:
    with pytest.raises(BadInput), tmp_path_ledger.write() as tx:
        log.append(tx, who="kari", verb="x", why=why)


def test_the_first_entry_is_checked_when_read(ground: Ground, ledger: Ledger) -> None:
    with ledger.read() as tx:
        assert log.first(tx) is None
    fill(ledger)
    with ledger.read() as tx:
        first = log.first(tx)
        assert first is not None and first.details == {"verify_key": "00ff"}
    ground.tamper("UPDATE audit SET details = :other WHERE seq = 1", other='{"verify_key":"ff00"}')
    with pytest.raises(Damaged, match="first entry"), ledger.read() as tx:
        log.first(tx)


def test_an_entry_that_cannot_be_read_is_a_sentence(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    for column in ("details", "at", "changed"):
        [third] = [entry for entry in ground.rows("audit") if entry["seq"] == 3]
        ground.replace_row("audit", third, {**third, column: "?"})
        with pytest.raises(Damaged, match="Entry 3"), ledger.read() as tx:
            log.read(tx)
        ground.replace_row("audit", third, third)


def test_the_newest_place_is_what_verify_reports(ledger: Ledger) -> None:
    with ledger.read() as tx:
        assert log.newest_place(tx) is None
    assert verify(ledger).newest is None
    fill(ledger)
    with ledger.read() as tx:
        newest = log.newest_place(tx)
    assert newest is not None and newest == verify(ledger).newest
    assert verify(ledger, newest).sound
    assert not verify(ledger, replace(newest, link="00" * 32)).sound
    assert not verify(ledger, Head(99, newest.link)).sound


def test_verify_agrees_with_a_custodian_that_goes_on_writing(ground: Ground, ledger: Ledger) -> None:
    """Between the commit and the rename of the head, and with entries added during the check."""
    fill(ledger)
    reader = ground.open(writable=False)
    with ledger.write() as tx:
        log.append(tx, who="kari", verb="x")
        assert verify(reader).sound
    assert verify(reader).sound
    reader.close()


def test_findings_that_follow_each_other_are_one() -> None:
    assert [finding.what for finding in at_entries("removed", [9, 2, 3, 4])] == [
        "Entries 2 to 4 are missing.",
        "Entry 9 is missing.",
    ]


def test_every_kind_of_finding_has_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


@pytest.fixture
def tmp_path_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """On SQLite only, for what the database has no part in."""
    folder = tmp_path_factory.mktemp("log")
    return Ground("sqlite", folder / "ledger.sqlite", folder).open()
