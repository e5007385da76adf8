"""One custodian per zone: a lock that the kernel takes back when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secure_zone.errors import ZoneUnavailable


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the zone, or ZoneUnavailable when another process does."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ZoneUnavailable(
                "A custodian is running on this zone already. Stop it first, or use it.", code="second_custodian"
            ) from None
        yield
    finally:
        os.close(descriptor)
