"""A transaction on the ledger: the connection, and what its rows are signed and checked with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from secure_zone.audit.heads import Head
from secure_zone.keys.signing import Signer, Verifier


@dataclass(frozen=True)
class Change:
    """A signed row was written, or deleted (`digest` is None), and the audit log must say so before the commit."""

    table: str
    key: tuple[str | int, ...]
    digest: str | None


@dataclass(frozen=True)
class Reading:
    """One consistent view of the ledger."""

    connection: Connection
    zone_id: str
    verifier: Verifier


@dataclass(frozen=True)
class Writing(Reading):
    """The one open write transaction.

    `unrecorded`: changes that no audit entry holds yet; `audit.log.append` takes them, and the commit refuses any left.
    `appended`: the newest audit entries of this transaction, as places in the chain.
    """

    signer: Signer
    head_file: Path
    clock: Callable[[], datetime]
    unrecorded: list[Change] = field(default_factory=list)
    appended: list[Head] = field(default_factory=list)
