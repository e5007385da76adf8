"""Users: who may sign in, with which role, and the key pair whose private half the passphrase wraps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from secure_zone.accounts import AccountState
from secure_zone.ledger.schema import users
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing
from secure_zone.roles import Role


@dataclass(frozen=True)
class User:
    """One user. The rows stay after removal, without keys, because the log names them.

    public_key: what data keys are sealed to. wrapped_key with kdf: the private half under the passphrase.
    totp_sealed: the secret of the second factor, sealed to public_key. enrolment_hash: of the one-time code.
    renewed_by: who gave the account this key pair, as long as no other holder has confirmed it.
    """

    user: str
    display_name: str
    role: Role
    state: AccountState
    public_key: bytes
    created_at: datetime
    wrapped_key: bytes | None = field(default=None, repr=False)
    kdf: Mapping[str, str] = field(default_factory=dict, repr=False)
    totp_sealed: bytes | None = field(default=None, repr=False)
    language: str = "nb"
    enrolment_hash: str | None = field(default=None, repr=False)
    enrolment_expires: datetime | None = None
    renewed_by: str | None = None


_rows = SignedRows(users, User)


def get(tx: Reading, user: str) -> User | None:
    return _rows.get(tx, user)


def everyone(tx: Reading) -> list[User]:
    """All users by name, removed ones too."""
    return _rows.find(tx)


def add(tx: Writing, user: User) -> None:
    _rows.insert(tx, user)


def save(tx: Writing, user: User) -> None:
    """The user's row as it now is: made by `dataclasses.replace` from the one that was read."""
    _rows.update(tx, user)
