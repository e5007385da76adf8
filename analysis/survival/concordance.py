"""Harrell's concordance of a Cox model, in O(n log n)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.survival.cox_fit import CoxFit

# Linear predictors closer than this share of their spread are equal: a product of matrices rounds by position.
EQUAL = 1e-11


def concordance(fit: CoxFit) -> float:
    """The share of comparable pairs whose linear predictors are in the order of their events, ties counting half.

    A pair is an event and a row at risk at that time, in the same stratum, without an event at that very time
    (Harrell et al. 1982, JAMA 247:2543; R's concordance with weights and delayed entry). 0.5 where all are equal.
    """
    sets, events = fit.likelihood.sets, fit.likelihood.events
    n, stratum = len(sets.last), fit.sample.strata.code
    weights = np.ones(n) if fit.sample.weights is None else fit.sample.weights
    within = _ranks(fit.linear_predictor)
    span = int(within.max(initial=0)) + 2
    rank, floor = stratum * span + within, stratum * span
    own, lowest, mine, at = rank[events.rows], floor[events.rows], weights[events.rows], events.at
    place, ranks, signed = sets.last, rank, weights
    if sets.before is not None:
        place, ranks = np.concatenate([place, sets.before]), np.concatenate([rank, rank])
        signed = np.concatenate([weights, -weights])
    order = np.argsort(ranks, kind="stable")
    order = order[place[order] < sets.n_times]
    points = place[order], ranks[order], signed[order]
    both = _sum_beyond(*points, np.tile(at, 2), np.tile(lowest, 2), np.concatenate([own, own + 1]))
    below, up_to = np.split(both, 2)
    tied_below, tied_up_to = _tied_events(at, own, mine)
    total = sets.sums(weights)[at] - events.sums(mine)[at]
    below, up_to = below - tied_below, up_to - tied_up_to
    pairs = mine @ total
    return float(mine @ (below + up_to) / 2 / pairs) if pairs > 0 else 0.5


def _ranks(predictor: np.ndarray) -> np.ndarray:
    spread = np.ptp(predictor) if len(predictor) else 0.0
    if spread == 0:
        return np.zeros(len(predictor), dtype=np.int64)
    return np.unique(np.round(predictor / (spread * EQUAL)), return_inverse=True)[1]


def _sum_beyond(
    place: np.ndarray,
    rank: np.ndarray,
    weight: np.ndarray,
    from_place: np.ndarray,
    from_rank: np.ndarray,
    below_rank: np.ndarray,
) -> np.ndarray:
    """For each query the sum of weights of points with place >= `from_place` and `from_rank` <= rank < `below_rank`.

    The points come sorted by rank. A wavelet matrix: bit by bit of the place, from the highest, the points are parted
    in two, and each query follows its own side of the run [low, high) of points with the right ranks.
    """
    low = np.searchsorted(rank, from_rank, side="left")
    high = np.searchsorted(rank, below_rank, side="left")
    total = np.zeros(len(from_place))
    for bit in reversed(range(int(place.max(initial=0)).bit_length())):
        one = (place >> bit & 1).astype(bool)
        ones = _running(one, np.int32)
        mass = _running(np.where(one, weight, 0.0), np.float64)
        right = (from_place >> bit & 1).astype(bool)
        total += np.where(right, 0.0, mass[high] - mass[low])
        up_to_low, up_to_high, zeros = ones[low], ones[high], len(place) - ones[-1]
        low = np.where(right, zeros + up_to_low, low - up_to_low)
        high = np.where(right, zeros + up_to_high, high - up_to_high)
        parted = np.concatenate([np.flatnonzero(~one), np.flatnonzero(one)])
        place, weight = place[parted], weight[parted]
    mass = _running(weight, np.float64)
    return total + mass[high] - mass[low]


def _running(values: np.ndarray, dtype: type) -> np.ndarray:
    """Running sums with a 0 in front."""
    sums: np.ndarray = np.zeros(len(values) + 1, dtype=dtype)
    np.cumsum(values, out=sums[1:])
    return sums


def _tied_events(at: np.ndarray, rank: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each event the weight of the events of its own time with a lower rank, and with a rank not above its own."""
    order = np.lexsort((rank, at))
    a, r = at[order], rank[order]
    before = np.concatenate([[0.0], np.cumsum(weight[order])])
    positions = np.arange(len(a))
    new_time = np.concatenate([[True], a[1:] != a[:-1]])
    new_rank = new_time | np.concatenate([[True], r[1:] != r[:-1]])
    time_start = np.maximum.accumulate(np.where(new_time, positions, 0))
    run_start = np.maximum.accumulate(np.where(new_rank, positions, 0))
    run_end = np.append(positions[new_rank][1:], len(a))[np.cumsum(new_rank) - 1]
    below, up_to = np.empty(len(a)), np.empty(len(a))
    below[order] = before[run_start] - before[time_start]
    up_to[order] = before[run_end] - before[time_start]
    return below, up_to
