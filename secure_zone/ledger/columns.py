"""Columns of the ledger: everything lies as text or whole number, so that what is signed is exactly what lies there.

Two databases must give back the same values, and an edit must never be hidden by a conversion ("Z" against "+00:00",
a number against its text). So bytes lie as base64, times as UTC text of one fixed length, structures as canonical JSON.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text

Stored = str | int | None
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def text(name: str, *, key: bool = False, empty: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=empty)


def number(name: str, *, key: bool = False, empty: bool = False) -> Column[int]:
    # No autoincrement: every number is given by us, because it is signed before it is stored.
    return Column(name, BigInteger, primary_key=key, nullable=empty, autoincrement=False)


def time(name: str, *, empty: bool = False) -> Column[str]:
    return Column(name, Text, nullable=empty, info={"as": "time"})


def binary(name: str, *, empty: bool = False) -> Column[str]:
    return Column(name, Text, nullable=empty, info={"as": "binary"})


def structure(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, info={"as": "json"})


def one_of(name: str, values: type[StrEnum]) -> Column[str]:
    return Column(name, Text, nullable=False, info={"as": values})


def stored_time(moment: datetime) -> str:
    """UTC with microseconds, always of the same length, so that text order is time order."""
    return moment.astimezone(UTC).strftime(_TIME)


def read_time(stored: str) -> datetime:
    return datetime.strptime(stored, _TIME).replace(tzinfo=UTC)


def compact_json(value: object) -> str:
    """The one way a structure is written: sorted keys, no spaces, nothing that is not JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def to_stored(table: Table, values: Mapping[str, Any]) -> dict[str, Stored]:
    """The values of a row as they lie in the table. KeyError for what is no column."""
    return {name: _to_stored(table.c[name], value) for name, value in values.items()}


def from_stored(table: Table, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row as the program uses them. ValueError for what cannot have been stored by `to_stored`."""
    return {name: _from_stored(table.c[name], value) for name, value in stored.items()}


def _to_stored(column: Column[Any], value: Any) -> Stored:
    if value is None:
        return None
    match column.info.get("as"):
        case "time":
            return stored_time(value)
        case "binary":
            return base64.b64encode(value).decode("ascii")
        case "json":
            return compact_json(value)
        case None if isinstance(value, int):
            return int(value)
        case _:
            return str(value)


def _from_stored(column: Column[Any], value: Stored) -> Any:
    if value is None:
        return None
    match column.info.get("as"):
        case "time":
            return read_time(str(value))
        case "binary":
            return base64.b64decode(str(value), validate=True)
        case "json":
            read = json.loads(str(value))
            return tuple(read) if isinstance(read, list) else read
        case None:
            return value
        case values:
            return values(value)
