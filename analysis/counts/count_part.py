"""The maximum of a two-part model's likelihood that holds the count: truncated, or mixed with structural zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.counts.densities import Density
from analysis.counts.newton import Maximum, maximise
from analysis.design import Design
from analysis.errors import NoConvergence
from analysis.glm.families import BINOMIAL, POISSON
from analysis.glm.irls import irls
from analysis.glm.standardised import Standardised

# A theta this many times the largest mean, that adds less than this to the log-likelihood, is taken as infinite.
DOUBTFUL_FROM = 1e3
LEAST_GAIN = 1e-3


@dataclass(frozen=True, eq=False)
class CountPart:
    """`coefficients` of the count and, where it is fitted along, the zero part; `covariance` has log theta as last.

    `scores` (k, q) are those of one row of each kind, in the order of `covariance`.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    scores: np.ndarray
    theta: float | None
    std_error_log_theta: float | None
    value: float
    poisson_limit: bool


def fit_count_part(
    density: Callable[[str], Density],
    design: Design,
    *,
    offset: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    dist: str,
    zero_design: Design | None = None,
) -> CountPart:
    """Maximise density(dist) over the designs' coefficients and log theta; without overdispersion, as Poisson."""
    designs = [design] if zero_design is None else [design, zero_design]
    columns = [Standardised.of(d.matrix, d.terms) for d in designs]
    matrices = [(d.matrix - c.centre) / c.scale for d, c in zip(designs, columns, strict=True)]
    size = weight * np.exp(offset)
    start = [
        _start(columns[0], irls(design.matrix, design.terms, y * weight, size, POISSON, tolerance=1e-4).coefficients)
    ]
    offsets: list[np.ndarray | float] = [offset]
    if zero_design is not None:
        zeros = irls(zero_design.matrix, zero_design.terms, weight * (y == 0), weight, BINOMIAL, tolerance=1e-4)
        start.append(_start(columns[1], zeros.coefficients))
        offsets.append(0.0)
    backs = [c.back for c in columns]
    if dist == "poisson":
        return _part(maximise(density("poisson"), matrices, offsets, weight, start), matrices, backs, None)
    shape = np.ones((len(y), 1))
    try:
        found = maximise(density("negbin"), [*matrices, shape], [*offsets, 0.0], weight, [*start, np.zeros(1)])
    except NoConvergence:
        found = None
    largest = 0.0 if found is None else float(np.exp(matrices[0] @ found.parameters[0] + offset).max())
    if found is None or np.exp(found.parameters[-1][0]) > DOUBTFUL_FROM * largest:
        poisson = maximise(density("poisson"), matrices, offsets, weight, start)
        if found is None or found.value - poisson.value < LEAST_GAIN:
            return _part(poisson, matrices, backs, float("inf"))
    return _part(found, [*matrices, shape], [*backs, np.eye(1)], float(np.exp(found.parameters[-1][0])))


def _start(columns: Standardised, coefficients: np.ndarray) -> np.ndarray:
    start: np.ndarray = np.linalg.solve(columns.back, coefficients)
    return start


def _part(found: Maximum, matrices: list[np.ndarray], backs: list[np.ndarray], theta: float | None) -> CountPart:
    width = sum(len(back) for back in backs)
    back = np.zeros((width, width))
    at = 0
    for block in backs:
        back[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    try:
        covariance = back @ np.linalg.inv(-found.hessian) @ back.T
    except np.linalg.LinAlgError as error:
        raise NoConvergence(
            "The information matrix is singular at the maximum: leave terms out of one part."
        ) from error
    if (np.diag(covariance) <= 0).any():
        raise NoConvergence(
            "The likelihood has no clear maximum: try fewer terms in the zero part (zero_formula) or dist='poisson'."
        )
    standardised = np.hstack([m * d[:, None] for m, d in zip(matrices, found.rows.first, strict=True)])
    with_theta = theta is not None and np.isfinite(theta)
    parameters = back @ np.concatenate(found.parameters)
    return CountPart(
        coefficients=parameters[:-1] if with_theta else parameters,
        covariance=covariance,
        scores=np.linalg.solve(back.T, standardised.T).T,
        theta=theta,
        std_error_log_theta=float(np.sqrt(covariance[-1, -1])) if with_theta else theta,
        value=found.value,
        poisson_limit=theta is not None and not with_theta,
    )
