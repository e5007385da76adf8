"""One imputation of one column: draw the parameters, then the missing values (proper in the sense of Rubin 1987).

Each takes the design of the rows that have the column (`X`, without constant), their values `y`, the design of those
that lack it (`missing`) and a generator, and gives values for the latter.
"""

from __future__ import annotations

import numpy as np

from analysis.imputation.categories import augment, multinomial_fit, ordered_fit, probabilities_ordered

RIDGE = 1e-5


def with_constant(X: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(X)), X])


def draw_pmm(
    X: np.ndarray, y: np.ndarray, missing: np.ndarray, rng: np.random.Generator, donors: int = 5
) -> np.ndarray:
    """Predictive mean matching: the value of one of the `donors` observed rows whose prediction is nearest.

    Type 1 matching: observed rows are predicted with the estimate, missing ones with the draw (Little 1988, J Bus Econ
    Stat 6:287-296; van Buuren 2018, section 3.4; parameters drawn as in Rubin 1987, p. 167).
    """
    X, missing = with_constant(X), with_constant(missing)
    cross = X.T @ X
    V = np.linalg.inv(cross + RIDGE * np.diag(np.maximum(np.diag(cross), 1e-300)))
    coefficients = V @ (X.T @ y)
    residuals = y - X @ coefficients
    df = max(len(y) - X.shape[1], 1)
    sd = np.sqrt(residuals @ residuals / rng.chisquare(df))
    drawn = coefficients + sd * (np.linalg.cholesky((V + V.T) / 2) @ rng.standard_normal(len(coefficients)))
    return y[nearest(X @ coefficients, missing @ drawn, donors, rng)]


def nearest(observed: np.ndarray, wanted: np.ndarray, donors: int, rng: np.random.Generator) -> np.ndarray:
    """For each wanted value the position of one of the `donors` nearest observed ones, chosen at random."""
    n = len(observed)
    donors = min(donors, n)
    shuffled = rng.permutation(n)  # so that ties are broken at random
    order = shuffled[np.argsort(observed[shuffled], kind="stable")]
    ranked = observed[order]
    window = np.searchsorted(ranked, wanted)[:, None] + np.arange(-donors, donors)
    outside = (window < 0) | (window >= n)
    distance = np.where(outside, np.inf, np.abs(ranked[np.clip(window, 0, n - 1)] - wanted[:, None]))
    closest = np.argpartition(distance, donors - 1, axis=1)[:, :donors]
    pick = closest[np.arange(len(wanted)), rng.integers(0, donors, len(wanted))]
    return order[window[np.arange(len(wanted)), pick]]


def draw_multinomial(
    X: np.ndarray, y: np.ndarray, missing: np.ndarray, rng: np.random.Generator, levels: int
) -> np.ndarray:
    """Level codes from a multinomial logistic model (two levels: logistic regression) with drawn parameters.

    A few weighted rows guard against perfect prediction (White, Daniel & Royston 2010, Comput Stat Data Anal
    54:2267-2275); unlike mice's polyreg the parameters are drawn for more than two levels too.
    """
    X, y, weights = augment(X, y, levels)
    coefficients, root = multinomial_fit(with_constant(X), y, weights, levels)
    drawn = coefficients + root @ rng.standard_normal(len(coefficients))
    eta = with_constant(missing) @ drawn.reshape(levels - 1, -1).T
    eta = np.column_stack([np.zeros(len(eta)), eta])
    eta -= eta.max(axis=1, keepdims=True)
    weight = np.exp(eta)
    return _choose(weight / weight.sum(axis=1, keepdims=True), rng)


def draw_ordered(
    X: np.ndarray, y: np.ndarray, missing: np.ndarray, rng: np.random.Generator, levels: int
) -> np.ndarray:
    """Level codes from a proportional odds model with drawn parameters (McCullagh 1980, J R Stat Soc B 42:109-142)."""
    X, y, weights = augment(X, y, levels)
    parameters, root = ordered_fit(X, y, weights, levels)
    drawn = parameters + root @ rng.standard_normal(len(parameters))
    return _choose(probabilities_ordered(missing, drawn, levels), rng)


def _choose(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A level for each row by its probabilities (n, levels)."""
    cumulative = np.cumsum(probabilities, axis=1)[:, :-1]
    return (rng.random(len(probabilities))[:, None] > cumulative).sum(axis=1).astype(float)
