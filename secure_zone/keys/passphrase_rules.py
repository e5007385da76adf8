"""What a passphrase must be. Long counts (NIST SP 800-63B); character classes do not; the obvious is refused."""

from __future__ import annotations

import unicodedata

from secure_zone.errors import BadInput

MIN_LENGTH, MAX_LENGTH, MIN_DISTINCT = 12, 256, 5

# fmt: off
OBVIOUS_WORDS = frozenset((
    "admin", "administrator", "ark", "asdf", "asdfghjkl", "bergen", "bruker", "changeme", "correcthorsebatterystaple",
    "demo", "hemmelig", "høst", "iloveyou", "kiwest", "letmein", "must", "norge", "ntnu", "oslo", "passfrase",
    "passord", "passphrase", "password", "qwerty", "qwertyuiop", "qwertyuiopå", "secret", "securezone", "sikkersone",
    "sommer", "stami", "test", "trondheim", "user", "varde", "velkommen", "vinter", "vår", "welcome", "zone", "zxcvbnm",
))
# fmt: on
SEQUENCES = ("abcdefghijklmnopqrstuvwxyzæøå", "01234567890123456789", "qwertyuiopåasdfghjkløæzxcvbnm")


def check_passphrase(passphrase: str, user: str) -> None:
    """Returns where the passphrase may be used by `user`, raises BadInput with what to change where not."""
    text = unicodedata.normalize("NFC", passphrase)
    if len(text) < MIN_LENGTH:
        raise BadInput("The passphrase is too short: use at least {length} characters.", length=MIN_LENGTH)
    if len(text) > MAX_LENGTH:
        raise BadInput("The passphrase is too long: use at most {length} characters.", length=MAX_LENGTH)
    if len(set(text.casefold())) < MIN_DISTINCT:
        raise BadInput("The passphrase repeats itself: use several words that do not belong together.")
    letters = _letters(text)
    name = _letters(user)
    if len(name) > 2 and name in letters and len(letters) - len(name) < MIN_LENGTH:
        raise BadInput("The passphrase must not be made from your user name.")
    if _repeated(letters) in OBVIOUS_WORDS or _only_obvious(letters) or _in_sequence(text):
        raise BadInput(
            "The passphrase is among the first to be guessed: use several words that do not belong together."
        )


def _letters(text: str) -> str:
    """Letters only, in lower case: digits and signs put at the end of a word do not make it better."""
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalpha())


def _repeated(text: str) -> str:
    """The shortest unit that the text repeats: "passordpassord" -> "passord"."""
    return text[: (text + text).find(text, 1)] if text else text


def _only_obvious(letters: str) -> bool:
    """Whether the text is nothing but obvious words one after another, at most three of them."""
    ends = {0}
    for _ in range(3):
        ends |= {end + len(word) for end in ends for word in OBVIOUS_WORDS if letters.startswith(word, end)}
    return letters != "" and len(letters) in ends


def _in_sequence(text: str) -> bool:
    """Whether the text is a run of the alphabet, the digits or the keyboard, forwards or backwards."""
    plain = "".join(text.casefold().split())
    return any(plain in row * 2 or plain in (row * 2)[::-1] for row in SEQUENCES)
