"""Does the database hold what the migrations made, and nothing else?

A trigger or a rule acts where no signature is looked at: it can keep copies of keys that are deleted, or undo a lock.
A view in the place of a table answers what it likes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, text

# What PostgreSQL can hold beside tables and indexes that changes what a statement does: name of each, in our schema.
_POSTGRESQL = """
WITH ours AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
SELECT 'trigger', tgname FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
UNION ALL SELECT 'event trigger', evtname FROM pg_event_trigger
UNION ALL SELECT 'rule', rulename FROM pg_rewrite JOIN ours ON ours.oid = ev_class
    WHERE NOT (relkind IN ('v', 'm') AND rulename = '_RETURN')
UNION ALL SELECT 'policy', polname FROM pg_policy JOIN ours ON ours.oid = polrelid
UNION ALL SELECT 'default', relname FROM pg_attrdef JOIN ours ON ours.oid = adrelid
UNION ALL SELECT 'check', conname FROM pg_constraint JOIN ours ON ours.oid = conrelid WHERE contype = 'c'
UNION ALL SELECT 'view', relname FROM ours WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'table', relname FROM ours WHERE relkind IN ('r', 'p', 'f')
UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = current_schema()
"""


@dataclass(frozen=True)
class Difference:
    """Something that is there and should not be (`foreign`), is gone (`missing`), or is another (`differs`)."""

    kind: str
    what: str


def differences(connection: Connection, statements: tuple[str, ...]) -> list[Difference]:
    """What is not as `statements` (of all migrations, in order) made it."""
    if connection.dialect.name == "sqlite":
        return list(_compared(_sqlite_made_by(statements), _sqlite_held(connection)))
    return list(_compared(_postgresql_made_by(statements), _postgresql_held(connection)))


def _compared(wanted: dict[str, str | None], held: dict[str, str | None]) -> Iterator[Difference]:
    for what in sorted(wanted.keys() | held.keys()):
        if what not in wanted:
            yield Difference("foreign", what)
        elif what not in held:
            yield Difference("missing", what)
        elif wanted[what] != held[what]:
            yield Difference("differs", what)


_CREATED = re.compile(r"CREATE (?:UNIQUE )?(?P<kind>TABLE|INDEX) (?:IF NOT EXISTS )?(?P<name>\w+)")
_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_schema"


def _sqlite_held(connection: Connection) -> dict[str, str | None]:
    return {f"{kind} {name} of {table}": sql for kind, name, table, sql in connection.execute(text(_SQLITE))}


@cache
def _sqlite_made_by(statements: tuple[str, ...]) -> dict[str, str | None]:
    """The same statements carried out in memory."""
    made = sqlite3.connect(":memory:")
    for statement in statements:
        made.execute(statement)
    held = {f"{kind} {name} of {table}": sql for kind, name, table, sql in made.execute(_SQLITE)}
    made.close()
    return held


def _postgresql_held(connection: Connection) -> dict[str, str | None]:
    return {f"{kind} {name}": None for kind, name in connection.execute(text(_POSTGRESQL))}


def _postgresql_made_by(statements: tuple[str, ...]) -> dict[str, str | None]:
    """Only names: PostgreSQL keeps no statement to compare."""
    made: dict[str, str | None] = {}
    for created in filter(None, map(_CREATED.match, statements)):
        made[f"{created['kind'].lower()} {created['name']}"] = None
        if "PRIMARY KEY" in created.string:
            made[f"index {created['name']}_pkey"] = None
    return made
