"""How long sign-in stays closed for one user after failures. Pure: the caller keeps the count and the time."""

from __future__ import annotations

from bisect import bisect_right

# From this many failures in a row on, sign-in is closed for this many seconds after each further failure.
DELAYS: tuple[tuple[int, int], ...] = (
    (0, 0),
    (6, 30),
    (7, 60),
    (8, 120),
    (9, 240),
    (10, 480),
    (11, 900),
)


def delay_after(failures: int) -> int:
    """Seconds that sign-in is closed after the given number of failures in a row."""
    return DELAYS[bisect_right([count for count, _ in DELAYS], max(failures, 0)) - 1][1]


def locked_until(failures: int, now: float) -> float | None:
    """Unix time until which sign-in is closed after a failure at `now`, or None where it stays open."""
    delay = delay_after(failures)
    return now + delay if delay else None


def is_locked(until: float | None, now: float) -> bool:
    """Whether sign-in is closed at `now`."""
    return until is not None and now < until
