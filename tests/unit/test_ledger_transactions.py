"""A transaction of the ledger is whole or nothing, recorded or refused, and one at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_ground import Ground, fill, user
from sqlalchemy import text

from secure_zone.audit import heads, log
from secure_zone.audit.verify import verify
from secure_zone.datasets import VersionState
from secure_zone.errors import BadInput, Conflict, Damaged, NotFound, Refused, ZoneUnavailable
from secure_zone.keys.signing import Signer
from secure_zone.ledger import data_keys, databases, users, versions
from secure_zone.ledger.engine import Ledger


def add(ledger: Ledger, name: str) -> None:
    with ledger.write() as tx:
        users.add(tx, user(name))
        log.append(tx, who="system", verb="users.add", subject=name)


def names(ledger: Ledger) -> list[str]:
    with ledger.read() as tx:
        return [one.user for one in users.everyone(tx)]


def test_what_raises_leaves_nothing(ledger: Ledger, ground: Ground) -> None:
    add(ledger, "kari")
    head = ground.head_file.read_bytes()
    with pytest.raises(Conflict), ledger.write() as tx:
        users.add(tx, user("ola"))
        log.append(tx, who="system", verb="users.add", subject="ola")
        raise Conflict("The use case changes its mind.")
    assert names(ledger) == ["kari"]
    assert ground.head_file.read_bytes() == head
    assert verify(ledger).sound
    add(ledger, "ola")
    assert names(ledger) == ["kari", "ola"]


def test_a_write_that_the_log_does_not_hold_is_refused(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="without an audit entry: users"), ledger.write() as tx:
        users.add(tx, user("kari"))
    with pytest.raises(RuntimeError, match="without an audit entry: users"), ledger.write() as tx:
        log.append(tx, who="system", verb="users.add")
        users.add(tx, user("kari"))
    assert names(ledger) == []


def test_a_second_row_with_the_same_key_is_a_sentence_and_undoes_everything(ledger: Ledger) -> None:
    add(ledger, "kari")
    with pytest.raises(Conflict, match="kari in users"), ledger.write() as tx:
        users.add(tx, user("ola"))
        users.add(tx, user("kari"))
    with pytest.raises(NotFound, match="users has no per"), ledger.write() as tx:
        users.save(tx, user("per"))
    assert names(ledger) == ["kari"]


def test_a_dataset_never_has_two_current_versions(ledger: Ledger) -> None:
    fill(ledger)
    with pytest.raises(Conflict, match="must/1 in dataset_versions"), ledger.write() as tx:
        first = versions.get(tx, "must", 1)
        assert first is not None
        versions.save(tx, replace(first, state=VersionState.CURRENT))
    with ledger.read() as tx:
        current = versions.current(tx, "must")
        assert current is not None and current.version == 2
        assert versions.next_number(tx, "must") == 3 and versions.next_number(tx, "other") == 1


def test_a_key_to_a_version_that_is_not_there_is_refused(ledger: Ledger) -> None:
    fill(ledger)
    with pytest.raises(Conflict, match="must/9/per in data_keys"), ledger.write() as tx:
        data_keys.add(tx, data_keys.DataKey("must", 9, "per", b"sealed"))


def test_a_reader_sees_one_moment_while_others_write(ledger: Ledger) -> None:
    add(ledger, "kari")
    with ledger.read() as tx:
        thread = threading.Thread(target=add, args=(ledger, "ola"))
        thread.start()
        thread.join()
        assert [one.user for one in users.everyone(tx)] == ["kari"]
    assert names(ledger) == ["kari", "ola"]


def test_writers_take_turns(ledger: Ledger) -> None:
    threads = [threading.Thread(target=add, args=(ledger, f"user{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(ledger)) == 8
    assert verify(ledger).sound


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="wait for itself"), ledger.write(), ledger.write():
        pass
    add(ledger, "kari")


def test_another_process_waits_for_its_turn_and_then_says_so(
    ground: Ground, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "WAIT", 1)
    other = ground.open()
    with ledger.write() as tx:
        log.append(tx, who="system", verb="x")
        with pytest.raises(ZoneUnavailable, match="Another process is writing") as busy, other.write():
            pass
        assert busy.value.code == "ledger_busy"
    with other.write() as tx:
        log.append(tx, who="system", verb="y")
    other.close()
    assert verify(ledger).entries == 2


def test_a_ledger_opened_without_the_signer_only_reads(ground: Ground, ledger: Ledger) -> None:
    add(ledger, "kari")
    reader = ground.open(writable=False)
    assert names(reader) == ["kari"]
    assert verify(reader).sound
    with pytest.raises(Refused), reader.write():
        pass
    reader.close()


def test_times_bytes_and_structures_come_back_as_they_were(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as tx:
        per = users.get(tx, "per")
        second = versions.get(tx, "must", 2)
        keys = data_keys.of_holder(tx, data_keys.KEY_AREA)
    assert per is not None and (per.kdf, per.totp_sealed) == ({"profile": "CHEAPEST", "salt": "00"}, b"sealed")
    assert per.created_at == user("per").created_at
    assert second is not None and second.made_from == ("raw/1",)
    assert [key.sealed for key in keys] == [b"sealed key for key area"] * 2


def test_rows_do_not_show_keys_when_printed(ledger: Ledger) -> None:
    fill(ledger)
    with ledger.read() as tx:
        shown = repr([users.everyone(tx), data_keys.of_version(tx, "must", 1)])
    assert "sealed" not in shown and "wrapped" not in shown


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from secure_zone.audit import heads, log
    from secure_zone.keys.secret import Secret
    from secure_zone.keys.signing import Signer
    from secure_zone.ledger.engine import open_ledger

    place, head_file, key, moment = sys.argv[1:]
    signer = Signer(Secret(bytes.fromhex(key)))
    ledger = open_ledger(place, zone_id="zone-1", verifier=signer.verifier, head_file=Path(head_file), signer=signer)
    prepare = heads.prepare

    def die(*args):
        if moment == "half a head":
            heads.beside(Path(head_file)).write_text('{"zone_id": "zo')
        elif moment == "before the commit":
            prepare(*args)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(heads, "publish" if moment == "after the commit" else "prepare", die)
    with ledger.write() as tx:
        log.append(tx, who="system", verb="last.words")
"""


@pytest.mark.parametrize(
    ("moment", "entries"),
    [("half a head", 10), ("before the commit", 10), ("after the commit", 11)],
)
def test_a_kill_around_the_commit_loses_and_corrupts_nothing(ground: Ground, moment: str, entries: int) -> None:
    first = ground.open()
    fill(first)
    first.close()
    key = ground.signer.private.reveal().hex()
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(ground.place), str(ground.head_file), key, moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    reader = ground.open(writable=False)
    report = verify(reader)
    assert (report.findings, report.entries) == ((), entries)
    reader.close()
    again = ground.open()
    head = heads.read(ground.head_file, ground.signer.verifier, ground.zone_id)
    assert head == verify(again).newest and head is not None and head.seq == entries
    add(again, "anne")
    assert verify(again).sound
    again.close()


def test_a_kill_at_the_very_first_commit_is_settled(ground: Ground) -> None:
    ground.open().close()
    key = ground.signer.private.reveal().hex()
    moment = "after the commit"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(ground.place), str(ground.head_file), key, moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    again = ground.open()
    assert verify(again).sound and verify(again).entries == 1
    again.close()


def test_a_full_disk_stops_the_commit_with_a_sentence(
    ledger: Ledger, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ledger, "kari")
    # The device that is always full: writing the next head fails as on a full disk.
    with monkeypatch.context() as full:
        full.setattr(heads, "beside", lambda head_file: Path("/dev/full"))
        with pytest.raises(ZoneUnavailable, match="disk is full") as refused:
            add(ledger, "ola")
    assert refused.value.code == "disk_full"
    assert names(ledger) == ["kari"]
    assert verify(ledger).sound
    add(ledger, "ola")


def test_a_full_database_is_the_same_sentence(tmp_path: Path) -> None:
    ground = Ground("sqlite", tmp_path / "ledger.sqlite", tmp_path)
    ledger = ground.open()
    fill(ledger)
    with pytest.raises(ZoneUnavailable, match="disk is full"), ledger.write() as tx:
        tx.connection.execute(text("PRAGMA max_page_count = 1"))
        for number in range(200):
            users.add(tx, user(f"user{number}"))
        log.append(tx, who="system", verb="users.add")
    ledger.close()
    again = ground.open()
    assert verify(again).sound and verify(again).entries == 10
    again.close()


def test_the_files_are_for_us_only(tmp_path: Path) -> None:
    ground = Ground("sqlite", tmp_path / "ledger.sqlite", tmp_path)
    ledger = ground.open()
    fill(ledger)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("ledger.sqlite*")}
    assert modes == {"ledger.sqlite": 0o600, "ledger.sqlite-wal": 0o600, "ledger.sqlite-shm": 0o600}
    ledger.close()


def test_a_destroyed_key_is_no_longer_in_the_files(tmp_path: Path) -> None:
    ground = Ground("sqlite", tmp_path / "ledger.sqlite", tmp_path)
    ledger = ground.open()
    fill(ledger)
    sealed = os.urandom(3000)
    with ledger.write() as tx:
        data_keys.add(tx, data_keys.DataKey("must", 1, "ola", sealed))
        log.append(tx, who="kari", verb="x", subject="must", version=1)
    [row] = [row for row in ground.rows("data_keys") if row["holder"] == "ola"]
    marker = row["sealed"][1200:1240].encode()

    def in_files() -> bool:
        return any(marker in path.read_bytes() for path in tmp_path.iterdir())

    assert in_files()
    with ledger.write() as tx:
        data_keys.destroy(tx, "must", 1)
        log.append(tx, who="kari", verb="datasets.destroy", subject="must", version=1)
    assert ledger.erase_deleted()
    assert not in_files()
    ledger.close()


def test_erasing_works_on_both_databases(ledger: Ledger) -> None:
    fill(ledger)
    assert ledger.erase_deleted()
    assert verify(ledger).sound


def test_erasing_waits_for_a_long_read_and_then_leaves_it_for_the_next_time(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "WAIT", 1)
    ledger = ground.open()
    fill(ledger)
    with ledger.read() as tx:
        users.everyone(tx)
        fill_more = threading.Thread(target=add, args=(ledger, "anne"))
        fill_more.start()
        fill_more.join()
        assert not ledger.erase_deleted()
    assert ledger.erase_deleted()
    ledger.close()


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "sone ?mode=memory #1 æ"
    folder.mkdir()
    ledger = Ground("sqlite", folder / "ledger.sqlite", folder).open()
    add(ledger, "kari")
    ledger.close()
    assert (folder / "ledger.sqlite").stat().st_size > 0


def test_a_place_that_is_no_ledger_is_a_sentence(tmp_path: Path) -> None:
    missing = Ground("sqlite", tmp_path / "none.sqlite", tmp_path)
    with pytest.raises(NotFound, match="no ledger at"):
        missing.open(writable=False)
    (tmp_path / "text").write_text("no database, but long enough to look at\n" * 100)
    with pytest.raises(Damaged, match="restore|Restore"):
        Ground("sqlite", tmp_path / "text", tmp_path).open()
    with pytest.raises(BadInput, match="postgresql://"):
        Ground("mysql", "mysql://host/zone", tmp_path).open()
    started = time.monotonic()
    with pytest.raises(ZoneUnavailable, match="does not answer"):
        Ground("postgresql", f"postgresql://varde@/zone?host={tmp_path}", tmp_path).open()
    assert time.monotonic() - started < databases.WAIT


def test_a_ledger_of_another_zone_is_refused(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ledger.close()
    with pytest.raises(Damaged):
        replace(ground, zone_id="zone-2").open()
    with pytest.raises(Damaged):
        replace(ground, signer=Signer.generate()).open()
