"""Opening the house in the one right order: facts, lock, keys, ledger, what a crash left. And closing it again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from secure_zone import facts as zone_facts
from secure_zone.audit import log
from secure_zone.custodian.credentials import Decoy
from secure_zone.custodian.house import Clock, House, utc_now
from secure_zone.custodian.sessions import Sessions
from secure_zone.custodian.single import only_one
from secure_zone.custodian.use_cases.publish import recover
from secure_zone.errors import Damaged
from secure_zone.keys import passphrase as passphrases
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer
from secure_zone.ledger.engine import open_ledger
from secure_zone.settings import Settings
from secure_zone.store.area import Store

logger = logging.getLogger("varde.custodian")


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
                _settle(house)
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


def _settle(house: House) -> None:
    """Finish or undo what a crash left, and say in the process's log what was done. Names of datasets only."""
    settled = recover(house)
    for done, versions in (
        ("finished", settled.finished),
        ("undone", settled.undone),
        ("files removed", settled.removed),
        ("not in the ledger, left alone", settled.unknown),
        ("files missing", settled.missing),
    ):
        for name, number in versions:
            logger.warning("recovery: version %d of %s: %s", number, name, done)
