"""What sign-in must remember about a user: the last code's time step, failures in a row, and how long it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from secure_zone.ledger.schema import sign_in_states
from secure_zone.ledger.signed_rows import SignedRows
from secure_zone.ledger.transactions import Reading, Writing


@dataclass(frozen=True)
class SignInState:
    """last_step: of the newest code that was accepted; no code of that step or before is accepted again."""

    user: str
    last_step: int | None = None
    failures: int = 0
    locked_until: datetime | None = None


_rows = SignedRows(sign_in_states, SignInState)


def get(tx: Reading, user: str) -> SignInState:
    """The state, which is the empty one for a user never seen."""
    return _rows.get(tx, user) or SignInState(user)


def save(tx: Writing, state: SignInState) -> None:
    """The same work whether or not there was a state before."""
    if _rows.get(tx, state.user) is None:
        _rows.insert(tx, state)
    else:
        _rows.update(tx, state)
