"""Someone edits the ledger under a running custodian: the auditor who asks for the verdict is told, not refused."""

from __future__ import annotations

import sqlite3

import pytest
from factories import AUDITOR, Ground

from secure_zone.custodian.use_cases.audit import verify_all
from secure_zone.errors import Damaged


def edit(inside: Ground, statement: str) -> None:
    with sqlite3.connect(inside.folder.ledger) as ledger:
        ledger.execute(statement)
    ledger.close()


def test_an_edited_entry_is_named(inside: Ground) -> None:
    session = inside.session(AUDITOR)
    edit(inside, "UPDATE audit SET why = 'nothing to see here' WHERE seq = 3")
    report = verify_all(inside.house, session)
    assert not report.sound
    assert ("edited", 3) in [(finding.kind, finding.seq) for finding in report.findings]


def test_a_cut_off_end_is_named_though_nothing_more_can_be_recorded(inside: Ground) -> None:
    session = inside.session(AUDITOR)
    edit(inside, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    report = verify_all(inside.house, session)
    assert "cut_off" in [finding.kind for finding in report.findings]


def test_a_sound_log_records_the_check(inside: Ground) -> None:
    session = inside.session(AUDITOR)
    before = verify_all(inside.house, session).entries
    assert verify_all(inside.house, session).entries == before + 1


def test_an_edited_account_of_the_auditor_is_a_sentence(inside: Ground) -> None:
    session = inside.session(AUDITOR)
    edit(inside, "UPDATE users SET role = 'custodian' WHERE role = 'auditor'")
    with pytest.raises(Damaged):
        verify_all(inside.house, session)
