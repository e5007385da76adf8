"""The schema, step by step: numbered SQL files beside this one, each applied once, in order, and recorded by its hash.

A file is never edited after it has been released; a change of the schema is a new file. Statements end in a semicolon
at the end of a line, and mean the same in SQLite and PostgreSQL.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from sqlalchemy import Connection, insert, inspect, select

from secure_zone.errors import Conflict, Damaged
from secure_zone.ledger.columns import stored_time
from secure_zone.ledger.schema import schema_version
from secure_zone.ledger.shape import Difference, differences

# Where the steps are recorded: made before the first of them.
FIRST = """CREATE TABLE IF NOT EXISTS schema_version (
    number BIGINT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TEXT NOT NULL
)"""


@dataclass(frozen=True)
class Step:
    """One file: its number, name and statements."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        code = "\n".join(line.partition("--")[0].rstrip() for line in self.sql.splitlines())
        return [statement.strip() for statement in f"{code}\n".split(";\n") if statement.strip()]


def steps() -> list[Step]:
    """All steps this program knows, in order."""
    found = sorted((file for file in files(__package__).iterdir() if file.name.endswith(".sql")), key=lambda f: f.name)
    return [Step(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in found]


def bring_up_to_date(connection: Connection, now: datetime, known: list[Step] | None = None) -> None:
    """Apply the steps that are missing, inside the caller's transaction. Conflict for a ledger of a newer program."""
    known = steps() if known is None else known
    connection.exec_driver_sql(FIRST)
    applied = _check_applied(connection, known)
    for step in known[applied:]:
        for statement in step.statements:
            connection.exec_driver_sql(statement)
        row = {"number": step.number, "name": step.name, "sha256": step.sha256, "applied_at": stored_time(now)}
        connection.execute(insert(schema_version).values(row))
    check_shape(connection, known)


def check(connection: Connection) -> None:
    """Conflict where the ledger's schema is not exactly the one this program knows."""
    known = steps()
    applied = _check_applied(connection, known) if inspect(connection).has_table(schema_version.name) else 0
    if applied < len(known):
        raise Conflict(
            "The ledger has schema {found}, and this program needs {needed}. Start the custodian once.",
            code="older_ledger",
            found=applied,
            needed=len(known),
        )
    check_shape(connection)


def check_shape(connection: Connection, known: list[Step] | None = None) -> None:
    """Damaged where the database holds anything but what the steps made: triggers, views, other tables or indexes."""
    found = shape(connection, known)
    if found:
        raise Damaged(
            "The ledger's database is not as Varde made it: {what}. Find out who changed it, and restore the key area "
            "from a backup.",
            code="ledger_shape",
            what=", ".join(f"{one.what} ({one.kind})" for one in found[:5])[:300],
        )


def shape(connection: Connection, known: list[Step] | None = None) -> list[Difference]:
    """What in the database is not as the steps made it."""
    known = steps() if known is None else known
    return differences(connection, (FIRST, *(statement for step in known for statement in step.statements)))


def _check_applied(connection: Connection, known: list[Step]) -> int:
    """How many steps have been applied: the first so many of those known, unchanged."""
    applied = connection.execute(select(schema_version).order_by(schema_version.c.number)).all()
    if len(applied) > len(known):
        raise Conflict(
            "The ledger was written by a newer version of Varde (schema {found}, this one knows {known}). Install it.",
            code="newer_ledger",
            found=len(applied),
            known=len(known),
        )
    for row, step in zip(applied, known, strict=False):
        if (row.number, row.sha256) != (step.number, step.sha256):
            raise Damaged(
                "Step {number} of the ledger's schema is not the one this program knows. Install the version of Varde "
                "that the zone was made with.",
                code="other_schema",
                number=step.number,
            )
    return len(applied)
