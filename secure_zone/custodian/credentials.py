"""What a user signs in with: a key pair under a passphrase, one-time codes, the second factor sealed to the pair."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from secure_zone.keys import passphrase as passphrases
from secure_zone.keys import sealing
from secure_zone.keys.passphrase import Profile, WrappedKey
from secure_zone.keys.sealing import KeyPair
from secure_zone.keys.secret import Secret

PRIVATE_KEY = "user's private key"
SECOND_FACTOR = "user's second factor"
# No letters that are read or heard as another.
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class OneTimeCode:
    """`text` is shown once; `digest` is kept. 12 characters, about 59 bits, so a plain hash is enough."""

    text: str
    digest: str

    @classmethod
    def new(cls) -> OneTimeCode:
        text = "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(3))
        return cls(text, _digest(text))


def is_one_time_code(given: str, digest: str | None) -> bool:
    """Whether the code is the one whose digest was kept. Takes as long when there is none."""
    right = hmac.compare_digest(_digest(given), digest or "0" * 64)
    return right and digest is not None


def wrap(user: str, private: Secret, passphrase: str, profile: Profile) -> WrappedKey:
    """The private key under a passphrase. Slow on purpose."""
    return passphrases.wrap_private_key(private, passphrase, profile, user=user, purpose=PRIVATE_KEY)


def unwrap(user: str, wrapped: WrappedKey, passphrase: str, *, demo: bool) -> Secret:
    """The private key, or SignInFailed. Slow on purpose."""
    return passphrases.unwrap_private_key(wrapped, passphrase, user=user, purpose=PRIVATE_KEY, demo=demo)


def seal_factor(zone_id: str, user: str, public: bytes, factor: Secret) -> bytes:
    """The secret of the second factor, readable only with the user's own private key."""
    return sealing.seal(public, factor, purpose=SECOND_FACTOR, zone_id=zone_id, user=user)


def unseal_factor(zone_id: str, user: str, private: Secret, sealed: bytes) -> Secret:
    """The secret of the second factor."""
    return sealing.unseal(private, sealed, purpose=SECOND_FACTOR, zone_id=zone_id, user=user)


@dataclass(frozen=True)
class Decoy:
    """An account that nobody has: what is tried for an unknown user, so that it takes as long."""

    wrapped: WrappedKey
    pair: KeyPair
    sealed_factor: bytes

    @classmethod
    def new(cls, zone_id: str, profile: Profile) -> Decoy:
        pair = KeyPair.generate()
        sealed = seal_factor(zone_id, "", pair.public, Secret.random(20))
        return cls(passphrases.decoy(profile), pair, sealed)


def _digest(text: str) -> str:
    plain = "".join(character for character in text.casefold() if character.isalnum())
    return hashlib.sha256(b"varde one-time code " + plain.encode("utf-8", "surrogatepass")).hexdigest()
