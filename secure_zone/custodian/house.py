"""Everything the custodian works with. The use cases get it as their first argument; `opening` opens and closes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from secure_zone.custodian.credentials import Decoy
from secure_zone.custodian.doorway import Doorway
from secure_zone.custodian.key_room import KeyRoom
from secure_zone.custodian.sessions import Sessions
from secure_zone.custodian.verdict import Verdict
from secure_zone.facts import ZoneFacts
from secure_zone.keys.passphrase import Profile
from secure_zone.ledger.engine import Ledger
from secure_zone.settings import Settings
from secure_zone.store.area import Store

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of a house in use; tests pass another."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """One zone, open."""

    settings: Settings
    facts: ZoneFacts
    ledger: Ledger
    store: Store
    sessions: Sessions
    clock: Clock
    profile: Profile
    decoy: Decoy
    doorway: Doorway = field(default_factory=Doorway)
    key_room: KeyRoom = field(default_factory=KeyRoom)
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def now(self) -> float:
        """Unix seconds by the house's clock."""
        return self.clock().timestamp()
