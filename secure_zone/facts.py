"""The signed facts of a zone, in zone.json: which zone this is, in which format, and whether it is a demo zone.

The signature is made with the custodian's signing key. Its public half stands in the same file, so the signature alone
proves only that the file is whole; the custodian also holds the key against the signing key in the key area and the
ledger's first audit entry (`check_founding`): a new file does not turn a real zone into a demo zone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from secure_zone.errors import Damaged, NotFound
from secure_zone.keys.signing import Signer, Verifier
from secure_zone.store.files import read_file

FORMAT = 1
LARGEST = 64 * 1024  # bytes of zone.json


@dataclass(frozen=True)
class ZoneFacts:
    """What is fixed when a zone is founded. verify_key: the public signing key in base64. created: ISO 8601 in UTC."""

    zone_id: str
    name: str
    format: int
    demo: bool
    created: str
    kdf_profile: str
    verify_key: str

    @property
    def verifier(self) -> Verifier:
        """Tells whether this zone signed something."""
        return Verifier(base64.b64decode(self.verify_key, validate=True))

    def founding(self) -> dict[str, Any]:
        """What the first audit entry holds, so that the file and the log vouch for each other."""
        return asdict(self)


def write_facts(path: Path, facts: ZoneFacts, signer: Signer) -> None:
    """zone.json, signed. For the founding of a zone only: the file is never changed afterwards."""
    payload = asdict(facts)
    text = json.dumps({**payload, "signature": signer.sign(payload).hex()}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    # Not secret: the analysis side reads it too. Who reaches the folder is another question.
    path.chmod(0o644)


def read_facts(path: Path) -> ZoneFacts:
    """The facts, or a sentence: no zone here, a newer format, or a file that has been changed."""
    try:
        held = json.loads(read_file(path, LARGEST).decode("utf-8"))
    except FileNotFoundError:
        raise NotFound("There is no zone in this folder. Make one with `varde init` or `varde demo`.") from None
    except (ValueError, RecursionError):
        raise _changed() from None
    if not isinstance(held, dict):
        raise _changed()
    _check_format(held)
    try:
        signature = bytes.fromhex(held.pop("signature"))
        facts = ZoneFacts(**held)
        facts.verifier.verify(asdict(facts), signature)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _changed() from None
    except Damaged:
        raise _changed() from None
    if type(facts.demo) is not bool:
        raise _changed()
    return facts


def check_founding(facts: ZoneFacts, signer: Signer, first_entry: Mapping[str, Any] | None) -> None:
    """Damaged unless the signing key and the ledger's first audit entry are those of the same zone.

    first_entry: the `details` of the audit entry with which the zone was founded.
    """
    if signer.verifier != facts.verifier:
        raise Damaged("The signing key in the key area is not that of zone.json. Restore both from the same backup.")
    if first_entry != facts.founding():
        raise Damaged("zone.json is not what the ledger says the zone was founded with. Restore it from a backup.")


def _check_format(held: Mapping[str, Any]) -> None:
    number = held.get("format")
    if type(number) is int and number > FORMAT:
        raise Damaged(
            "A newer version of Varde made this zone (format {found}; this version knows {known}). Update Varde.",
            code="newer_zone",
            found=number,
            known=FORMAT,
        )
    if number != FORMAT:
        raise _changed()


def _changed() -> Damaged:
    return Damaged(
        "zone.json has been changed or damaged. Restore it from a backup; the zone does not start like this."
    )
