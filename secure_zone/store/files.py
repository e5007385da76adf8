"""Files and folders that are on the disk when we say so: written through, synchronised, placed by one rename."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from secure_zone.errors import ZoneUnavailable
from secure_zone.store.faults import fault

FILE_MODE, FOLDER_MODE, STAGING_MODE = 0o640, 0o750, 0o700
BLOCK = 1024 * 1024


class NewFile:
    """A file that did not exist before, hashed as it is written; pyarrow writes to it too.

    As a context: leaving it well means that the bytes are on the disk.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        self._file = os.fdopen(descriptor, "wb", buffering=BLOCK)
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def closed(self) -> bool:
        return self._file.closed

    @property
    def sha256(self) -> str:
        """Of all that was written, in hex."""
        return self._hash.hexdigest()

    def write(self, data: Any) -> int:
        fault("draft:in-part")
        view = memoryview(data)
        self._hash.update(view)
        self._file.write(view)
        self.size += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()


def read_file(path: Path, most: int) -> bytes:
    """An ordinary file's bytes. ValueError where it is a pipe, a link or a device, or has more than `most` bytes.

    A named pipe in the place of a file would keep whoever opens it waiting for ever.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise ValueError("not an ordinary file") from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise ValueError("not an ordinary file of that size")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes) -> None:
    """A new file with this content, on the disk when this returns."""
    with NewFile(path) as file:
        file.write(content)


def make_folder(path: Path, mode: int = FOLDER_MODE) -> None:
    """A folder (parents too) with this mode whatever the umask; a group inherited from above stays."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir()
    path.chmod(mode | (path.stat().st_mode & stat.S_ISGID))
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """What was created, renamed or removed in the folder is on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place(source: Path, target: Path) -> None:
    """Renames a folder into its final place, in one step that is on the disk when this returns."""
    make_folder(target.parent)
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def remove_folder(path: Path) -> None:
    """Removes a folder and all in it; one that is gone already is fine."""
    if path.is_dir():
        shutil.rmtree(path)
        sync_folder(path.parent)


@contextmanager
def disk_problems_are_told() -> Iterator[None]:
    """Turns a disk that is full, or that cannot be written, into a sentence; the caller undoes what was written."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ZoneUnavailable(
                "The disk of the data area is full: nothing was changed. Make room, then try again.", code="disk_full"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise ZoneUnavailable(
                "The data area cannot be written ({reason}): nothing was changed. Check the disk and who owns the "
                "folder, then try again.",
                code="disk_unwritable",
                reason=os.strerror(error.errno),
            ) from None
        raise
