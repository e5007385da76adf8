"""One life of a data area with a small ledger beside it, for a process that may be killed anywhere.

It recovers, publishes the next version of "answers" (two tables, one in two parts), and destroys the version before.
The ledger is one SQLite file with what the real one decides by: state, manifest and key of each version.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store_versions import ZONE, answers, people

from secure_zone.errors import ZoneError
from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.recover import Recovery

DATASET, PURPOSE = "answers", "research"
TABLES = {"people": (people(50), people(20)), "answers": (answers(30),)}


class Ledger:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.sqlite"
        with self._write() as tx:
            tx.execute("create table if not exists versions (version integer primary key, state, sha256, key)")

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def rows(self) -> dict[int, tuple[str, str, Secret | None]]:
        with self._write() as tx:
            rows = tx.execute("select version, state, sha256, key from versions").fetchall()
        return {version: (state, sha256, Secret(key) if key else None) for version, state, sha256, key in rows}

    def in_state(self, *states: str) -> set[tuple[str, int]]:
        return {(DATASET, version) for version, (state, _, _) in self.rows().items() if state in states}

    def add(self, version: int, sha256: str, key: Secret) -> None:
        with self._write() as tx:
            tx.execute("insert into versions values (?, 'current', ?, ?)", (version, sha256, key.reveal()))

    def destroy_key(self, version: int) -> None:
        with self._write() as tx:
            tx.execute("update versions set state = 'destroying', key = null where version = ?", (version,))

    def files_gone(self, version: int) -> None:
        with self._write() as tx:
            tx.execute("update versions set state = 'destroyed' where version = ?", (version,))


def recover(store: Store, ledger: Ledger) -> Recovery:
    recovery = store.recover(readable=ledger.in_state("current"), gone=ledger.in_state("destroying", "destroyed"))
    for _, version in ledger.in_state("destroying"):
        ledger.files_gone(version)
    return recovery


def publish_next(store: Store, ledger: Ledger) -> int:
    version = max(ledger.rows(), default=0) + 1
    key = Secret.random()
    with store.begin(DATASET, purpose=PURPOSE, version=version, key=key, created_by="kari") as draft:
        for name, parts in TABLES.items():
            for part in parts:
                draft.write(name, part)
        sealed = draft.seal()
        with draft.publishing(committed=lambda: version in ledger.rows()):
            ledger.add(version, sealed.sha256, key)
    return version


def destroy(store: Store, ledger: Ledger, version: int) -> None:
    ledger.destroy_key(version)
    store.destroy_files(DATASET, version)
    ledger.files_gone(version)


def live(folder: Path) -> None:
    store, ledger = Store(folder / "data_area", ZONE), Ledger(folder)
    recover(store, ledger)
    published = publish_next(store, ledger)
    if ledger.in_state("current") >= {(DATASET, published - 1)}:
        destroy(store, ledger, published - 1)


def live_with_fault(folder: Path, fault: str, kind: str) -> None:
    """The same, stopped at a fault point; what a person would be told goes to FOLDER/told."""
    os.environ.update(VARDE_FAULT=fault, VARDE_FAULT_KIND=kind)
    try:
        live(folder)
    except ZoneError as error:
        (folder / "told").write_text(str(error))
        sys.exit(1)
