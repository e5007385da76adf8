"""What a ciphertext is for, as bytes: associated data and derivation labels that cannot be confused with each other."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from secure_zone.keys.secret import Secret

PREFIX = b"varde/1"


def binding(purpose: str, **bound: str | int) -> bytes:
    """One unambiguous encoding of a purpose and named values, whatever the order they are given in.

    Every part is preceded by its length and every value by its type, so that ("ab", "c") and ("a", "bc"), or the
    number 1 and the text "1", never meet.
    """
    parts = [PREFIX, purpose.encode()]
    for name, value in sorted(bound.items()):
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise TypeError(f"{name} must be a text or a whole number to be bound.")
        kind = b"s" if isinstance(value, str) else b"i"
        parts += [name.encode(), kind + str(value).encode()]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def derive(key: Secret, purpose: str, **bound: str | int) -> Secret:
    """A 32-byte key of its own for one use of `key` (HKDF-Expand, RFC 5869; `key` is uniformly random already)."""
    return Secret(HKDFExpand(hashes.SHA256(), 32, binding(purpose, **bound)).derive(key.reveal()))
