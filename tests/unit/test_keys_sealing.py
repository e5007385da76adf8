"""Sealing and signing: what opens, what does not, and what is told."""

from __future__ import annotations

import pytest

from secure_zone.errors import Damaged
from secure_zone.keys.binding import binding, derive
from secure_zone.keys.data_key import DataKeyFor, new_data_key, seal_data_key, unseal_data_key
from secure_zone.keys.sealing import PRIVATE_LENGTH, PUBLIC_LENGTH, KeyPair, seal, unseal
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer, Verifier, canonical

PAIR, OTHER = KeyPair.generate(), KeyPair.generate()
WHOSE = DataKeyFor("zone-a", "answers", 3, "research", "kari")


def test_a_pair_has_the_lengths_of_its_parts() -> None:
    assert len(PAIR.public) == PUBLIC_LENGTH == 1216
    assert len(PAIR.private.reveal()) == PRIVATE_LENGTH == 96
    assert KeyPair.from_private(PAIR.private).public == PAIR.public


def test_what_is_sealed_differs_every_time() -> None:
    assert seal(PAIR.public, b"x", purpose="a") != seal(PAIR.public, b"x", purpose="a")


def test_another_holder_does_not_open_it() -> None:
    with pytest.raises(Damaged, match="Ask a custodian"):
        unseal(OTHER.private, seal(PAIR.public, b"x", purpose="a"), purpose="a")


@pytest.mark.parametrize("private", [Secret(b""), Secret(b"x" * 95), Secret(b"x" * 97)])
def test_a_private_key_of_another_length_is_told(private: Secret) -> None:
    with pytest.raises(Damaged, match="private key is damaged"):
        unseal(private, b"", purpose="a")


@pytest.mark.parametrize("public", [b"", PAIR.public[:-1], PAIR.public + b"x", b"\xff" * PUBLIC_LENGTH])
def test_a_public_key_that_is_none_is_told(public: bytes) -> None:
    with pytest.raises(Damaged, match="public key is damaged"):
        seal(public, b"x", purpose="a")


@pytest.mark.parametrize(
    "other",
    [
        DataKeyFor("zone-b", "answers", 3, "research", "kari"),
        DataKeyFor("zone-a", "answer", 3, "research", "kari"),
        DataKeyFor("zone-a", "answers", 4, "research", "kari"),
        DataKeyFor("zone-a", "answers", 3, "survey", "kari"),
        DataKeyFor("zone-a", "answers", 3, "research", "ola"),
    ],
    ids=["zone", "dataset", "version", "purpose", "holder"],
)
def test_a_data_key_opens_for_its_version_and_holder_only(other: DataKeyFor) -> None:
    key = new_data_key()
    sealed = seal_data_key(PAIR.public, key, WHOSE)
    assert unseal_data_key(PAIR.private, sealed, WHOSE) == key
    with pytest.raises(Damaged):
        unseal_data_key(PAIR.private, sealed, other)


def test_derived_keys_differ_by_use() -> None:
    key = Secret.random()
    keys = [derive(key, "a"), derive(key, "b"), derive(key, "a", file="x"), derive(key, "a", file="y"), key]
    assert len({k.reveal() for k in keys}) == 5
    assert derive(key, "a", file="x") == derive(key, "a", file="x")
    assert len(derive(key, "a").reveal()) == 32


def test_bindings_are_texts_and_whole_numbers() -> None:
    for value in (1.5, True, None, b"x"):
        with pytest.raises(TypeError):
            binding("a", value=value)
    assert binding("a", x=1) != binding("a", x="1")
    assert binding("a", x="1", y="2") == binding("a", y="2", x="1")


def test_signatures_are_over_the_value_not_its_spelling() -> None:
    signer = Signer.generate()
    signature = signer.sign({"b": 1, "a": "ærlig"})
    signer.verifier.verify({"a": "ærlig", "b": 1}, signature)
    assert canonical({"b": 1, "a": "æ", "c": [None, True]}) == '{"a":"æ","b":1,"c":[null,true]}'.encode()


@pytest.mark.parametrize("changed", [{"a": 2}, {"a": "1"}, {"a": 1, "b": None}, {}, {"A": 1}])
def test_a_changed_value_is_found(changed: dict[str, object]) -> None:
    signer = Signer.generate()
    signature = signer.sign({"a": 1})
    with pytest.raises(Damaged):
        signer.verifier.verify(changed, signature)


def test_the_signature_of_another_or_a_cut_one_is_found() -> None:
    signer = Signer.generate()
    for signature in (Signer.generate().sign({"a": 1}), signer.sign({"a": 1})[:-1], b"", b"x" * 64):
        with pytest.raises(Damaged):
            signer.verifier.verify({"a": 1}, signature)


def test_a_signer_is_kept_and_restored_by_its_private_bytes() -> None:
    signer = Signer.generate()
    again = Signer(signer.private)
    assert again.verifier == signer.verifier == Verifier(signer.verifier.public)
    assert again.verifier != Signer.generate().verifier


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 33])
def test_keys_of_another_length_are_told(wrong: bytes) -> None:
    with pytest.raises(Damaged):
        Signer(Secret(wrong))
    with pytest.raises(Damaged):
        Verifier(wrong)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_without_a_json_form_are_not_signed(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": value})
