"""Datasets by name. What each version is stands in `versions`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from secure_zone.datasets import Purpose
from secure_zone.ledger.schema import datasets
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing


@dataclass(frozen=True)
class Dataset:
    """`owner`: the project whose extract it is, None for the zone's own."""

    name: str
    purpose: Purpose
    created_at: datetime
    owner: str | None = None


_rows = SignedRows(datasets, Dataset)


def get(tx: Reading, name: str) -> Dataset | None:
    return _rows.get(tx, name)


def every(tx: Reading) -> list[Dataset]:
    return _rows.find(tx)


def add(tx: Writing, dataset: Dataset) -> None:
    _rows.insert(tx, dataset)
