"""How many may try to sign in at once from one address: the custodian's few turns are for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from secure_zone.errors import ZoneUnavailable

MOST_AT_ONCE = 3


class Crowd:
    """Counts attempts under way, by the address they come from. For one event loop: it takes no lock."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one_of(self, address: str) -> Iterator[None]:
        """An attempt, while it lasts. ZoneUnavailable when the address has as many under way as it may."""
        if self._under_way[address] >= MOST_AT_ONCE:
            raise ZoneUnavailable(
                "Several attempts to sign in from where you are have not been answered yet. Try again in a moment.",
                code="busy",
            )
        self._under_way[address] += 1
        try:
            yield
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]
