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
    ordered = np.sort(np.concatenate(times))
    distinct = ordered[np.concatenate([[True], ordered[1:] > ordered[:-1]])]
    if distinct.size < 2:
        return times
    gaps = np.diff(distinct)
    tied = (gaps <= TOLERANCE) | (gaps / np.mean(np.abs(distinct)) <= TOLERANCE)
    if not tied.any():
        return times
    new = np.concatenate([[True], ~tied])
    first = distinct[new][np.cumsum(new) - 1]  # of each distinct time, the first that it is tied with
    late = np.flatnonzero(~new)
    return tuple(_replaced(t, distinct[late], first[late]) for t in times)


def _replaced(times: np.ndarray, late: np.ndarray, first: np.ndarray) -> np.ndarray:
    """`times` with each value of `late` (ascending) as the value of `first` at its place."""
    place = np.minimum(np.searchsorted(late, times), late.size - 1)
    return np.where(late[place] == times, first[place], times)


def _whole(times: np.ndarray) -> bool:
    """Whole numbers small enough that one unit is far above the tolerance."""
    return bool(times.size == 0 or (np.abs(times).max() < 1 / TOLERANCE / 2 and (times == np.floor(times)).all()))
