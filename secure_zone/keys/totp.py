"""The second factor: time-based one-time codes (RFC 6238) as every authenticator app makes them.

SHA-1, six digits, thirty seconds: what the apps support. A code is accepted one step early or late (clocks drift), and
each code once: the caller keeps the step that was accepted and passes it as `last_step` next time.
"""

from __future__ import annotations

import base64
import hmac

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from secure_zone.keys.secret import Secret

SECONDS, DIGITS, WINDOW = 30, 6, 1
HASH = SHA1()  # noqa: S303 - what authenticator apps speak; HMAC does not need collision resistance


def new_secret() -> Secret:
    """160 random bits, the length RFC 4226 recommends."""
    return Secret.random(20)


def step_at(now: float) -> int:
    """The number of the 30-second step that holds the Unix time `now`."""
    return int(now // SECONDS)


def seconds_left(now: float) -> int:
    """Whole seconds until the next step begins."""
    return SECONDS - int(now % SECONDS)


def code_at(secret: Secret, step: int) -> str:
    """The six digits of one step."""
    return HOTP(secret.reveal(), DIGITS, HASH).generate(step).decode()


def check(secret: Secret, code: str, now: float, last_step: int | None) -> int | None:
    """The step whose code this is, or None. Never a step at or before `last_step`.

    All steps of the window are computed and compared whatever the outcome. Where two steps share a code, the later one
    counts, so that the same digits cannot be used again.
    """
    given = "".join(code.split()).encode("utf-8", "surrogatepass")
    accepted = None
    for step in range(max(step_at(now) - WINDOW, 0), step_at(now) + WINDOW + 1):
        right = hmac.compare_digest(code_at(secret, step).encode(), given)
        if right and (last_step is None or step > last_step):
            accepted = step
    return accepted


def secret_text(secret: Secret) -> str:
    """The secret in base32, for people who type it instead of scanning the QR code."""
    return base64.b32encode(secret.reveal()).decode().rstrip("=")


def provisioning_uri(secret: Secret, user: str, issuer: str) -> str:
    """The otpauth:// address behind the QR code."""
    totp = TOTP(secret.reveal(), DIGITS, HASH, SECONDS)
    return totp.get_provisioning_uri(user, issuer)
