"""Days lost where rows of one person overlap: each day counts once, at its highest grade."""

from __future__ import annotations

import numpy as np


def newly_covered(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(reach, days) for rows by ascending start: the last day covered so far, and the days each row adds to it."""
    reach = np.maximum.accumulate(stop)
    days = np.empty_like(stop)
    days[:1] = stop[:1] - start[:1] + 1
    np.maximum(reach[:-1], start[1:] - 1, out=days[1:])
    np.subtract(stop[1:], days[1:], out=days[1:])
    np.maximum(days, 0, out=days)
    return reach, days


def lost_at_highest(
    start: np.ndarray, stop: np.ndarray, grade: np.ndarray, reach: np.ndarray, days: np.ndarray
) -> np.ndarray:
    """(n,) days x grade; only the sum over a cluster of overlapping rows has a meaning.

    Rows that overlap nothing lose days x grade. In a pair the lower grade loses the shared days. In larger clusters
    the sum is built from below: each step between two grades counts the days covered by rows at or above it.
    """
    lost = days * grade
    joined = np.flatnonzero(start[1:] <= reach[:-1]) + 1
    if joined.size == 0:
        return lost
    breaks = np.diff(joined) > 1
    begins = joined[np.concatenate([[True], breaks])] - 1
    ends = joined[np.concatenate([breaks, [True]])]
    pair = ends == begins + 1
    a, b = begins[pair], ends[pair]
    shared = np.minimum(stop[a], stop[b]) - start[b] + 1
    lost[a] = (stop[a] - start[a] + 1) * grade[a]
    lost[b] = (stop[b] - start[b] + 1) * grade[b] - shared * np.minimum(grade[a], grade[b])
    begins, sizes = begins[~pair], (ends - begins + 1)[~pair]
    if sizes.size:
        cluster = np.repeat(np.arange(sizes.size), sizes)
        rows = np.arange(cluster.size) + (begins - (np.cumsum(sizes) - sizes))[cluster]
        lost[rows] = 0
        lost[begins] = _from_below(start[rows], stop[rows], grade[rows], cluster, sizes.size)
    return lost


def _from_below(
    start: np.ndarray, stop: np.ndarray, grade: np.ndarray, cluster: np.ndarray, clusters: int
) -> np.ndarray:
    total = np.zeros(clusters)
    below = 0.0
    while grade.size:
        step = float(grade.min())
        _, days = newly_covered(start, stop)
        total += (step - below) * np.bincount(cluster, weights=days, minlength=clusters)
        above = grade > step
        start, stop, grade, cluster, below = start[above], stop[above], grade[above], cluster[above], step
    return total
