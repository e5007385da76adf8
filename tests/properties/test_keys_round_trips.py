"""Whatever is sealed opens for what it was sealed for, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secure_zone.errors import Damaged
from secure_zone.keys import passphrase as pp
from secure_zone.keys.binding import binding
from secure_zone.keys.sealing import KeyPair, seal, unseal
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer, canonical

PAIR = KeyPair.generate()
SIGNER = Signer.generate()
NAMES = st.text("abcdefgh_", min_size=1, max_size=6).filter(lambda name: name != "purpose")
BOUND = st.dictionaries(NAMES, st.text(max_size=8) | st.integers(), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200), st.text(max_size=10), BOUND)
def test_sealed_opens_for_the_same_binding(plain: bytes, purpose: str, bound: dict[str, str | int]) -> None:
    sealed = seal(PAIR.public, plain, purpose=purpose, **bound)
    assert unseal(PAIR.private, sealed, purpose=purpose, **bound).reveal() == plain


@given(st.text(max_size=4), BOUND, st.text(max_size=4), BOUND)
def test_sealed_opens_for_no_other_binding(
    purpose: str, bound: dict[str, str | int], other_purpose: str, other: dict[str, str | int]
) -> None:
    assume((purpose, bound) != (other_purpose, other))
    assert binding(purpose, **bound) != binding(other_purpose, **other)
    with pytest.raises(Damaged):
        unseal(PAIR.private, seal(PAIR.public, b"x", purpose=purpose, **bound), purpose=other_purpose, **other)


@given(st.data())
def test_a_changed_byte_opens_nothing(data: st.DataObject) -> None:
    sealed = bytearray(seal(PAIR.public, b"secret", purpose="a"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        unseal(PAIR.private, bytes(sealed), purpose="a")


@given(st.binary(max_size=2000))
def test_noise_opens_nothing(noise: bytes) -> None:
    with pytest.raises(Damaged):
        unseal(PAIR.private, noise, purpose="a")


@given(st.binary(min_size=1, max_size=100), st.text(min_size=1, max_size=40), st.text(max_size=10))
def test_wrapped_unwraps(private: bytes, passphrase: str, user: str) -> None:
    wrapped = pp.wrap_private_key(Secret(private), passphrase, pp.CHEAPEST, user=user, purpose="p")
    assert pp.unwrap_private_key(wrapped, passphrase, user=user, purpose="p", demo=True) == Secret(private)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_a_signature_is_for_one_value(payload: dict[str, object], other: dict[str, object]) -> None:
    signature = SIGNER.sign(payload)
    SIGNER.verifier.verify(dict(reversed(payload.items())), signature)
    if canonical(payload) != canonical(other):
        with pytest.raises(Damaged):
            SIGNER.verifier.verify(other, signature)
