"""Iteratively reweighted least squares (Nelder & Wedderburn 1972) for the canonical families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.glm.families import Family
from analysis.glm.positive import solve_stiffened
from analysis.glm.standardised import Standardised

MOST_STEPS = 60
# Relative change of the log-likelihood at which one more step changes nothing that is printed.
SETTLED = 1e-13


@dataclass(frozen=True, eq=False)
class Solution:
    """`coefficients` (p,), the inverse information `covariance` (p, p), the linear predictor `eta` (n,).

    `spread` (p,) is the size of each column about its mean, to judge a standard error by.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    eta: np.ndarray
    spread: np.ndarray
    steps: int
    settled: bool


def irls(
    matrix: np.ndarray,
    terms: Sequence[str],
    y: np.ndarray,
    size: np.ndarray,
    family: Family,
    *,
    tolerance: float = SETTLED,
) -> Solution:
    """Maximum likelihood for y out of `size` with mean size * family.mean(matrix @ beta).

    A cell of several rows has the sums of their y and size: the estimates are those of the single rows.
    `tolerance` is the relative change of the log-likelihood at which to stop.
    Without a maximum the last step is handed back with `settled` false, for the caller to say why.
    """
    columns = Standardised.of(matrix, terms)
    beta = first_guess(columns, y, size, family)
    eta = columns.predictor(beta)
    value = _value(family, y, size, eta)
    for step in range(1, MOST_STEPS + 1):
        information, score = _normal_equations(columns, y, size, eta, family)
        move = solve_stiffened(information, score)
        new_beta, new_eta, new_value = beta, eta, -np.inf
        for halving in range(25):
            new_beta = beta + move / 2**halving
            new_eta = columns.predictor(new_beta)
            new_value = _value(family, y, size, new_eta)
            if new_value >= value - 1e-12 * (abs(value) + 1):
                break
        change = abs(new_value - value) / (abs(new_value) + 0.1)
        beta, eta, value = new_beta, new_eta, new_value
        if change < tolerance and (tolerance > SETTLED or np.abs(move).max() < 1e-6):
            return _solution(columns, beta, eta, y, size, family, step, settled=True)
    return _solution(columns, beta, eta, y, size, family, MOST_STEPS, settled=False)


def _value(family: Family, y: np.ndarray, size: np.ndarray, eta: np.ndarray) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        value = float(family.kernel(y, size, eta).sum())
    return value if np.isfinite(value) else -np.inf


def first_guess(columns: Standardised, y: np.ndarray, size: np.ndarray, family: Family) -> np.ndarray:
    """Weighted least squares on a smoothed link of the outcome."""
    target = family.start(y, size)
    weight = size * family.variance(family.mean(target))
    left, (right,) = columns.cross_products(weight, weight * target)
    return solve_stiffened(left, right)


def _normal_equations(
    columns: Standardised, y: np.ndarray, size: np.ndarray, eta: np.ndarray, family: Family
) -> tuple[np.ndarray, np.ndarray]:
    mean = family.mean(eta)
    information, (score,) = columns.cross_products(size * family.variance(mean), y - size * mean)
    return information, score


def _solution(
    columns: Standardised,
    beta: np.ndarray,
    eta: np.ndarray,
    y: np.ndarray,
    size: np.ndarray,
    family: Family,
    steps: int,
    *,
    settled: bool,
) -> Solution:
    information, _ = _normal_equations(columns, y, size, eta, family)
    covariance = columns.covariance(information)
    settled = settled and bool(np.isfinite(covariance).all())
    return Solution(columns.back @ beta, covariance, eta, columns.scale, steps, settled)
