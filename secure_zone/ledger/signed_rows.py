"""Rows that decide something are signed by the zone, and checked at every read.

The signature is over the zone, the table and all columns that are not empty (so a migration that adds an empty column
leaves signatures right). An edited row is refused when it is read. A row put back to an older signed state, or deleted,
is found by `audit.verify`: every change leaves the digest of the row in the audit entry of the same transaction.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Delete, Insert, Select, Table, Update, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from secure_zone.errors import Conflict, Damaged, NotFound
from secure_zone.keys.signing import canonical
from secure_zone.ledger.columns import Stored, from_stored, to_stored
from secure_zone.ledger.transactions import Change, Reading, Writing


class Record(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Row = TypeVar("Row", bound=Record)
Key = tuple[str | int, ...]


class SignedRows(Generic[Row]):
    """The rows of one table as frozen dataclasses, whose fields are the table's columns without the signature."""

    def __init__(self, table: Table, row: type[Row]) -> None:
        self.table, self._row = table, row

    def get(self, tx: Reading, *key: str | int) -> Row | None:
        """The row with this primary key, or None."""
        found = list(self._checked(tx, select(self.table).where(self._at(key))))
        return found[0] if found else None

    def find(self, tx: Reading, **where: Any) -> list[Row]:
        """All rows with these values, ordered by primary key."""
        wanted = [self.table.c[name] == value for name, value in to_stored(self.table, where).items()]
        return list(self._checked(tx, select(self.table).where(*wanted).order_by(*self.table.primary_key.columns)))

    def insert(self, tx: Writing, row: Row) -> None:
        """A new row; Conflict where there is one with its key."""
        stored = self._signed(tx, row)
        self._change(tx, insert(self.table).values(stored), self._key(stored))
        self._note(tx, stored)

    def update(self, tx: Writing, row: Row) -> None:
        """The whole row anew; NotFound where there is none with its key."""
        stored = self._signed(tx, row)
        key = self._key(stored)
        self._change(tx, update(self.table).where(self._at(key)).values(stored), key)
        self._note(tx, stored)

    def delete(self, tx: Writing, *key: str | int) -> None:
        """The row away; NotFound where there is none."""
        self._change(tx, delete(self.table).where(self._at(key)), key)
        tx.unrecorded.append(Change(self.table.name, key, None))

    def _change(self, tx: Writing, statement: Insert | Update | Delete, key: Key) -> None:
        try:
            changed = tx.connection.execute(statement).rowcount
        except IntegrityError:
            raise Conflict(
                "{key} in {table} does not fit with what the ledger holds: it may be there already.", **self._place(key)
            ) from None
        if not changed:
            raise NotFound("{table} has no {key}.", **self._place(key))

    def _checked(self, tx: Reading, query: Select[Any]) -> Iterator[Row]:
        for found in tx.connection.execute(query).mappings():
            stored = dict(found)
            try:
                signature = base64.b64decode(stored["signature"], validate=True)
                tx.verifier.verify(_payload(tx.zone_id, self.table, stored), signature)
                values = from_stored(self.table, stored)
            except (Damaged, TypeError, ValueError):
                raise Damaged(
                    "The row {key} of {table} in the ledger is not what was written. Run `varde audit verify`, and "
                    "restore the key area from a backup.",
                    code="row_damaged",
                    **self._place(self._key(stored)),
                ) from None
            del values["signature"]
            yield self._row(**values)

    def _signed(self, tx: Writing, row: Row) -> dict[str, Stored]:
        values = {field.name: getattr(row, field.name) for field in fields(row)}
        stored = to_stored(self.table, values)
        signature = tx.signer.sign(_payload(tx.zone_id, self.table, stored))
        return {**stored, "signature": base64.b64encode(signature).decode("ascii")}

    def _note(self, tx: Writing, stored: Mapping[str, Stored]) -> None:
        tx.unrecorded.append(Change(self.table.name, self._key(stored), digest(tx.zone_id, self.table, stored)))

    def _key(self, stored: Mapping[str, Any]) -> Key:
        return key_of(self.table, stored)

    def _at(self, key: Key) -> ColumnElement[bool]:
        columns = self.table.primary_key.columns
        return and_(*(column == value for column, value in zip(columns, key, strict=True)))

    def _place(self, key: Key) -> dict[str, str]:
        return {"table": self.table.name, "key": "/".join(map(str, key))}


def key_of(table: Table, stored: Mapping[str, Any]) -> Key:
    """The values of the primary key, in the table's order."""
    return tuple(stored[column.name] for column in table.primary_key.columns)


def digest(zone_id: str, table: Table, stored: Mapping[str, Any]) -> str:
    """SHA-256 of a whole row with its signature, in hexadecimal. TypeError for what is no stored value."""
    return hashlib.sha256(canonical(_payload(zone_id, table, stored, signature=stored["signature"]))).hexdigest()


def _payload(zone_id: str, table: Table, stored: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    row = {name: value for name, value in stored.items() if value is not None and name != "signature"}
    return {"purpose": "ledger row", "zone_id": zone_id, "table": table.name, "row": row, **more}
