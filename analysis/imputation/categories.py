"""Maximum likelihood of the two models for categories that imputation draws from: multinomial and proportional odds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from analysis.errors import NoConvergence

# Value, gradient and Hessian of a log-likelihood.
Evaluation = tuple[float, np.ndarray, np.ndarray]


def augment(X: np.ndarray, y: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, y and weights with pseudo-rows half a standard deviation either side of each mean, in every level.

    Together they weigh as much as p + 1 rows (White, Daniel & Royston 2010), so that no estimate is infinite.
    """
    n, p = X.shape
    if p == 0:
        return X, y, np.ones(n)
    spread = np.diag(X.std(axis=0, ddof=1) / 2)
    around = np.concatenate([X.mean(axis=0) + spread, X.mean(axis=0) - spread])
    around = np.clip(around, X.min(axis=0), X.max(axis=0))
    extra = np.tile(around, (levels, 1))
    level = np.repeat(np.arange(levels, dtype=float), len(around))
    weights = np.concatenate([np.ones(n), np.full(len(extra), (p + 1) / len(extra))])
    return np.concatenate([X, extra]), np.concatenate([y, level]), weights


def multinomial_fit(X: np.ndarray, y: np.ndarray, weights: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients ((levels - 1) * p,), the first level as reference, and a root of their covariance."""
    n, p = X.shape
    chosen = (y[:, None] == np.arange(1, levels)).astype(float)

    def evaluate(coefficients: np.ndarray) -> Evaluation:
        eta = X @ coefficients.reshape(levels - 1, p).T
        top = np.maximum(eta.max(axis=1), 0.0)
        weight = np.exp(eta - top[:, None])
        total = weight.sum(axis=1) + np.exp(-top)
        probability = weight / total[:, None]
        value = float(weights @ ((chosen * eta).sum(axis=1) - top - np.log(total)))
        gradient = ((chosen - probability) * weights[:, None]).T @ X
        hessian = np.empty(((levels - 1) * p, (levels - 1) * p))
        for a in range(levels - 1):
            for b in range(a + 1):
                share = probability[:, a] * ((a == b) - probability[:, b]) * weights
                block = -(X * share[:, None]).T @ X
                hessian[a * p : (a + 1) * p, b * p : (b + 1) * p] = block
                hessian[b * p : (b + 1) * p, a * p : (a + 1) * p] = block
        return value, gradient.ravel(), hessian

    return _newton(evaluate, np.zeros((levels - 1) * p))


def ordered_fit(X: np.ndarray, y: np.ndarray, weights: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds (levels - 1,) and coefficients (p,) of logit P(y <= k) = cut_k - x b, and a root of covariance."""
    n, p = X.shape
    codes = y.astype(int)
    cuts = levels - 1
    upper, lower = np.zeros((n, cuts + p)), np.zeros((n, cuts + p))
    below_top, above_bottom = codes < cuts, codes > 0
    upper[np.flatnonzero(below_top), codes[below_top]] = 1.0
    lower[np.flatnonzero(above_bottom), codes[above_bottom] - 1] = 1.0
    upper[:, cuts:] = np.where(below_top[:, None], -X, 0.0)
    lower[:, cuts:] = np.where(above_bottom[:, None], -X, 0.0)

    def evaluate(parameters: np.ndarray) -> Evaluation:
        high = np.where(below_top, expit(upper @ parameters), 1.0)
        low = np.where(above_bottom, expit(lower @ parameters), 0.0)
        probability = high - low
        if probability.min() <= 0:
            return -np.inf, np.zeros(cuts + p), np.zeros((cuts + p, cuts + p))
        up, down = high * (1 - high) / probability, low * (1 - low) / probability  # density by probability
        gradient = upper.T @ (weights * up) - lower.T @ (weights * down)
        by_upper = weights * (up * (1 - 2 * high) - up**2)
        by_lower = weights * (-down * (1 - 2 * low) - down**2)
        cross = (upper * (weights * up * down)[:, None]).T @ lower
        hessian = (upper * by_upper[:, None]).T @ upper + (lower * by_lower[:, None]).T @ lower + cross + cross.T
        return float(weights @ np.log(probability)), gradient, hessian

    share = np.cumsum(np.bincount(codes, weights=weights, minlength=levels))[:-1] / weights.sum()
    start = np.concatenate([np.log(share / (1 - share)), np.zeros(p)])
    return _newton(evaluate, start)


def probabilities_ordered(X: np.ndarray, parameters: np.ndarray, levels: int) -> np.ndarray:
    """Probability of each level (n, levels); drawn thresholds that cross are put in order."""
    thresholds = np.sort(parameters[: levels - 1])
    cumulative = expit(thresholds - (X @ parameters[levels - 1 :])[:, None])
    return np.diff(cumulative, axis=1, prepend=0.0, append=1.0)


def _newton(evaluate: Callable[[np.ndarray], Evaluation], start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The maximum of a concave log-likelihood and a root of the inverse information there (with mice's ridge)."""
    parameters = start
    value, gradient, hessian = evaluate(parameters)
    for _ in range(100):
        information = -hessian + np.diag(np.maximum(-np.diag(hessian), 1e-12)) * 1e-8
        step = np.linalg.solve(information, gradient)
        size = 1.0
        while True:
            after = evaluate(parameters + size * step)
            if after[0] >= value - 1e-9 or size < 1e-6:
                break
            size /= 2
        parameters = parameters + size * step
        value, gradient, hessian = after
        if gradient @ step < 1e-10:
            information = -hessian + np.diag(np.maximum(-np.diag(hessian), 1e-12)) * 1e-8
            return parameters, np.linalg.inv(np.linalg.cholesky(information)).T
    raise NoConvergence("A model for a category did not settle. Merge rare levels, or leave columns out by exclude.")
