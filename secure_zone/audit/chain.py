"""The chain of the audit log, as arithmetic: no database, no files.

An entry is the row as it lies in the table. Its `hash` is over all its fields but the last two, its `signature` is the
zone's over the hash, and the next entry's `previous` is the link: a hash of both. So the newest signature vouches for
everything before it, other signatures included, and one signature has to be checked instead of one for every entry.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from secure_zone.errors import Damaged
from secure_zone.keys.signing import Signer, Verifier, canonical
from secure_zone.ledger.columns import Stored

Entry = Mapping[str, Stored]

# What the first entry carries as the link of the one before.
START = "0" * 64


def entry_hash(zone_id: str, entry: Entry) -> str:
    """Hash over what the entry says and where it stands, in hexadecimal. TypeError for what is no stored value."""
    said = {name: value for name, value in entry.items() if name not in ("hash", "signature")}
    return hashlib.sha256(canonical({"purpose": "audit entry", "zone_id": zone_id, "entry": said})).hexdigest()


def link(entry: Entry) -> str:
    """What the next entry must carry as `previous`."""
    return hashlib.sha256(f"{entry['hash']} {entry['signature']}".encode()).hexdigest()


def seal(zone_id: str, entry: Entry, signer: Signer) -> dict[str, Stored]:
    """The entry with its hash and signature."""
    own_hash = entry_hash(zone_id, entry)
    signature = signer.sign(_signed(zone_id, own_hash))
    return {**entry, "hash": own_hash, "signature": base64.b64encode(signature).decode("ascii")}


def says_what_was_written(zone_id: str, entry: Entry) -> bool:
    """Whether the entry's fields are those its hash was made from."""
    try:
        return entry["hash"] == entry_hash(zone_id, entry)
    except (TypeError, ValueError):
        return False


def is_signed(zone_id: str, entry: Entry, verifier: Verifier) -> bool:
    """Whether the zone signed the entry's hash."""
    try:
        signature = base64.b64decode(str(entry["signature"]), validate=True)
        verifier.verify(_signed(zone_id, str(entry["hash"])), signature)
    except (Damaged, ValueError):
        return False
    return True


def _signed(zone_id: str, own_hash: str) -> dict[str, str]:
    return {"purpose": "audit entry", "zone_id": zone_id, "hash": own_hash}
