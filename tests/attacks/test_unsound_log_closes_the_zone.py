"""A row put back to an older signed state is found by the log only: so the log is checked before anyone signs in."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from factories import CHECKER, LEADER, WHY, Custodian, Ground, code_of, passphrase_of, running_custodian, varde

from secure_zone.custodian import verdict
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.errors import Damaged, ZoneUnavailable
from secure_zone.folder import ZoneFolder
from secure_zone.keys import totp


def log_state(custodian: Custodian) -> str:
    """The verdict, when there is one."""
    with custodian.outside as outside:
        latest = time.monotonic() + 20
        while outside.status().log == "checking" and time.monotonic() < latest:
            time.sleep(0.02)
        return outside.status().log


def test_a_removed_user_does_not_come_back_with_their_old_row(zone: ZoneFolder) -> None:
    code = code_of(zone, CHECKER, totp.step_at(time.time()))
    with closing(sqlite3.connect(zone.ledger)) as ledger:
        old = ledger.execute("SELECT * FROM users WHERE user = ?", [CHECKER]).fetchone()
    with running_custodian(zone) as custodian, custodian.sign_in(LEADER) as leader:
        leader.remove(CHECKER, WHY)
        assert log_state(custodian) == "sound"
    with closing(sqlite3.connect(zone.ledger)) as ledger, ledger:
        ledger.execute("DELETE FROM users WHERE user = ?", [CHECKER])
        places = ", ".join("?" * len(old))
        ledger.execute(f"INSERT INTO users VALUES ({places})", old)  # noqa: S608 - question marks only
    with running_custodian(zone) as custodian:
        asked: list[Callable[[], object]] = [
            lambda: custodian.outside.sign_in(CHECKER, passphrase_of(CHECKER), code),
            lambda: custodian.sign_in(LEADER),
            lambda: custodian.outside.demo_users(),
            lambda: type(leader).from_token("of nobody", zone.root).session(),
        ]
        with pytest.raises(Damaged, match="varde audit verify"):
            asked[0]()
        assert log_state(custodian) == "unsound"
        for ask in asked:
            with pytest.raises(Damaged, match="varde audit verify"):
                ask()
    told = varde("audit", "verify", "--zone", str(zone.root))
    assert told.returncode == 1 and f"users/{CHECKER}" in told.stderr


def test_nobody_signs_in_before_the_log_is_checked(inside: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "LONGEST_WAIT", 0.05)
    house = inside.house
    house.verdict.await_first()
    assert house.verdict.state == "checking"
    code = inside.code(LEADER)
    with pytest.raises(ZoneUnavailable, match="still being checked"):
        sign_in(house, LEADER, passphrase_of(LEADER), code)
    monkeypatch.setattr(verdict, "LONGEST_WAIT", 20.0)
    threading.Timer(0.2, house.verdict.begin, [house.ledger]).start()
    sign_in(house, LEADER, passphrase_of(LEADER), code)
    assert house.verdict.state == "sound"
    house.verdict.end()


def test_what_happens_to_a_running_zone_is_found_at_the_next_check(inside: Ground) -> None:
    inside.house.verdict.begin(inside.house.ledger, every=0.05)
    with closing(sqlite3.connect(inside.folder.ledger)) as ledger, ledger:
        ledger.execute("UPDATE audit SET who = 'x' WHERE seq = 3")
    latest = time.monotonic() + 20
    while inside.house.verdict.state != "unsound" and time.monotonic() < latest:
        time.sleep(0.02)
    with pytest.raises(Damaged, match="varde audit verify"):
        inside.session(LEADER)
    inside.house.verdict.end()
