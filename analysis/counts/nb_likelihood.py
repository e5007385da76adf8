"""The NB2 likelihood, with variance m + m^2 / theta, and its derivatives in the linear predictor and log theta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special


@dataclass(frozen=True, eq=False)
class Counts:
    """Outcomes `y` (k,) that stand for `weight` (k,) rows each, and their distinct values with how often each occurs.

    Terms that depend on y and theta only are summed over the few distinct values.
    """

    y: np.ndarray
    weight: np.ndarray
    distinct: np.ndarray
    often: np.ndarray

    @classmethod
    def of(cls, y: np.ndarray, weight: np.ndarray) -> Counts:
        distinct, code = np.unique(y, return_inverse=True)
        return cls(y, weight, distinct, np.bincount(code, weights=weight))

    @property
    def n(self) -> float:
        return float(self.weight.sum())


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Log-likelihood and its derivatives at (eta, tau = log theta): per row in eta, in sum for tau alone.

    `curvature` is -d2/deta2 as observed, `expected_curvature` in expectation; `cross` is d2/deta dtau.
    """

    value: float
    score: np.ndarray
    curvature: np.ndarray
    expected_curvature: np.ndarray
    cross: np.ndarray
    tau_score: float
    tau_curvature: float


def log_likelihood(counts: Counts, eta: np.ndarray, tau: float) -> float:
    """Sum of log Gamma(y+t) - log Gamma(t) - log y! + t log t + y eta - (y+t) log(m+t)."""
    t = float(np.exp(tau))
    with np.errstate(over="ignore"):
        m = np.exp(eta)
    y, weight = counts.y, counts.weight
    by_count = special.gammaln(counts.distinct + t) - special.gammaln(counts.distinct + 1)
    constant = float((counts.often * by_count).sum()) + counts.n * (t * tau - float(special.gammaln(t)))
    value = constant + float(weight @ (y * eta - (y + t) * np.log(m + t)))
    return value if np.isfinite(value) else -np.inf


def derivatives(counts: Counts, eta: np.ndarray, tau: float) -> Derivatives:
    """All that a Newton step needs, rows weighted."""
    t = float(np.exp(tau))
    m = np.exp(eta)
    y, weight, often = counts.y, counts.weight, counts.often
    total = m + t
    log_total = np.log(total)
    share = t / total
    residual = (y - m) * share
    expected = m * share
    curvature = expected * (y + t) / total
    cross = residual * m / total
    by_count = special.gammaln(counts.distinct + t) - special.gammaln(counts.distinct + 1)
    value = (
        float((often * by_count).sum())
        + counts.n * (t * tau - float(special.gammaln(t)))
        + float(weight @ (y * eta - (y + t) * log_total))
    )
    first = (
        float((often * special.digamma(counts.distinct + t)).sum())
        + counts.n * (tau + 1 - float(special.digamma(t)))
        - float(weight @ (log_total + (y + t) / total))
    )
    second = (
        float((often * special.polygamma(1, counts.distinct + t)).sum())
        + counts.n * (1 / t - float(special.polygamma(1, t)))
        - float(weight @ (2 / total - (y + t) / total**2))
    )
    return Derivatives(
        value=value,
        score=weight * residual,
        curvature=weight * curvature,
        expected_curvature=weight * expected,
        cross=weight * cross,
        tau_score=t * first,
        tau_curvature=-(t * first + t * t * second),
    )


def deviance(counts: Counts, eta: np.ndarray, theta: float) -> float:
    """Twice the distance to the model with one mean per row, at the same theta (infinite theta: Poisson)."""
    y, m = counts.y, np.exp(eta)
    unit = special.xlogy(y, y) - y * eta
    unit -= (y - m) if np.isinf(theta) else (y + theta) * np.log((y + theta) / (m + theta))
    return 2 * float(counts.weight @ unit)
