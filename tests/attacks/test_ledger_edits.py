"""Whoever edits rows of the ledger in the database itself is found: on reading the row, and by the check of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ledger_ground import Ground, fill, user

from secure_zone.accounts import AccountState
from secure_zone.audit import log
from secure_zone.audit.verify import verify
from secure_zone.errors import Damaged
from secure_zone.ledger import data_keys, datasets, key_areas, sign_in_states, users, versions
from secure_zone.ledger.engine import Ledger
from secure_zone.ledger.schema import SIGNED_TABLES
from secure_zone.ledger.signed_rows import key_of
from secure_zone.ledger.transactions import Reading
from secure_zone.roles import Role

READ_ALL: dict[str, Callable[[Reading], object]] = {
    "users": users.everyone,
    "sign_in_states": lambda tx: sign_in_states.get(tx, "per"),
    "key_areas": key_areas.newest,
    "key_area_holders": lambda tx: key_areas.holders(tx, 1),
    "datasets": datasets.every,
    "dataset_versions": versions.every,
    "data_keys": lambda tx: [data_keys.of_version(tx, "must", number) for number in (1, 2)],
}


def edited(value: Any) -> Any:
    """Another value of the same kind."""
    if value is None:
        return "2026-01-01T00:00:00.000000Z"
    return value + 1000 if isinstance(value, int) else f"x{value}"


def place(table: Any, row: dict[str, Any]) -> str:
    return f"{table.name}/{'/'.join(map(str, key_of(table, row)))}"


def test_every_edit_of_a_single_field_of_every_row_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    tried = 0
    for table in SIGNED_TABLES:
        key = {column.name for column in table.primary_key.columns}
        for row in ground.rows(table.name):
            for name, value in row.items():
                other = {**row, name: edited(value)}
                ground.replace_row(table.name, row, other)
                report = verify(ledger)
                assert place(table, row) in {finding.place for finding in report.findings}, (table.name, name)
                if name not in key:
                    with pytest.raises(Damaged) as damage, ledger.read() as tx:
                        READ_ALL[table.name](tx)
                    assert damage.value.params["table"] == table.name
                ground.replace_row(table.name, other, row)
                tried += 1
    assert tried > 100
    assert verify(ledger).sound


def test_a_deleted_row_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    for table in SIGNED_TABLES:
        for row in ground.rows(table.name):
            ground.delete_row(table.name, row)
            assert [(f.kind, f.place) for f in verify(ledger).findings] == [("row_missing", place(table, row))]
            ground.insert_row(table.name, row)
    assert verify(ledger).sound


def test_a_user_put_back_to_an_older_signed_state_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    [before] = [row for row in ground.rows("users") if row["user"] == "ola"]
    with ledger.write() as tx:
        ola = users.get(tx, "ola")
        assert ola is not None
        users.save(tx, replace(ola, state=AccountState.REMOVED))
        log.append(tx, who="kari", verb="users.remove", subject="ola", why="has left")
    [after] = [row for row in ground.rows("users") if row["user"] == "ola"]
    ground.replace_row("users", after, before)
    with ledger.read() as tx:
        assert users.get(tx, "ola") == ola  # signed by the zone: only the log tells that it is old
    [finding] = verify(ledger).findings
    assert (finding.kind, finding.place, finding.params) == ("row_rolled_back", "users/ola", {"first": 11, "was": 3})


def test_a_deleted_key_put_back_is_found(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    [key] = [row for row in ground.rows("data_keys") if (row["version"], row["holder"]) == (1, "per")]
    with ledger.write() as tx:
        data_keys.destroy(tx, "must", 1)
        log.append(tx, who="kari", verb="datasets.destroy", subject="must", why="end of the approval", version=1)
    ground.insert_row("data_keys", key)
    assert [(f.kind, f.place) for f in verify(ledger).findings] == [("row_restored", "data_keys/must/1/per")]


def test_a_row_with_the_content_of_another_of_its_table_is_found(ground: Ground, ledger: Ledger) -> None:
    """A version's sealed key under another version's number, and a researcher with the row of the project leader."""
    fill(ledger)
    for table, mine, theirs in (
        ("data_keys", {"version": 1, "holder": "per"}, {"version": 2, "holder": "per"}),
        ("users", {"user": "per"}, {"user": "kari"}),
    ):
        rows = ground.rows(table)
        [own] = [row for row in rows if mine.items() <= row.items()]
        [other] = [row for row in rows if theirs.items() <= row.items()]
        ground.replace_row(table, own, {**other, **mine})
        assert [finding.kind for finding in verify(ledger).findings] == ["row_edited"]
        with pytest.raises(Damaged), ledger.read() as tx:
            READ_ALL[table](tx)
        ground.replace_row(table, {**other, **mine}, own)


def test_a_row_signed_by_another_zone_is_refused(ground: Ground, ledger: Ledger) -> None:
    """Both with another key, and with the same key in a zone of another name."""
    fill(ledger)
    for zone_id, signer in (("zone-1", None), ("zone-2", ground.signer)):
        folder = ground.folder / zone_id
        folder.mkdir()
        more = {"signer": signer} if signer else {}
        other = Ground("sqlite", folder / "other.sqlite", folder, zone_id=zone_id, **more)
        theirs = other.open()
        with theirs.write() as tx:
            users.add(tx, user("mallory", Role.PROJECT_LEADER))
            log.append(tx, who="system", verb="users.add", subject="mallory")
        theirs.close()
        [row] = other.rows("users")
        ground.insert_row("users", row)
        assert [(f.kind, f.place) for f in verify(ledger).findings] == [("row_unknown", "users/mallory")]
        with pytest.raises(Damaged, match="mallory"), ledger.read() as tx:
            users.get(tx, "mallory")
        ground.delete_row("users", row)


def test_values_of_the_wrong_kind_are_refused_in_a_sentence(ground: Ground, ledger: Ledger) -> None:
    """SQLite lets anything lie in any column."""
    if ground.database != "sqlite":
        pytest.skip("PostgreSQL refuses them itself")
    fill(ledger)
    [row] = [row for row in ground.rows("users") if row["user"] == "per"]
    for value in (b"\xff\xfe", 3.5, b""):
        ground.tamper("""UPDATE users SET role = :value WHERE "user" = 'per'""", value=value)
        with pytest.raises(Damaged), ledger.read() as tx:
            users.everyone(tx)
        assert "users/per" in {finding.place for finding in verify(ledger).findings}
    ground.replace_row("users", row, row)
    assert verify(ledger).sound


def test_an_error_about_a_row_does_not_show_what_is_in_it(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.tamper("UPDATE users SET display_name = 'Hemmelig Person'")
    with pytest.raises(Damaged) as damage, ledger.read() as tx:
        users.everyone(tx)
    shown = f"{damage.value} {damage.value.params} {damage.value.__cause__} {damage.value.__suppress_context__}"
    assert "Hemmelig" not in shown
