"""The signed head of the audit log, kept in the data area: who cuts the log in the key area must forge this too.

The new head is written and synced beside the old one before the commit (so a full disk stops the commit), and takes
its place by a rename after it. Whatever a crash leaves, the head or the one beside it names the newest entry.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from secure_zone.errors import Damaged
from secure_zone.keys.signing import Signer, Verifier
from secure_zone.store.files import read_file

log = logging.getLogger(__name__)
LARGEST = 64 * 1024  # bytes of the file


@dataclass(frozen=True)
class Head:
    """A place in the chain: the number of an entry, and the link the next entry must carry (`chain.link`)."""

    seq: int
    link: str


def beside(head_file: Path) -> Path:
    """Where the next head waits for its commit."""
    return head_file.with_name(head_file.name + ".next")


def prepare(head_file: Path, head: Head, signer: Signer, zone_id: str) -> None:
    """Write the signed head beside the present one, on disk when this returns. OSError where there is no room."""
    signature = signer.sign(_payload(head, zone_id))
    text = json.dumps({"zone_id": zone_id, "seq": head.seq, "link": head.link, "signature": _text(signature)}, indent=1)
    descriptor = os.open(beside(head_file), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(head_file.parent)


def publish(head_file: Path) -> None:
    """Put the prepared head in the place of the present one.

    The commit is made and cannot be taken back, so a failure is only logged: the prepared head counts meanwhile.
    """
    try:
        beside(head_file).replace(head_file)
        _sync_folder(head_file.parent)
    except OSError as error:
        log.warning("the head of the audit log could not be renamed (error number %s)", error.errno)


def read(path: Path, verifier: Verifier, zone_id: str) -> Head | None:
    """The head in a file, None where there is no file, Damaged where it is not one this zone has signed."""
    try:
        stored = json.loads(read_file(path, LARGEST).decode("utf-8"))
        head = Head(stored["seq"], stored["link"])
        zone, signature = stored["zone_id"], base64.b64decode(stored["signature"], validate=True)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Damaged("The head of the audit log cannot be read.", code="head_unreadable") from None
    if zone != zone_id:
        raise Damaged("The head of the audit log belongs to another zone.", code="head_of_other_zone")
    try:
        verifier.verify(_payload(head, zone_id), signature)
    except Damaged:
        raise Damaged("The head of the audit log is not signed by this zone.", code="head_unsigned") from None
    return head


def prepared(head_file: Path, verifier: Verifier, zone_id: str) -> Head | None:
    """The head that waits for its commit, None where there is none or a crash left half of one."""
    try:
        return read(beside(head_file), verifier, zone_id)
    except Damaged:
        return None


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _payload(head: Head, zone_id: str) -> dict[str, str | int]:
    return {"purpose": "audit head", "zone_id": zone_id, "seq": head.seq, "link": head.link}


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode("ascii")
