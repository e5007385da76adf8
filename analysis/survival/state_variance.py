"""The infinitesimal jackknife of state probabilities: how much each person moves them, squared and summed.

At transition time k a person at risk in state j adds to the row vector p(t-) H the shift
    c = p_j / n_j (e_j - H_j)            because one more at risk dilutes what the others do, and
    d = p_j / n_j (e_l - e_j)            when it is this person who moves to l;
every earlier influence is carried on by H. Variances are sums over persons, so repeated moves of one person count as
what they are. Source: Therneau, Crowson and Atkinson, "Multi-state models and competing risks" (survival package).
"""

from __future__ import annotations

import numpy as np

from analysis.survival.state_intervals import StateIntervals
from analysis.survival.step_products import StepProducts
from analysis.survival.transition_steps import TransitionSteps, moved

NOBODY = -1


def shifts(steps: TransitionSteps) -> np.ndarray:
    """(K, S, S) the shift c of those at risk in each state."""
    return steps.share[:, :, None] * (np.eye(steps.start.size) - steps.step)


def start_influence(intervals: StateIntervals, steps: TransitionSteps) -> np.ndarray:
    """(n, S) what each person moves the distribution they begin from; 0 where all begin in one state."""
    influence = np.zeros((intervals.now.size, steps.start.size))
    rows = np.flatnonzero(steps.beginning)
    if steps.start.max() < 1:
        influence[rows] = -steps.start / rows.size
        influence[rows, intervals.now[rows]] += 1 / rows.size
    return influence


def variances(intervals: StateIntervals, steps: TransitionSteps) -> np.ndarray:
    """(K, S) variances of the probabilities after each transition time."""
    k, s = steps.before.shape
    shift = shifts(steps)
    beginning = start_influence(intervals, steps)
    entering, leaving = _influence_at_ends(intervals, steps, shift, beginning)
    moving = moved(intervals)
    # Totals of influence over those at risk in each state; persons come and go with what they have gathered.
    arrive = _totals(entering, steps.begins, intervals.now, k, s) - _totals(leaving, steps.ends, intervals.now, k, s)
    gathered = np.zeros((k, s, s))
    total = np.zeros((s, s))
    gain = steps.n_risk[:, :, None] * shift
    for i in range(k):
        total = total + arrive[i]
        total = total @ steps.step[i]
        gathered[i] = total
        total = total + gain[i]
    source = _sources(intervals, steps, shift, gathered, leaving, moving)
    variance = np.empty((k, s))
    spread = beginning.T @ beginning
    for i in range(k):
        spread = steps.step[i].T @ spread @ steps.step[i] + source[i]
        variance[i] = spread.diagonal()
    return np.maximum(variance, 0)


def _influence_at_ends(
    intervals: StateIntervals, steps: TransitionSteps, shift: np.ndarray, beginning: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(n, S) each person's influence when an interval begins, and when it ends but before its own move counts."""
    products = StepProducts(steps.step, shift)
    entering = np.zeros_like(beginning)
    leaving = np.zeros_like(beginning)
    jump = jumps(intervals, steps)
    last: np.ndarray | None = None
    for place in range(int(intervals.order.max()) + 1):
        rows = np.flatnonzero(intervals.order == place) if last is None else _next_rows(intervals, last)
        entering[rows] = beginning[rows] if last is None else leaving[rows - 1] + jump[rows - 1]
        leaving[rows] = products.carry(entering[rows], intervals.now[rows], steps.begins[rows], steps.ends[rows])
        last = rows
    return entering, leaving


def _next_rows(intervals: StateIntervals, rows: np.ndarray) -> np.ndarray:
    """The rows just after `rows` that are of the same person."""
    following = rows + 1
    following = following[following < intervals.order.size]
    return following[intervals.order[following] > 0]


def jumps(intervals: StateIntervals, steps: TransitionSteps) -> np.ndarray:
    """(n, S) the shift d of each interval's own move, 0 where there is none."""
    jump = np.zeros((intervals.now.size, steps.start.size))
    rows = np.flatnonzero(moved(intervals))
    weight = steps.share[steps.ends[rows] - 1, intervals.now[rows]]
    jump[rows, intervals.next[rows]] = weight
    jump[rows, intervals.now[rows]] = -weight
    return jump


def _totals(influence: np.ndarray, at: np.ndarray, state: np.ndarray, k: int, s: int) -> np.ndarray:
    """(k, S, S) sums of `influence` by place and own state."""
    cell = at * s + state
    columns = [np.bincount(cell, weights=influence[:, j], minlength=(k + 1) * s) for j in range(s)]
    return np.stack(columns, axis=1).reshape(k + 1, s, s)[:k]


def _sources(
    intervals: StateIntervals,
    steps: TransitionSteps,
    shift: np.ndarray,
    gathered: np.ndarray,
    leaving: np.ndarray,
    moving: np.ndarray,
) -> np.ndarray:
    """(K, S, S) what each transition time adds to the sum of influence' influence beyond carrying it on."""
    k, s = steps.before.shape
    cross = np.einsum("kja,kjb->kab", gathered, shift)
    source = cross + cross.transpose(0, 2, 1) + np.einsum("kj,kja,kjb->kab", steps.n_risk, shift, shift)
    rows = np.flatnonzero(moving)
    at = steps.ends[rows] - 1
    weight = steps.share[at, intervals.now[rows]]
    own = np.zeros((k, s, s))
    for a in range(s):
        amount = weight * leaving[rows, a]
        there = np.bincount(at * s + intervals.next[rows], weights=amount, minlength=k * s)
        here = np.bincount(at * s + intervals.now[rows], weights=amount, minlength=k * s)
        own[:, a, :] = (there - here).reshape(k, s)
    squares = steps.moves * (steps.share**2)[:, :, None]
    diagonal = np.arange(s)
    squared = -(squares + squares.transpose(0, 2, 1))
    squared[:, diagonal, diagonal] = squares.sum(axis=1) + squares.sum(axis=2)
    return source + own + own.transpose(0, 2, 1) + squared
