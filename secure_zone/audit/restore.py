"""When the signed head was lost, or came from another backup than the log: sign it anew, and say so in the log."""

from __future__ import annotations

from pathlib import Path

from secure_zone.audit import heads, log
from secure_zone.audit.heads import Head
from secure_zone.audit.verify import verify
from secure_zone.errors import Conflict
from secure_zone.keys.signing import Signer
from secure_zone.ledger.engine import open_ledger

# What a head that was lost, or is older or newer than the log, looks like; anything else is no matter of backups.
OF_BACKUPS = frozenset({"head_missing", "head_unreadable", "head_behind", "cut_off"})


def restore_head(place: str | Path, *, zone_id: str, signer: Signer, head_file: Path, who: str, why: str) -> Head:
    """Sign a head for the log as it is, while no custodian runs. Conflict where more than the head is wrong.

    The new entry in the log says what was found, so that it cannot hide that the end was cut off.
    """
    ledger = open_ledger(place, zone_id=zone_id, verifier=signer.verifier, head_file=head_file)
    report = verify(ledger)
    ledger.close()
    kinds = [finding.kind for finding in report.findings]
    if not kinds or report.newest is None:
        raise Conflict("The audit log and its signed head agree: there is nothing to restore.")
    if not OF_BACKUPS.issuperset(kinds):
        raise Conflict("More than the head is wrong: run `varde audit verify`, and restore the ledger from a backup.")
    heads.prepare(head_file, report.newest, signer, zone_id)
    heads.publish(head_file)
    ledger = open_ledger(place, zone_id=zone_id, verifier=signer.verifier, head_file=head_file, signer=signer)
    with ledger.write() as tx:
        details = {"found": kinds, "sentences": [finding.what for finding in report.findings]}
        entry = log.append(tx, who=who, verb="audit.restore_head", subject=head_file.name, why=why, details=details)
        newest = tx.appended[-1]
    ledger.close()
    return Head(entry.seq, newest.link)
