"""The share of the cases that is left at a reference, with its influence function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.glm.fit import MEANS, GlmFit
from analysis.survival.cox_fit import CoxFit


@dataclass(frozen=True)
class ShareLeft:
    """`share` = 1 - AF, and the standard error of its logarithm."""

    share: float
    std_error_log: float


def risk_left(fit: GlmFit, at_reference: Mapping[str, Any]) -> ShareLeft:
    """Expected cases at the reference by expected cases as they are, from a regression of risk or rate."""
    seen = fit.observations
    matrix, changed = seen.design.matrix, seen.design.with_values(at_reference)
    size = 1.0 if seen.exposure is None else seen.exposure
    as_is = seen.spread(MEANS[fit.family](matrix @ fit.coefficients)) * size
    left = seen.spread(MEANS[fit.family](changed @ fit.coefficients)) * size
    # The means' derivatives are summed over cells, so that no (n, p) array is made for them.
    gradient = _slopes(fit, changed) / left.sum() - _slopes(fit, matrix) / as_is.sum()
    through_fit = fit.observations.spread(matrix @ (fit.naive_covariance @ gradient)) * fit.score_residual()
    influence = left / left.sum() - as_is / as_is.sum() + through_fit
    return ShareLeft(float(left.sum() / as_is.sum()), _error(influence, seen.clusters, seen.n_clusters))


def cases_left(fit: CoxFit, at_reference: Mapping[str, Any]) -> ShareLeft:
    """The mean over cases of the inverse hazard ratio against the reference."""
    sample = fit.sample
    cases = np.flatnonzero(sample.event)
    weight = np.ones(len(cases)) if sample.weights is None else sample.weights[cases]
    changed = sample.design.with_values(at_reference)[cases]
    difference = (sample.X[cases] * sample.scale + sample.mean) - changed
    inverse_ratio = np.exp(-(difference @ fit.coefficients))
    total = float(weight @ inverse_ratio)
    share = total / float(weight.sum())
    gradient = -(weight * inverse_ratio) @ difference / total
    influence = fit.residuals("dfbeta").to_numpy() @ gradient
    influence[cases] += weight * (inverse_ratio - share) / total
    return ShareLeft(share, _error(influence, sample.cluster, sample.n_clusters))


def _slopes(fit: GlmFit, matrix: np.ndarray) -> np.ndarray:
    """The derivative of the sum of expected cases in the coefficients: sum of size * dmean/deta * x."""
    mean = MEANS[fit.family](matrix @ fit.coefficients)
    slope = mean * (1 - mean) if fit.family == "binomial" else mean
    slopes: np.ndarray = matrix.T @ (slope * fit.observations.cell_size)
    return slopes


def _error(influence: np.ndarray, clusters: np.ndarray | None, n_clusters: int) -> float:
    if clusters is not None:
        influence = np.bincount(clusters, weights=influence, minlength=n_clusters)
    return float(np.sqrt(influence @ influence))
