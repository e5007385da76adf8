"""Times that differ only by floating-point rounding are the same time."""

from __future__ import annotations

import numpy as np

TOLERANCE = float(np.sqrt(np.finfo(float).eps))


def join_tied(*times: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same arrays with times closer than rounding error made equal.

    Two neighbours in the sorted set of all times are one when they differ by at most 1.5e-8, absolutely or relative to
    the mean absolute time: the rule of R's `survival::aeqSurv` (`timefix`), so that 0.1 + 0.2 ties with 0.3.
    Whole numbers (days) are returned as they are.
    """
    if all(_whole(t) for t in times):
        return times
    distinct = np.unique(np.concatenate(times))
    if distinct.size < 2:
        return times
    gaps = np.diff(distinct)
    tied = (gaps <= TOLERANCE) | (gaps / np.mean(np.abs(distinct)) <= TOLERANCE)
    if not tied.any():
        return times
    first = distinct[np.concatenate([[True], ~tied])]
    return tuple(first[np.searchsorted(first, t, side="right") - 1] for t in times)


def _whole(times: np.ndarray) -> bool:
    """Whole numbers small enough that one unit is far above the tolerance."""
    return bool(times.size == 0 or (np.abs(times).max() < 1 / TOLERANCE / 2 and (times == np.floor(times)).all()))
