"""Signatures of the zone: Ed25519 (RFC 8032) over canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from secure_zone.errors import Damaged
from secure_zone.keys.secret import Secret


def canonical(payload: Mapping[str, Any]) -> bytes:
    """One byte string per JSON value: keys sorted, no spaces, UTF-8. NaN, infinities and bytes are refused."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


class Verifier:
    """The public half: tells whether the zone signed a payload."""

    def __init__(self, public: bytes) -> None:
        self.public = bytes(public)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(self.public)
        except ValueError:
            raise Damaged("The zone's public signing key is not a key. Restore zone.json from a backup.") from None

    def verify(self, payload: Mapping[str, Any], signature: bytes) -> None:
        """Returns where the signature is right, raises Damaged where it is not."""
        try:
            self._key.verify(signature, canonical(payload))
        except InvalidSignature:
            raise Damaged("A signature does not match what it signs.", code="bad_signature") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verifier) and self.public == other.public

    def __hash__(self) -> int:
        return hash(self.public)


class Signer:
    """The private half, held by the custodian alone."""

    def __init__(self, private: Secret) -> None:
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(private.reveal())
        except ValueError:
            raise Damaged("The zone's signing key is damaged. Restore it from the backup of the key area.") from None

    @classmethod
    def generate(cls) -> Signer:
        return cls(Secret.random(32))

    @property
    def private(self) -> Secret:
        """The 32 bytes to keep in the key area."""
        return Secret(self._key.private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        return Verifier(self._key.public_key().public_bytes_raw())

    def sign(self, payload: Mapping[str, Any]) -> bytes:
        """The 64-byte signature over the payload's canonical JSON."""
        return self._key.sign(canonical(payload))
