"""The key area's own key pair, by generation, and to whom each generation's private half is sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from secure_zone.ledger.schema import key_area_holders, key_areas
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing


@dataclass(frozen=True)
class KeyArea:
    """One generation; removing a holder begins the next."""

    generation: int
    public_key: bytes
    created_at: datetime


@dataclass(frozen=True)
class Holder:
    """`sealed`: the generation's private key, sealed to this user's public key."""

    generation: int
    user: str
    sealed: bytes = field(repr=False)


_areas = SignedRows(key_areas, KeyArea)
_holders = SignedRows(key_area_holders, Holder)


def newest(tx: Reading) -> KeyArea | None:
    """The generation in use, or None before the first."""
    generations = _areas.find(tx)
    return generations[-1] if generations else None


def add(tx: Writing, area: KeyArea) -> None:
    _areas.insert(tx, area)


def holders(tx: Reading, generation: int) -> list[Holder]:
    return _holders.find(tx, generation=generation)


def holder(tx: Reading, generation: int, user: str) -> Holder | None:
    return _holders.get(tx, generation, user)


def add_holder(tx: Writing, holder: Holder) -> None:
    _holders.insert(tx, holder)


def save_holder(tx: Writing, holder: Holder) -> None:
    """The same holder with a newly sealed key (after a new key pair of the user)."""
    _holders.update(tx, holder)


def remove_holders(tx: Writing, generation: int) -> None:
    """Take the generation's sealed keys away: nobody can open it any more."""
    for one in holders(tx, generation):
        _holders.delete(tx, one.generation, one.user)
