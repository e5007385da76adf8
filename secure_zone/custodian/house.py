"""Everything the custodian works with, opened in the one right order and closed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from secure_zone import facts as zone_facts
from secure_zone.audit import log
from secure_zone.custodian.credentials import Decoy
from secure_zone.custodian.doorway import Doorway
from secure_zone.custodian.key_room import KeyRoom
from secure_zone.custodian.sessions import Sessions
from secure_zone.custodian.single import only_one
from secure_zone.errors import Damaged
from secure_zone.facts import ZoneFacts
from secure_zone.keys import passphrase as passphrases
from secure_zone.keys.passphrase import Profile
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.settings import Settings
from secure_zone.store.area import Store

Clock = Callable[[], datetime]
FOUNDED = "zone.found"


def utc_now() -> datetime:
    """The clock of a house in use; tests pass another."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """One zone, open. The use cases get it as their first argument."""

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

    @property
    def now(self) -> float:
        """Unix seconds by the house's clock."""
        return self.clock().timestamp()


@contextmanager
def open_house(settings: Settings, clock: Clock = utc_now) -> Iterator[House]:
    """The house of an existing zone, this process alone in it. ZoneError with a sentence when anything is not right."""
    folder = settings.folder
    facts = zone_facts.read_facts(folder.facts)
    settings.check_for(demo=facts.demo)
    profile = passphrases.profile_named(facts.kdf_profile, demo=facts.demo)
    with only_one(folder.lock):
        signer = read_signer(settings)
        ledger = open_ledger(
            settings.ledger_url or folder.ledger,
            zone_id=facts.zone_id,
            verifier=facts.verifier,
            head_file=folder.audit_head,
            signer=signer,
            clock=clock,
        )
        try:
            with ledger.read() as tx:
                founding = log.first(tx)
            zone_facts.check_founding(facts, signer, founding.details if founding else None)
            house = House(
                settings=settings,
                facts=facts,
                ledger=ledger,
                store=Store(folder.data_area, facts.zone_id),
                sessions=Sessions(settings.limits, lambda: clock().timestamp()),
                clock=clock,
                profile=profile,
                decoy=Decoy.new(facts.zone_id, profile),
            )
            try:
                yield house
            finally:
                house.sessions.close()
                house.key_room.seal()
        finally:
            ledger.close()


def read_signer(settings: Settings) -> Signer:
    """The zone's signing key from the key area."""
    try:
        return Signer(Secret(settings.folder.signing_key.read_bytes()))
    except FileNotFoundError:
        raise Damaged("The zone's signing key is missing. Restore the key area from a backup.") from None
