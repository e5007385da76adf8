"""The two databases a ledger can lie in: how to connect, how a snapshot is read, and how there is only one writer."""

from __future__ import annotations

import errno
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from secure_zone.errors import BadInput, Damaged, NotFound, ZoneUnavailable

WAIT = 10  # seconds for a lock that another process holds

# What the databases' own codes mean (SQLite's primary result codes, PostgreSQL's SQLSTATE).
FULL = frozenset({sqlite3.SQLITE_FULL, "53100"})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "55P03"})
READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, "25006", "42501"})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, "42P01", "42703", "XX001", "XX002"})
# SQLite says these in words only.
DAMAGED_WORDS = ("no such table", "no such column", "could not decode")


class Database(ABC):
    """Connections to one ledger."""

    engine: Engine
    # Whether `erase_deleted` is quick enough to be done at every start, for what a crash left.
    erases_at_start = False

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that sees one moment, whatever others write meanwhile."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A connection, with no transaction yet, that no other process's writer runs beside until the block ends."""

    @abstractmethod
    def erase_deleted(self) -> None:
        """Take what was deleted out of the files, as far as the database can. ZoneUnavailable while others read."""


class Sqlite(Database):
    """A file in WAL mode: readers see the last commit, one writer at a time; a commit is on disk when it returns."""

    erases_at_start = True

    def __init__(self, file: Path) -> None:
        self.engine = create_engine(
            URL.create("sqlite", database=str(file)), connect_args={"timeout": WAIT}, hide_parameters=True
        )
        event.listen(self.engine, "connect", _configure_sqlite)
        event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT 1 FROM sqlite_schema LIMIT 1"))  # the moment is that of the first read
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(writing=True) as connection:
            yield connection

    def erase_deleted(self) -> None:
        # secure_delete overwrites the place in the file; older copies in the WAL go when it is emptied into the file.
        with self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            [(busy, *_)] = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if busy:
            raise ZoneUnavailable("The ledger is being read. Try again in a moment.", code="ledger_busy")


class Postgresql(Database):
    """A database of its own for the zone. An advisory lock makes the one writer, across hosts too."""

    ONE_WRITER = 0x76617264  # "vard"

    def __init__(self, url: str) -> None:
        settings = f"-c lock_timeout={WAIT}s -c timezone=UTC"
        arguments = {"options": settings, "connect_timeout": WAIT}
        self.engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            connect_args=arguments,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                connection.execute(text("SELECT 1"))  # the moment is that of the first query
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            # Of the session, not of the transaction: it is held until the head file is written, after the commit.
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": self.ONE_WRITER})
            connection.commit()
            try:
                yield connection
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self.ONE_WRITER})
                connection.commit()

    def erase_deleted(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (FULL) data_keys, key_area_holders, users"))


def at(place: str | Path, *, make: bool) -> Database:
    """The database at a path (SQLite) or a PostgreSQL URL. `make`: make a SQLite file that is missing."""
    if isinstance(place, str) and "://" in place:
        try:
            name = make_url(place).drivername
        except ArgumentError:
            name = ""
        if name.partition("+")[0] not in ("postgresql", "postgres"):
            raise BadInput("The ledger's address must be a path or begin with postgresql://.")
        return Postgresql(place)
    file = Path(place)
    if make:
        # SQLite gives the files it makes beside this one the same permissions.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    elif not file.is_file():
        raise NotFound("There is no ledger at {place}.", place=str(file))
    return Sqlite(file)


@contextmanager
def faults() -> Iterator[None]:
    """Turn what the database and the disk complain about into sentences, without the statement and its values."""
    try:
        yield
    except DBAPIError as error:
        raise _sentence(error.orig) from None
    except UnicodeDecodeError:
        # The driver cannot read its own complaint about a damaged schema.
        raise _damaged() from None
    except SQLAlchemyError as error:
        raise ZoneUnavailable("The ledger does not answer ({kind}).", kind=type(error).__name__) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full() from None


def _sentence(error: BaseException | None) -> Damaged | ZoneUnavailable:
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in FULL:
        return _disk_full()
    if code in BUSY:
        return ZoneUnavailable("Another process is writing to the ledger. Try again in a moment.", code="ledger_busy")
    if code in READ_ONLY:
        return ZoneUnavailable("The ledger cannot be written: check who owns the files of the key area.")
    if code in DAMAGED or any(words in str(error).lower() for words in DAMAGED_WORDS):
        return _damaged()
    return ZoneUnavailable("The ledger's database does not answer. Check that it runs, then try again.")


def _damaged() -> Damaged:
    return Damaged("The ledger is damaged. Restore the key area from a backup.", code="ledger_damaged")


def _disk_full() -> ZoneUnavailable:
    return ZoneUnavailable("The disk is full. Nothing was changed: free some space and try again.", code="disk_full")


def _configure_sqlite(raw: Any, _record: object) -> None:
    # The driver's own transactions would leave tables and reads out; BEGIN is ours (`_begin_sqlite`).
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}")
    # SQLite's own knows a-z only; a search for "ærlig" must find "Ærlig" on both databases.
    raw.create_function(
        "lower", 1, lambda value: value.lower() if isinstance(value, str) else value, deterministic=True
    )


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the writer's place at once; a reader that later wants to write could only fail.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
