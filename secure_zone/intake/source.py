"""The delivered file, opened once: a plain file, no link, and the same from the first byte to the last."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType

from secure_zone.intake.faults import FaultKind, Unreadable

BLOCK = 8 * 1024 * 1024


class Source:
    """A file that stays open under one descriptor, so that nobody can put another one in its place while it is read."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            link = error.errno in (errno.ELOOP, errno.EMLINK)
            raise Unreadable(FaultKind.SYMLINK if link else FaultKind.CANNOT_READ) from None
        except ValueError:
            raise Unreadable(FaultKind.CANNOT_READ) from None
        try:
            self._seen = self._stamp()
            if not stat.S_ISREG(self._seen[0]):
                raise Unreadable(FaultKind.NOT_A_FILE)
            self.size = self._seen[1]
            if self.size == 0:
                raise Unreadable(FaultKind.EMPTY)
            if self.size > most_bytes:
                raise Unreadable(FaultKind.TOO_LARGE)
        except BaseException:
            os.close(self._file)
            raise
        self.path = path

    def _stamp(self) -> tuple[int, int, int]:
        found = os.fstat(self._file)
        return found.st_mode, found.st_size, found.st_mtime_ns

    def fileno(self) -> int:
        return self._file

    def at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`; fewer at the end of the file."""
        try:
            return os.pread(self._file, length, offset)
        except OSError:
            raise Unreadable(FaultKind.CANNOT_READ) from None

    def sha256(self) -> str:
        """Of the whole file."""
        digest, offset = hashlib.sha256(), 0
        while block := self.at(offset, BLOCK):
            digest.update(block)
            offset += len(block)
        return digest.hexdigest()

    def check_unchanged(self) -> None:
        """Refuses a file that was written to since it was opened."""
        if self._stamp() != self._seen:
            raise Unreadable(FaultKind.CHANGED)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
