"""Where passphrases are tried: only so many may wait, and for each name one at a time.

Stretching a passphrase costs 64 MiB and a tenth of a second on purpose, and `keys.passphrase` does one at a time. A
crowd at the door must not keep those who are signed in from being served (each waiting request holds a thread), and two
attempts with the same code must not run side by side.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from secure_zone.errors import ZoneUnavailable

MOST_WAITING = 16
STRIPES = 64


class Doorway:
    """Hands out turns."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._waiting = 0
        self._stripes = [threading.Lock() for _ in range(STRIPES)]

    @contextmanager
    def turn(self, user: str) -> Iterator[None]:
        """Wait for a turn to try a passphrase for `user`. ZoneUnavailable when too many wait already."""
        with self._counting:
            if self._waiting >= MOST_WAITING:
                raise ZoneUnavailable(
                    "Too many are signing in at this moment. Try again in a little while.", code="busy"
                )
            self._waiting += 1
        try:
            with self._stripes[hash(user) % STRIPES]:
                yield
        finally:
            with self._counting:
                self._waiting -= 1
