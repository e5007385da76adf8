"""Opening the ledger, and its transactions: any number of readers, one writer, and no write without an audit entry."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, get_ident

from secure_zone.audit import heads, log
from secure_zone.errors import Refused, ZoneUnavailable
from secure_zone.keys.signing import Signer, Verifier
from secure_zone.ledger import databases, migrations
from secure_zone.ledger.transactions import Reading, Writing

logger = logging.getLogger(__name__)
LONGEST_WAIT = 30  # seconds a writer waits for another thread's


def utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """One zone's ledger. Safe to use from many threads; writers take turns."""

    def __init__(
        self,
        database: databases.Database,
        zone_id: str,
        verifier: Verifier,
        head_file: Path,
        signer: Signer | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.zone_id, self.verifier, self.head_file = zone_id, verifier, head_file
        self._database, self._signer, self._clock = database, signer, clock
        self._turn = Lock()
        self._writer: int | None = None

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """One consistent view, as of now."""
        with databases.faults(), self._database.reading() as connection:
            yield Reading(connection, self.zone_id, self.verifier)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One transaction: all of it is committed when the block ends, nothing of it where the block raises.

        Signed rows that were written and not recorded by `audit.log.append` in the same block are a RuntimeError.
        """
        if self._signer is None:
            raise Refused("The ledger is open for reading only.")
        with databases.faults(), self._my_turn(), self._database.writing() as connection:
            with connection.begin():
                tx = Writing(connection, self.zone_id, self.verifier, self._signer, self.head_file, self._clock)
                yield tx
                if tx.unrecorded:
                    tables = sorted({change.table for change in tx.unrecorded})
                    raise RuntimeError(f"written without an audit entry: {', '.join(tables)}")
                if tx.appended:
                    heads.prepare(self.head_file, tx.appended[-1], self._signer, self.zone_id)
            if tx.appended:
                heads.publish(self.head_file)

    def erase_deleted(self) -> bool:
        """After sealed keys were deleted: take them out of the database's files too. Not inside a transaction.

        False where a long read is in the way: gone from the tables, and from the files at the next try or start.
        """
        try:
            with databases.faults(), self._my_turn():
                self._database.erase_deleted()
        except ZoneUnavailable as reason:
            logger.warning("deleted rows are not out of the ledger's files yet (%s)", reason.code)
            return False
        return True

    def close(self) -> None:
        self._database.engine.dispose()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if self._writer == get_ident():
            raise RuntimeError("a write transaction inside another would wait for itself")
        if not self._turn.acquire(timeout=LONGEST_WAIT):
            raise ZoneUnavailable("The zone is busy. Try again in a moment.", code="ledger_busy")
        try:
            self._writer = get_ident()
            yield
        finally:
            self._writer = None
            self._turn.release()


def open_ledger(
    place: str | Path,
    *,
    zone_id: str,
    verifier: Verifier,
    head_file: Path,
    signer: Signer | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Ledger:
    """The ledger in a SQLite file (a path) or a PostgreSQL database (a URL).

    With a signer it can be written: the file is made where there is none, the schema is brought up to date, and what a
    crash left of the audit head is settled. Without one it is only read, and must be there and up to date.
    """
    database = databases.at(place, make=signer is not None)
    ledger = Ledger(database, zone_id, verifier, head_file, signer, clock)
    with databases.faults():
        if signer is None:
            with database.reading() as connection:
                migrations.check(connection)
        else:
            with database.writing() as connection, connection.begin():
                migrations.bring_up_to_date(connection, clock())
            with ledger.write() as tx:
                log.settle_head(tx)
            if database.erases_at_start:
                ledger.erase_deleted()
    return ledger
