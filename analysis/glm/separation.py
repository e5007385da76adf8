"""Outcomes that a term divides perfectly: found exactly, by linear programming, where a fit looks like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import optimize, sparse

from analysis.errors import NoConvergence, NoEvents, Separation
from analysis.glm.irls import Solution

# A standard error so large beside the spread of its column that no ordinary fit has it.
SUSPICIOUS_ERROR = 25.0


def check_separation(
    matrix: np.ndarray, terms: Sequence[str], y: np.ndarray, size: np.ndarray, solution: Solution, *, binomial: bool
) -> None:
    """Raise `Separation` (binomial), `NoEvents` (counts) or `NoConvergence` when the estimates are not finite.

    A direction b separates when x'b >= 0 wherever the outcome is all 1, <= 0 wherever it is all 0, and 0 where it is
    mixed, without being 0 everywhere (Albert & Anderson 1984; Konis 2007). For counts a positive outcome
    counts as mixed (Correia, Guimaraes & Zylkin 2019).
    """
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(solution.covariance)) * solution.spread
    if solution.settled and (errors < SUSPICIOUS_ERROR).all():
        return
    direction = separating_direction(matrix, y, size, binomial=binomial)
    if direction is not None:
        involved = [t for t, b in zip(terms, direction, strict=True) if abs(b) > 1e-7 and t != "Intercept"]
        names = ", ".join(repr(term) for term in involved or terms)
        if binomial:
            raise Separation(
                f"{names} divides the outcome perfectly: with it, some rows are all 0 or all 1, so the estimate is "
                "infinite. Merge levels, leave the term out, or use a model with a penalty."
            )
        raise NoEvents(
            f"There are no events at all in the rows that {names} picks out, so its rate is 0 and the estimate "
            "infinite. Merge levels or leave the term out."
        )
    if not solution.settled:
        raise NoConvergence(
            f"No maximum after {solution.steps} iterations. Look for extreme values and nearly collinear terms "
            "(analysis.diagnostics.vif), rescale large columns, or leave terms out."
        )


def separating_direction(matrix: np.ndarray, y: np.ndarray, size: np.ndarray, *, binomial: bool) -> np.ndarray | None:
    """A coefficient vector with entries in [-1, 1] that separates, or None."""
    none = y == 0
    every = (y >= size) if binomial else np.zeros(len(y), dtype=bool)
    span, mean = np.ptp(matrix, axis=0), matrix.mean(axis=0)
    if (span == 0).any():  # beside a constant, columns far from 0 separate as they do about their means
        matrix = matrix - np.where((span > 0) & (np.abs(mean) > span), mean, 0)
    scale = np.abs(matrix).max(axis=0)
    scaled = matrix / np.where(scale == 0, 1, scale)
    signed = np.concatenate([-scaled[none], scaled[every]])
    signed = np.unique(signed, axis=0)
    mixed = np.unique(scaled[~(none | every)], axis=0)
    if len(signed) == 0:
        return None
    constraints: dict[str, Any] = {"A_ub": sparse.csr_matrix(-signed), "b_ub": np.zeros(len(signed))}
    if len(mixed):
        constraints |= {"A_eq": sparse.csr_matrix(mixed), "b_eq": np.zeros(len(mixed))}
    found = optimize.linprog(-signed.sum(axis=0), **constraints, bounds=(-1, 1), method="highs")
    if found.status != 0 or found.fun is None or found.fun > -1e-6:
        return None
    return np.asarray(found.x)
