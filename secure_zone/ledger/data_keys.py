"""Who can open which version: its data key, sealed once to each member and once to the key area."""

from __future__ import annotations

from dataclasses import dataclass, field

from secure_zone.keys.data_key import KEY_AREA as KEY_AREA
from secure_zone.ledger.schema import data_keys
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing


@dataclass(frozen=True)
class DataKey:
    """`sealed`: the version's data key, sealed to the holder's public key."""

    dataset: str
    version: int
    holder: str
    sealed: bytes = field(repr=False)


_rows = SignedRows(data_keys, DataKey)


def get(tx: Reading, dataset: str, version: int, holder: str) -> DataKey | None:
    return _rows.get(tx, dataset, version, holder)


def of_version(tx: Reading, dataset: str, version: int) -> list[DataKey]:
    return _rows.find(tx, dataset=dataset, version=version)


def of_holder(tx: Reading, holder: str) -> list[DataKey]:
    """All keys sealed to this holder: what they can open."""
    return _rows.find(tx, holder=holder)


def add(tx: Writing, key: DataKey) -> None:
    _rows.insert(tx, key)


def save(tx: Writing, key: DataKey) -> None:
    """The same holder's key, sealed anew (after a new key pair)."""
    _rows.update(tx, key)


def remove(tx: Writing, dataset: str, version: int, holder: str) -> None:
    _rows.delete(tx, dataset, version, holder)


def destroy(tx: Writing, dataset: str, version: int) -> None:
    """Take every sealed copy away. `Ledger.erase_deleted` after the commit takes them out of the file as well."""
    for key in of_version(tx, dataset, version):
        _rows.delete(tx, dataset, version, key.holder)
