"""A secret shows its bytes to nobody who does not ask for them by name."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest

from secure_zone.errors import Damaged
from secure_zone.keys.passphrase import CHEAPEST, wrap_private_key
from secure_zone.keys.sealing import KeyPair, unseal
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer

BYTES = b"never-to-be-seen-0123456789"
SEEN = ("never-to-be-seen", BYTES.hex(), "bmV2ZXItdG8tYmUtc2Vlb")


@dataclass(frozen=True)
class Held:
    key: Secret


SHOWN: dict[str, Callable[[Secret], object]] = {
    "repr": repr,
    "str": str,
    "format": lambda s: f"{s} {s!r} {s:>40} {s!s}",
    "percent": lambda s: "%s %r" % (s, s),  # noqa: UP031 - the old way must not show it either
    "dataclass": lambda s: repr(Held(s)),
    "list": lambda s: repr([s, {"key": s}]),
    "dir": lambda s: repr([getattr(s, name) for name in dir(s) if not name.startswith("_")][:0]) + repr(dir(s)),
    "key pair": lambda s: repr(KeyPair(b"", s)),
    "error": lambda s: "".join(traceback.format_exception(ValueError(s))),
}


@pytest.mark.parametrize("how", SHOWN)
def test_no_text_shows_the_bytes(how: str) -> None:
    text = str(SHOWN[how](Secret(BYTES)))
    assert not any(seen in text for seen in SEEN)


STORED: dict[str, Callable[[Secret], object]] = {
    "pickle": pickle.dumps,
    "pickle 0": lambda s: pickle.dumps(s, 0),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda s: asdict(Held(s)),
    "state": lambda s: s.__getstate__(),
    "json": json.dumps,
    "bytes": bytes,
    "list": list,
    "vars": vars,
    "hash": hash,
}


@pytest.mark.parametrize("how", STORED)
def test_a_secret_is_neither_copied_nor_stored(how: str) -> None:
    with pytest.raises(TypeError) as raised:
        STORED[how](Secret(BYTES))
    assert not any(seen in str(raised.value) for seen in SEEN)


def test_a_traceback_with_all_locals_does_not_show_it() -> None:
    key, pair = Secret(BYTES), KeyPair.from_private(Secret(BYTES.ljust(96, b"-")))
    try:
        raise RuntimeError(f"something about {key}")
    except RuntimeError:
        shown = "".join(traceback.TracebackException(*sys.exc_info(), capture_locals=True).format())
    assert "key = Secret(***)" in shown
    assert not any(seen in shown for seen in SEEN)
    assert pair.private.reveal().startswith(BYTES)


@pytest.mark.parametrize("length", [96, 95])
def test_a_key_that_does_not_open_is_in_no_local_variable(length: int) -> None:
    private = Secret(BYTES.ljust(length, b"-"))
    try:
        unseal(private, b"nothing", purpose="a")
    except Damaged:
        shown = "".join(traceback.TracebackException(*sys.exc_info(), capture_locals=True).format())
    assert "Secret(***)" in shown
    assert not any(seen in shown for seen in SEEN)


def test_a_log_line_does_not_show_it() -> None:
    stream = io.StringIO()
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(stream))
    logger.error("key %s in %r", Secret(BYTES), {"key": Secret(BYTES)})
    assert stream.getvalue() == "key Secret(***) in {'key': Secret(***)}\n"


def test_objects_that_hold_secrets_do_not_show_them() -> None:
    signer = Signer(Secret(BYTES.ljust(32, b"-")))
    wrapped = wrap_private_key(Secret(BYTES), "a long passphrase", CHEAPEST, user="kari", purpose="user")
    assert not any(seen in repr(signer) + repr(wrapped) + str(vars(signer)) for seen in SEEN)


def test_reveal_gives_the_bytes_until_they_are_wiped() -> None:
    key = Secret(BYTES)
    assert key.reveal() == BYTES
    assert key == Secret(BYTES)
    assert key != Secret(b"other")
    assert key != BYTES
    key.wipe()
    assert key.wiped
    with pytest.raises(ValueError, match="wiped"):
        key.reveal()


def test_random_secrets_differ() -> None:
    assert len({Secret.random().reveal() for _ in range(100)}) == 100
