"""Versions of datasets: which one is current, what its manifest is, and where it is on its way to being destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from secure_zone.datasets import Purpose, VersionState
from secure_zone.ledger.schema import dataset_versions
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing


@dataclass(frozen=True)
class Version:
    """`rows`: of all its tables. `made_from`: what it was made from, as "name/version". `purpose`: as its dataset's."""

    dataset: str
    version: int
    purpose: Purpose
    state: VersionState
    manifest_sha256: str
    rows: int
    created_by: str
    created_at: datetime
    made_from: Sequence[str] = ()


_rows = SignedRows(dataset_versions, Version)


def get(tx: Reading, dataset: str, version: int) -> Version | None:
    return _rows.get(tx, dataset, version)


def current(tx: Reading, dataset: str) -> Version | None:
    """The version that opening without a number gives."""
    found = _rows.find(tx, dataset=dataset, state=VersionState.CURRENT)
    return found[0] if found else None


def of_dataset(tx: Reading, dataset: str) -> list[Version]:
    """All versions, oldest first, destroyed ones too."""
    return _rows.find(tx, dataset=dataset)


def in_state(tx: Reading, state: VersionState) -> list[Version]:
    """All versions of all datasets in this state, as recovery wants them."""
    return _rows.find(tx, state=state)


def every(tx: Reading) -> list[Version]:
    return _rows.find(tx)


def next_number(tx: Reading, dataset: str) -> int:
    """The number a new version gets; numbers of destroyed versions are not used again."""
    highest = select(func.max(dataset_versions.c.version)).where(dataset_versions.c.dataset == dataset)
    return (tx.connection.scalar(highest) or 0) + 1


def add_current(tx: Writing, version: Version) -> None:
    """A new version that is current from now on; the one before it is superseded."""
    before = current(tx, version.dataset)
    if before is not None:
        _rows.update(tx, replace(before, state=VersionState.SUPERSEDED))
    _rows.insert(tx, replace(version, state=VersionState.CURRENT))


def save(tx: Writing, version: Version) -> None:
    """The version's row as it now is: made by `dataclasses.replace` from the one that was read."""
    _rows.update(tx, version)
