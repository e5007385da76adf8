"""Sealing a secret to a person: HPKE (RFC 9180) with a hybrid post-quantum key exchange.

The data is kept until 2045, so what is sealed today must hold against tomorrow's machines: ML-KEM-768 (FIPS 203)
together with X25519, HKDF-SHA256 and AES-256-GCM; both exchanges would have to be broken. What a sealed secret is for
(purpose, dataset, version, holder, ...) is bound into it: it opens nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from secure_zone.errors import Damaged
from secure_zone.keys.binding import binding
from secure_zone.keys.secret import Secret

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
MLKEM_SEED, X25519_LENGTH = 64, 32
MLKEM_PUBLIC = 1184
PUBLIC_LENGTH = MLKEM_PUBLIC + X25519_LENGTH
PRIVATE_LENGTH = MLKEM_SEED + X25519_LENGTH


@dataclass(frozen=True)
class KeyPair:
    """A person's or the key area's keys. `public`: 1216 bytes, for anyone; `private`: 96 bytes, for the holder."""

    public: bytes = field(repr=False)
    private: Secret

    @classmethod
    def generate(cls) -> KeyPair:
        return cls.from_private(Secret.random(PRIVATE_LENGTH))

    @classmethod
    def from_private(cls, private: Secret) -> KeyPair:
        """The pair that belongs to private bytes (ML-KEM seed, then X25519)."""
        mlkem, x25519 = _private_keys(private)
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(public, private)


def seal(public: bytes, plaintext: Secret | bytes, *, purpose: str, **bound: str | int) -> bytes:
    """`plaintext` sealed so that only the private half of `public` opens it, and only for `purpose` and `bound`."""
    if len(public) != PUBLIC_LENGTH:
        raise Damaged("A public key is damaged, so nothing can be sealed to it. Ask for a new key pair.")
    try:
        recipient = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:]),
        )
    except ValueError:
        raise Damaged("A public key is damaged, so nothing can be sealed to it. Ask for a new key pair.") from None
    info = binding(purpose, **bound)
    return SUITE.encrypt(plaintext.reveal() if isinstance(plaintext, Secret) else plaintext, recipient, info=info)


def unseal(private: Secret, sealed: bytes, *, purpose: str, **bound: str | int) -> Secret:
    """What `seal` was given; raises Damaged for another holder, another purpose, another binding or changed bytes."""
    recipient = MLKEM768X25519PrivateKey(*_private_keys(private))
    try:
        return Secret(SUITE.decrypt(sealed, recipient, info=binding(purpose, **bound)))
    except InvalidTag:
        raise Damaged(
            "A sealed key does not open: it is damaged, or was sealed for something else. "
            "Ask a custodian to seal it to you again.",
            code="seal_broken",
        ) from None


def _private_keys(private: Secret) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    # The bytes get no name here or above: a traceback that prints local variables must not show them.
    try:
        if len(private.reveal()) != PRIVATE_LENGTH:
            raise ValueError("length")
        return (
            MLKEM768PrivateKey.from_seed_bytes(private.reveal()[:MLKEM_SEED]),
            X25519PrivateKey.from_private_bytes(private.reveal()[MLKEM_SEED:]),
        )
    except ValueError:
        raise Damaged("A private key is damaged. Ask a custodian for a new key pair.") from None
