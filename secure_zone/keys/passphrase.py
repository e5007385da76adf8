"""Passphrases: Argon2id (RFC 9106) with named profiles, the rules for a good one, wrapping a private key with it."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from secure_zone.errors import Damaged, Refused, SignInFailed
from secure_zone.keys.binding import binding
from secure_zone.keys.sealing import PRIVATE_LENGTH
from secure_zone.keys.secret import Secret

NONCE, TAG, SALT = 12, 16, 16

# OpenSSL spreads the lanes over a pool of threads as large as the machine has cores; two derivations with several lanes
# at the same time wait for each other's threads for ever (seen with cryptography 50). One alone uses all cores anyway.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Profile:
    """What one derivation costs. `test_only` profiles are refused wherever the zone is a real one."""

    name: str
    memory_kib: int
    iterations: int
    lanes: int
    test_only: bool = False

    def usable_in(self, demo: bool) -> bool:
        return demo or not self.test_only


# RFC 9106, section 4: the first recommended choice (2 GiB, 1 pass) and the second (64 MiB, 3 passes).
RFC9106_HIGH_MEMORY = Profile("RFC9106_HIGH_MEMORY", memory_kib=2 * 1024 * 1024, iterations=1, lanes=4)
RFC9106_LOW_MEMORY = Profile("RFC9106_LOW_MEMORY", memory_kib=64 * 1024, iterations=3, lanes=4)
CHEAPEST = Profile("CHEAPEST", memory_kib=8, iterations=1, lanes=1, test_only=True)
DEFAULT = RFC9106_LOW_MEMORY
PROFILES = {profile.name: profile for profile in (RFC9106_HIGH_MEMORY, RFC9106_LOW_MEMORY, CHEAPEST)}


def profile_named(name: str, *, demo: bool) -> Profile:
    """The profile of that name; a test-only one is refused unless the zone is a demo zone."""
    profile = PROFILES.get(name)
    if profile is None:
        raise Damaged("There is no passphrase profile {name}. Restore zone.json from a backup.", name=name)
    if not profile.usable_in(demo):
        raise Refused("The passphrase profile {name} is for tests only: a real zone must not use it.", name=name)
    return profile


@dataclass(frozen=True)
class WrappedKey:
    """A private key under a passphrase. `kdf`: profile and salt, ready for JSON; `sealed`: nonce and ciphertext."""

    kdf: Mapping[str, str]
    sealed: bytes = field(repr=False)


def wrap_private_key(private: Secret, passphrase: str, profile: Profile, *, user: str, purpose: str) -> WrappedKey:
    """`private` under `passphrase` (AES-256-GCM, bound to the user's name and the purpose). A new salt every time."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    key = _stretch(passphrase, salt, profile)
    sealed = nonce + AESGCM(key.reveal()).encrypt(nonce, private.reveal(), binding(purpose, user=user))
    return WrappedKey({"profile": profile.name, "salt": salt.hex()}, sealed)


def unwrap_private_key(wrapped: WrappedKey, passphrase: str, *, user: str, purpose: str, demo: bool) -> Secret:
    """The private key, or SignInFailed; a passphrase that is wrong and bytes that were changed look the same.

    Takes as long for a wrong passphrase as for the right one. Costs the profile's memory: one runs at a time.
    """
    profile = profile_named(wrapped.kdf.get("profile", ""), demo=demo)
    try:
        salt = bytes.fromhex(wrapped.kdf.get("salt", ""))
        if len(salt) < SALT:
            raise ValueError("short salt")
    except ValueError:
        raise Damaged("The wrapped key of a user is damaged. Ask a custodian to renew the user's key pair.") from None
    key = _stretch(passphrase, salt, profile)
    nonce, ciphertext = wrapped.sealed[:NONCE], wrapped.sealed[NONCE:]
    try:
        return Secret(AESGCM(key.reveal()).decrypt(nonce, ciphertext, binding(purpose, user=user)))
    except (InvalidTag, ValueError):
        raise SignInFailed("The user name, the passphrase or the code is not right.") from None


def decoy(profile: Profile) -> WrappedKey:
    """A wrapped key that nothing opens: an unknown user costs the same time as a known one."""
    kdf = {"profile": profile.name, "salt": secrets.token_hex(SALT)}
    return WrappedKey(kdf, secrets.token_bytes(NONCE + PRIVATE_LENGTH + TAG))


def new_passphrase() -> str:
    """A temporary passphrase for an invitation: 20 characters without look-alikes, about 99 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))


def _stretch(passphrase: str, salt: bytes, profile: Profile) -> Secret:
    # NFC, as RFC 8265 asks: "ø" and "å" are typed as one or two code points depending on the machine.
    typed = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    argon2 = Argon2id(
        salt=salt, length=32, iterations=profile.iterations, lanes=profile.lanes, memory_cost=profile.memory_kib
    )
    with _one_at_a_time:
        return Secret(argon2.derive(typed))
