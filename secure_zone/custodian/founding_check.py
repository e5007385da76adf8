"""The ledger opened for checking only: beside a custodian that runs, or when none can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from secure_zone.audit import log
from secure_zone.errors import Damaged
from secure_zone.facts import read_facts
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.settings import Settings


@contextmanager
def open_to_check(settings: Settings) -> Iterator[Ledger]:
    """The zone's ledger, read with the public key of zone.json, which the ledger's first entry must confirm."""
    folder = settings.folder
    facts = read_facts(folder.facts)
    ledger = open_ledger(
        settings.ledger_url or folder.ledger,
        zone_id=facts.zone_id,
        verifier=facts.verifier,
        head_file=folder.audit_head,
    )
    try:
        with ledger.read() as tx:
            first = log.first(tx)
        if first is not None and dict(first.details) != facts.founding():
            raise Damaged("zone.json is not what the ledger says the zone was founded with. Restore it from a backup.")
        yield ledger
    finally:
        ledger.close()
