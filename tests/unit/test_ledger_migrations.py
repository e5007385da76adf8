"""The schema comes about step by step, in whole steps, and a ledger of another program is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ledger_ground import Ground, fill
from sqlalchemy import Column, MetaData, Text, create_engine, inspect, make_url, select

from secure_zone.errors import Conflict, Damaged, ZoneError
from secure_zone.ledger import databases, migrations
from secure_zone.ledger.engine import Ledger
from secure_zone.ledger.migrations import Step
from secure_zone.ledger.schema import metadata, users
from secure_zone.ledger.signed_rows import digest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def migrate(ground: Ground, steps: list[Step]) -> None:
    database = databases.at(ground.place, make=True)
    with databases.faults(), database.writing() as connection, connection.begin():
        migrations.bring_up_to_date(connection, NOW, steps)
    database.engine.dispose()


def test_the_steps_make_the_tables_the_program_knows(ground: Ground, ledger: Ledger) -> None:
    place = f"sqlite:///{ground.place}" if ground.database == "sqlite" else str(ground.place)
    engine = create_engine(make_url(place.replace("postgresql:", "postgresql+psycopg:")))
    found = inspect(engine)
    assert set(found.get_table_names()) == set(metadata.tables)
    for table in metadata.tables.values():
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns]
        for column in table.columns:
            assert str(columns[column.name]["type"]) == str(column.type), (table.name, column.name)
            assert columns[column.name]["nullable"] == column.nullable, (table.name, column.name)
        key = [column.name for column in table.primary_key.columns]
        assert found.get_pk_constraint(table.name)["constrained_columns"] == key
        foreign = {tuple(one["constrained_columns"]) for one in found.get_foreign_keys(table.name)}
        assert foreign == {tuple(one.column_keys) for one in table.foreign_key_constraints}
    engine.dispose()


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in migrations.steps()] == list(range(1, len(migrations.steps()) + 1))


def test_a_step_is_applied_once(ground: Ground, ledger: Ledger) -> None:
    fill(ledger)
    ground.open().close()
    assert len(ground.rows("schema_version")) == len(migrations.steps())


def test_a_newer_ledger_is_refused(ground: Ground, ledger: Ledger) -> None:
    known = migrations.steps()
    migrate(ground, [*known, Step(len(known) + 1, "0002_of_tomorrow", "CREATE TABLE tomorrow (x TEXT);\n")])
    for writable in (True, False):
        with pytest.raises(Conflict, match="newer version of Varde") as refused:
            ground.open(writable=writable)
        assert refused.value.code == "newer_ledger"


def test_an_older_ledger_is_not_changed_by_reading(ground: Ground) -> None:
    migrate(ground, [])
    with pytest.raises(Conflict, match="Start the custodian once"):
        ground.open(writable=False)
    ground.open().close()
    ground.open(writable=False).close()


def test_another_schema_of_the_same_number_is_refused(ground: Ground, ledger: Ledger) -> None:
    [row, *_] = ground.rows("schema_version")
    ground.replace_row("schema_version", row, {**row, "sha256": "00" * 32})
    with pytest.raises(Damaged, match="Step 1"):
        ground.open()


def test_a_step_that_fails_leaves_nothing(ground: Ground, ledger: Ledger) -> None:
    known = migrations.steps()
    broken = Step(len(known) + 1, "broken", "CREATE TABLE half (x TEXT);\nCREATE TABLE users (x TEXT);\n")
    with pytest.raises(ZoneError):
        migrate(ground, [*known, broken])
    migrate(ground, known)
    with ledger.read() as tx:
        assert not inspect(tx.connection).has_table("half")


def test_a_new_empty_column_leaves_signatures_right(ground: Ground, ledger: Ledger) -> None:
    """What a migration may do to signed rows without the key."""
    fill(ledger)
    known = migrations.steps()
    added = Step(len(known) + 1, "added", "ALTER TABLE users ADD COLUMN e_mail TEXT;\n")
    migrate(ground, [*known, added])
    with ledger.read() as tx:
        wider = users.to_metadata(MetaData())
        wider.append_column(Column("e_mail", Text))
        for row in tx.connection.execute(select(wider)).mappings():
            narrow = {name: value for name, value in row.items() if name != "e_mail"}
            assert digest(tx.zone_id, wider, dict(row)) == digest(tx.zone_id, users, narrow)


def test_statements_are_split_at_semicolons_and_comments_are_left_out() -> None:
    sql = "-- one; two;\nCREATE TABLE a (\n    x TEXT -- of a;\n);\n\nCREATE INDEX b ON a (x);\n"
    assert Step(1, "x", sql).statements == ["CREATE TABLE a (\n    x TEXT\n)", "CREATE INDEX b ON a (x)"]
