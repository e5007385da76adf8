"""Bytes that must not show: keys and seeds on their way through memory."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import NoReturn


class Secret:
    """Holds bytes that no repr, format, pickle, copy or dataclass dump gives away; only `reveal()` does.

    `wipe()` overwrites the bytes held here. That is best effort: Python, OpenSSL and Arrow make copies of their own.
    """

    __slots__ = ("_held", "_told", "_wiped")

    def __init__(self, value: bytes | bytearray | memoryview) -> None:
        self._held = bytearray(value)
        self._wiped = False
        self._told: Callable[[], Exception] = _wiped

    @classmethod
    def random(cls, length: int = 32) -> Secret:
        """`length` bytes from the operating system's generator."""
        return cls(secrets.token_bytes(length))

    def reveal(self) -> bytes:
        """The bytes, as a copy. Use them in place; do not keep them."""
        copied = bytes(self._held)
        # After the copy: another thread may wipe between the two lines, and zeros must not pass for a key.
        if self._wiped:
            raise self._told()
        return copied

    def wipe(self, told: Callable[[], Exception] | None = None) -> None:
        """Overwrites the bytes; `reveal()` refuses from then on, with the error that `told` makes."""
        if told is not None:
            self._told = told
        self._wiped = True
        self._held[:] = bytes(len(self._held))

    @property
    def wiped(self) -> bool:
        return self._wiped

    def __repr__(self) -> str:
        return "Secret(***)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._held, other._held)

    def __hash__(self) -> int:
        raise TypeError("A secret is not a key of a mapping.")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("A secret is neither copied nor stored: seal or wrap it.")

    __getstate__ = __reduce__ = __copy__ = __deepcopy__ = __bytes__ = __iter__ = _refuse

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self._refuse()


def _wiped() -> ValueError:
    return ValueError("This secret has been wiped.")
