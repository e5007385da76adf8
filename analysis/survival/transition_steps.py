"""The Aalen-Johansen steps: at each transition time, who is at risk, who moves, and where the probabilities go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.survival.state_intervals import NONE, StateIntervals


@dataclass(frozen=True, eq=False)
class TransitionSteps:
    """K transition times and S states.

    times: (K,); n_risk: (K, S) just before; moves: (K, S, S) persons from row to column; step: (K, S, S) matrices H
    with p(t) = p(t-) H; before: (K, S) p(t-); after: (K, S); start: (S,) the distribution before any move, `beginning`
    (n,) marks the intervals it was taken from. begins, ends: (n,) each interval is at risk at the times numbered
    begins..ends - 1.
    """

    times: np.ndarray
    n_risk: np.ndarray
    moves: np.ndarray
    step: np.ndarray
    before: np.ndarray
    after: np.ndarray
    start: np.ndarray
    beginning: np.ndarray
    begins: np.ndarray
    ends: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """(K, S) p(t-) / n: what one person more or less weighs."""
        return np.divide(self.before, self.n_risk, out=np.zeros_like(self.before), where=self.n_risk > 0)


def moved(intervals: StateIntervals) -> np.ndarray:
    """Which intervals end in another state; entering the state one is in is no move."""
    return (intervals.next != NONE) & (intervals.next != intervals.now)


def transition_steps(intervals: StateIntervals) -> TransitionSteps:
    """All steps, by counting; nothing is done per person."""
    moving = moved(intervals)
    times = np.unique(intervals.stop[moving])
    k, s = times.size, len(intervals.states)
    begins = np.searchsorted(times, intervals.start, side="right")
    ends = np.searchsorted(times, intervals.stop, side="right")
    n_risk = at_risk(begins, ends, intervals.now, k, s)
    flat = ((ends[moving] - 1) * s + intervals.now[moving]) * s + intervals.next[moving]
    moves = np.bincount(flat, minlength=k * s * s).reshape(k, s, s)
    step = moves / np.maximum(n_risk, 1)[:, :, None]
    diagonal = np.arange(s)
    step[:, diagonal, diagonal] += 1 - step.sum(axis=2)
    beginning = (begins == 0) & (ends > 0)
    if not beginning.any():  # nobody moves: everyone stays where they began
        beginning = intervals.order == 0
    start = np.bincount(intervals.now[beginning], minlength=s) / beginning.sum()
    after = np.empty((k, s))
    now = start
    for i in range(k):
        now = now @ step[i]
        after[i] = now
    before = np.vstack([start, after])[:-1]
    return TransitionSteps(times, n_risk, moves, step, before, after, start, beginning, begins, ends)


def at_risk(begins: np.ndarray, ends: np.ndarray, state: np.ndarray, k: int, s: int) -> np.ndarray:
    """(k, s) how many intervals begins..ends - 1 of each state cover each of k places."""
    size = (k + 1) * s
    change = np.bincount(begins * s + state, minlength=size) - np.bincount(ends * s + state, minlength=size)
    return np.cumsum(change.reshape(-1, s), axis=0)[:k]
