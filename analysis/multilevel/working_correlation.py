"""Working correlations of generalised estimating equations: how to estimate them, and how to divide by them.

Each takes values in the groups' order. None builds a matrix per group: exchangeable needs group sums only, and an
autoregression is divided out by subtracting the row before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from analysis.errors import BadArgument
from analysis.multilevel.groups import Groups


@dataclass(frozen=True)
class Independence:
    groups: Groups

    def estimate(self, residuals: np.ndarray, scale: float) -> float:
        return 0.0

    def divide(self, rows: np.ndarray, parameter: float) -> np.ndarray:
        """R^-1 times rows (n,) or (n, p)."""
        return rows


@dataclass(frozen=True)
class Exchangeable:
    """Every pair in a group has correlation a: the mean product of residuals over all pairs, by the scale."""

    groups: Groups

    def estimate(self, residuals: np.ndarray, scale: float) -> float:
        sizes = self.groups.sizes
        pairs = float((sizes * (sizes - 1.0)).sum())
        products = float((self.groups.sums(residuals) ** 2).sum() - residuals @ residuals)
        correlation = products / pairs / scale
        if 1 + (sizes.max() - 1) * correlation <= 1e-8:
            raise BadArgument(
                f"An exchangeable correlation of {correlation:.3f} is not possible in groups of {sizes.max()}. "
                'Use correlation="independence": the errors are robust all the same.'
            )
        return correlation

    def divide(self, rows: np.ndarray, parameter: float) -> np.ndarray:
        """R^-1 times rows (n,) or (n, p)."""
        groups = self.groups
        share = parameter / (1 + (groups.sizes - 1) * parameter)
        sums = groups.sums(rows)
        taken = (share * sums.T).T[groups.codes]
        return (rows - taken) / (1 - parameter)


@dataclass(frozen=True)
class Autoregressive:
    """Rows k apart in a group (in the data's order) have correlation a^k; all pairs count in the estimate."""

    groups: Groups

    def estimate(self, residuals: np.ndarray, scale: float) -> float:
        longest = int(self.groups.sizes.max())
        positions = self.groups.positions()
        lags = np.arange(1, longest)
        totals = np.empty(len(lags))
        counts = np.empty(len(lags))
        at = np.arange(len(residuals))
        for k, lag in enumerate(lags):
            at = at[positions[at] >= lag]
            totals[k] = float(residuals[at] @ residuals[at - lag]) / scale
            counts[k] = len(at)

        def equation(a: float) -> float:
            return float((lags * a ** (lags - 1.0) * (totals - counts * a**lags)).sum())

        grid = np.linspace(-0.999, 0.999, 400)
        loss = [float((counts * (totals / counts - a**lags) ** 2).sum()) for a in grid]
        best = int(np.argmin(loss))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        if equation(low) * equation(high) > 0:
            raise BadArgument(
                'The rows of a group are so alike (or opposed) that an "ar1" correlation reaches 1. '
                'Use correlation="exchangeable" or "independence".'
            )
        return float(optimize.brentq(equation, low, high, xtol=1e-14))

    def divide(self, rows: np.ndarray, parameter: float) -> np.ndarray:
        """R^-1 times rows (n,) or (n, p): the tridiagonal inverse, applied as two first differences."""
        groups = self.groups
        first = np.zeros(len(rows), dtype=bool)
        first[groups.starts] = True
        last = np.roll(first, -1)
        weight = 1 - parameter**2
        shape = (-1,) + (1,) * (rows.ndim - 1)
        before = np.where(first.reshape(shape), 0.0, np.roll(rows, 1, axis=0))
        after = np.where(last.reshape(shape), 0.0, np.roll(rows, -1, axis=0))
        own = np.where(first & last, weight, np.where(first | last, 1.0, 1 + parameter**2))
        return (own.reshape(shape) * rows - parameter * (before + after)) / weight


WorkingCorrelation = Independence | Exchangeable | Autoregressive

CORRELATIONS: dict[str, type[Independence] | type[Exchangeable] | type[Autoregressive]] = {
    "independence": Independence,
    "exchangeable": Exchangeable,
    "ar1": Autoregressive,
}
