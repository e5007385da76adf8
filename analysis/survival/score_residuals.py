"""Score residuals of a Cox model: each row's part of the score, or its sum over groups of rows.

Row i contributes the integral of (x_i - mean(t)) dM_i(t), M_i being its martingale (Therneau and Grambsch 2000, 4.3).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analysis.survival.partial_likelihood import Increments, MeanSums, PartialLikelihood, Point


def event_means(likelihood: PartialLikelihood, increments: Increments, means: MeanSums) -> np.ndarray:
    """The covariates' mean over the denominators of each event time: (K, p)."""
    scale = 1 / (likelihood.events.counts * likelihood.events.mean_weight)
    mean = means.at_risk * (increments.hazard * scale)[:, None]
    if means.dying is not None:
        mean -= means.dying * (increments.spared * scale)[:, None]
    return mean


def score_residuals(likelihood: PartialLikelihood, point: Point) -> np.ndarray:
    """Each row's weighted contribution to the score, (n, p): the integral of (x - mean) dM."""
    increments, means = likelihood.increments(point), likelihood.mean_sums(point)
    path, spared = means.crossed(increments)
    excess = likelihood.excess(likelihood.expected(point, increments))
    rows, at = likelihood.events.rows, likelihood.events.at
    residuals = likelihood.sets.spread(path)
    if spared is not None:
        residuals[rows] -= spared[at]
    residuals *= point.risk[:, None]
    residuals += likelihood.X * excess[:, None]
    residuals[rows] -= likelihood.event_weights()[:, None] * event_means(likelihood, increments, means)[at]
    return residuals


def grouped_scores(
    likelihood: PartialLikelihood,
    group: np.ndarray,
    n_groups: int,
    point: Point,
    expected: np.ndarray,
    means: MeanSums,
) -> np.ndarray:
    """The score residuals summed over groups, (n_groups, p), without making a residual for each row."""
    increments = likelihood.increments(point)
    path, spared = means.crossed(increments)
    rows, at, sets = likelihood.events.rows, likelihood.events.at, likelihood.sets
    excess = likelihood.excess(expected)
    ends = np.arange(len(group) + 1, dtype=group.dtype)
    total = sparse.csc_array((excess, group, ends), shape=(n_groups, len(group))) @ likelihood.X
    shape = (n_groups, sets.n_times + 1)
    running = sets.running(path)
    total += sparse.coo_array((point.risk, (group, sets.last)), shape=shape) @ running
    if sets.before is not None:
        total -= sparse.coo_array((point.risk, (group, sets.before)), shape=shape) @ running
    subtract = likelihood.event_weights()[:, None] * event_means(likelihood, increments, means)[at]
    if spared is not None:
        subtract += point.risk[rows, None] * spared[at]
    ends = np.arange(len(rows) + 1, dtype=group.dtype)
    total -= sparse.csc_array((np.ones(len(rows)), group[rows], ends), shape=(n_groups, len(rows))) @ subtract
    return total
