"""A text file as a stream of UTF-8: with or without a byte order mark, or Windows-1252, decided while it is read."""

from __future__ import annotations

import codecs
import hashlib
import io
from typing import Any

import numpy as np
import pyarrow as pa

from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.source import BLOCK, Source

OLD = "cp1252"


class TextStream(io.RawIOBase):
    """Gives valid UTF-8 and hashes what it reads.

    Up to the first byte that is no UTF-8, both encodings read plain ASCII alike. From that byte on the file is
    Windows-1252, unless letters in UTF-8 came before: then it is a mixture, which is refused. What goes wrong is kept
    in `fault`, because whoever reads the stream may wrap the error in one of its own.
    """

    def __init__(self, source: Source) -> None:
        self._source, self._offset = source, 0
        self._digest = hashlib.sha256()
        self._rest, self._waiting = b"", b""
        self._old = self._letters = False
        self.fault: Unreadable | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, often fewer, so that blocks need not be copied together; nothing at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if not self._rest:
            self._rest = self._next()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def readinto(self, buffer: Any, /) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._offset / self._source.size)

    def sha256(self) -> str:
        """Of the whole file, whatever part of it was read."""
        while block := self._source.at(self._offset, BLOCK):
            self._take(block)
        return self._digest.hexdigest()

    def _take(self, block: bytes) -> None:
        self._digest.update(block)
        self._offset += len(block)

    def _next(self) -> bytes:
        while block := self._source.at(self._offset, BLOCK):
            first = self._offset == 0
            self._take(block)
            if b"\0" in block:
                self._refuse(FaultKind.NUL_BYTES)
            if first:
                block = block.removeprefix(codecs.BOM_UTF8)
            last = self._offset >= self._source.size
            if text := self._as_utf8(self._waiting + block if self._waiting else block, final=last):
                return text
        left, self._waiting = self._waiting, b""
        return self._as_utf8(left, final=True) if left else b""

    def _as_utf8(self, block: bytes, *, final: bool) -> bytes:
        if self._old:
            return block.decode(OLD, errors="replace").encode()
        if not self._waiting and block.isascii():
            return block
        end = len(block) if final else len(block) - _unfinished(block)
        whole, self._waiting = block[:end], block[end:]
        if not _is_utf8(whole):
            try:
                whole.decode()
            except UnicodeDecodeError as error:
                if self._letters or not whole[: error.start].isascii():
                    self._refuse(FaultKind.MIXED_ENCODINGS)
                self._old, self._waiting = True, b""
                return block.decode(OLD, errors="replace").encode()
        self._letters = self._letters or not whole.isascii()
        return whole

    def _refuse(self, kind: FaultKind) -> None:
        self.fault = Unreadable(kind)
        raise self.fault


def _is_utf8(text: bytes) -> bool:
    """Arrow checks without making a copy of the text, many times faster than decoding it."""
    ends = pa.py_buffer(np.array([0, len(text)], dtype=np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _unfinished(text: bytes) -> int:
    """How many bytes at the end begin a letter that goes on in the next block."""
    for back, byte in enumerate(reversed(text[-3:]), start=1):
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if length > back else 0
        if byte < 0x80:
            return 0
    return 0
