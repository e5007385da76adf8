"""Passphrases: what is good enough, what wraps a key, and which profile a real zone refuses."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from secure_zone.errors import BadInput, Damaged, Refused, SignInFailed
from secure_zone.keys import passphrase as pp
from secure_zone.keys.passphrase_rules import OBVIOUS_WORDS, check_passphrase
from secure_zone.keys.secret import Secret

GOOD = "grønn kajakk 7 fem vinduer"
PRIVATE = Secret.random(96)


def wrap(profile: pp.Profile = pp.CHEAPEST, passphrase: str = GOOD) -> pp.WrappedKey:
    return pp.wrap_private_key(PRIVATE, passphrase, profile, user="kari", purpose="user_key")


def unwrap(wrapped: pp.WrappedKey, passphrase: str = GOOD, user: str = "kari", purpose: str = "user_key") -> Secret:
    return pp.unwrap_private_key(wrapped, passphrase, user=user, purpose=purpose, demo=True)


@pytest.mark.parametrize("profile", [pp.CHEAPEST, pp.RFC9106_LOW_MEMORY], ids=lambda p: p.name)
def test_the_right_passphrase_unwraps(profile: pp.Profile) -> None:
    assert unwrap(wrap(profile)) == PRIVATE


@pytest.mark.parametrize("other", ["", GOOD + " ", GOOD.upper(), "\ud800", "x" * 100_000])
def test_any_other_passphrase_fails(other: str) -> None:
    with pytest.raises(SignInFailed):
        unwrap(wrap(), other)


def test_letters_may_be_typed_composed_or_decomposed() -> None:
    wrapped = wrap(passphrase=unicodedata.normalize("NFD", "blåbær på fjellet"))
    assert unwrap(wrapped, unicodedata.normalize("NFC", "blåbær på fjellet")) == PRIVATE


def test_a_key_wrapped_for_one_user_or_purpose_is_no_other() -> None:
    with pytest.raises(SignInFailed):
        unwrap(wrap(), user="ola")
    with pytest.raises(SignInFailed):
        unwrap(wrap(), purpose="other")


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_changed_bytes_fail(place: int) -> None:
    wrapped = wrap()
    sealed = bytearray(wrapped.sealed)
    sealed[place] ^= 1
    with pytest.raises(SignInFailed):
        unwrap(replace(wrapped, sealed=bytes(sealed)))
    for short in (b"", wrapped.sealed[:5], wrapped.sealed[:-1]):
        with pytest.raises(SignInFailed):
            unwrap(replace(wrapped, sealed=short))


@pytest.mark.parametrize("kdf", [{}, {"profile": "CHEAPEST"}, {"profile": "CHEAPEST", "salt": "zz"}, {"profile": "X"}])
def test_a_damaged_derivation_is_told(kdf: dict[str, str]) -> None:
    with pytest.raises(Damaged):
        unwrap(replace(wrap(), kdf=kdf))


def test_wrapping_again_uses_a_new_salt() -> None:
    assert wrap().kdf["salt"] != wrap().kdf["salt"]


def test_a_real_zone_refuses_the_test_profile() -> None:
    with pytest.raises(Refused, match="CHEAPEST is for tests only"):
        pp.profile_named("CHEAPEST", demo=False)
    with pytest.raises(Refused):
        pp.unwrap_private_key(wrap(), GOOD, user="kari", purpose="user_key", demo=False)
    assert pp.profile_named("CHEAPEST", demo=True) is pp.CHEAPEST
    assert all(profile.usable_in(demo=False) for profile in pp.PROFILES.values() if profile is not pp.CHEAPEST)


def test_profiles_are_those_of_rfc_9106() -> None:
    high, low = pp.RFC9106_HIGH_MEMORY, pp.RFC9106_LOW_MEMORY
    assert (high.iterations, high.lanes, high.memory_kib) == (1, 4, 2**21)
    assert (low.iterations, low.lanes, low.memory_kib) == (3, 4, 2**16)
    assert pp.DEFAULT is low


def test_nothing_opens_a_decoy() -> None:
    with pytest.raises(SignInFailed):
        unwrap(pp.decoy(pp.CHEAPEST))


@pytest.mark.parametrize("good", [GOOD, "a3§kP0!xqmZ9", "hest på fjellet", "904817263554", "ååååå bbbb cccc dd"])
def test_good_passphrases_pass(good: str) -> None:
    check_passphrase(good, "kari")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("", "too short"),
        ("kort passord", None),
        ("elleve tegn"[:11], "too short"),
        ("x" * 257, "too long"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabc", "repeats"),
        ("passord123456", "first to be guessed"),
        ("PassordPassord", "first to be guessed"),
        ("Sommer2026!!!!", "first to be guessed"),
        ("velkommen123!", "first to be guessed"),
        ("qwertyuiopåa", "first to be guessed"),
        ("123456789012", "first to be guessed"),
        ("abcdefghijklm", "first to be guessed"),
        ("kari nordmann 1", "user name"),
        ("Kari-Nordmann-2026", "user name"),
    ],
)
def test_bad_passphrases_are_told_why(bad: str, says: str | None) -> None:
    if says is None:
        check_passphrase(bad, "kari.nordmann")
        return
    with pytest.raises(BadInput, match=says):
        check_passphrase(bad, "kari.nordmann")


def test_the_passphrase_is_never_repeated_in_the_answer() -> None:
    for bad in ("kort", "passord123456", "Kari-Nordmann-2026"):
        with pytest.raises(BadInput) as raised:
            check_passphrase(bad, "kari.nordmann")
        assert bad not in str(raised.value)


def test_a_short_user_name_does_not_forbid_letters() -> None:
    check_passphrase("grønn kajakk", "k")


def test_invitations_carry_good_passphrases() -> None:
    made = {pp.new_passphrase() for _ in range(200)}
    assert len(made) == 200
    for passphrase in made:
        check_passphrase(passphrase, "kari")
        assert len(passphrase) == 24


def test_obvious_words_are_written_as_they_are_compared() -> None:
    assert all(word == word.casefold() and word.isalpha() for word in OBVIOUS_WORDS)
