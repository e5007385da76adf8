"""The key area's private key while it is open: in memory only, from a holder's sign-in until it is sealed again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from secure_zone.errors import KeyAreaSealed
from secure_zone.keys.secret import Secret


@dataclass(frozen=True)
class OpenKeyArea:
    """Which generation is open, by whom and since when."""

    generation: int
    private: Secret
    opened_by: str
    opened_at: datetime


class KeyRoom:
    """Open or sealed."""

    def __init__(self) -> None:
        self._open: OpenKeyArea | None = None
        self._lock = threading.Lock()

    @property
    def opened(self) -> OpenKeyArea | None:
        """What is open now, or None."""
        return self._open

    def require(self, generation: int) -> OpenKeyArea:
        """The open key area, or KeyAreaSealed when it is sealed or has been given a new key since it was opened."""
        opened = self._open
        if opened is None or opened.generation != generation:
            raise sealed()
        return opened

    def open(self, area: OpenKeyArea) -> None:
        """From now on open. What is open already stays, unless it is of an older generation."""
        with self._lock:
            before = self._open
            if before is not None and before.generation >= area.generation:
                area.private.wipe(sealed)
                return
            self._open = area
            if before is not None:
                before.private.wipe(sealed)

    def seal(self) -> None:
        """From now on sealed, and the key is wiped."""
        with self._lock:
            before, self._open = self._open, None
            if before is not None:
                before.private.wipe(sealed)


def sealed() -> KeyAreaSealed:
    """The one sentence for a key area that is not open."""
    return KeyAreaSealed("The key area is sealed. The project leader or a custodian must open it first.")
