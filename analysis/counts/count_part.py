"""The maximum of a two-part model's likelihood that holds the count: truncated, or mixed with structural zeros."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.counts.densities import Density
from analysis.counts.newton import Maximum, maximise, no_maximum
from analysis.design import Design
from analysis.errors import warn
from analysis.glm.families import BINOMIAL, POISSON
from analysis.glm.irls import irls
from analysis.glm.standardised import Standardised

# A theta this many times the largest mean, that adds less than this to the log-likelihood, is taken as infinite.
DOUBTFUL_FROM = 1e3
LEAST_GAIN = 1e-3
# A standard error this large, in units of the column's spread, is that of an estimate that runs to infinity.
EDGE = 25.0
LEAST_INFORMATION = 1e-12


@dataclass(frozen=True, eq=False)
class CountPart:
    """`coefficients` of the count and, where it is fitted along, the zero part; `covariance` has log theta as last.

    `scores` (k, q) are those of one row of each kind, and `runs_away` (q,) tells which estimates have no end, both in
    the order of `covariance`.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    scores: np.ndarray
    theta: float | None
    std_error_log_theta: float | None
    value: float
    poisson_limit: bool
    runs_away: np.ndarray


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
    # Slopes of the count must be found; its intercept, theta and the zero part may run away, with a warning.
    may_run = np.array([term == "Intercept" for term in design.terms] + [True] * (sum(map(len, backs[1:])) + 1))
    if dist == "poisson":
        return _part(
            maximise(density("poisson"), matrices, offsets, weight, start), matrices, backs, may_run[:-1], None
        )
    shape = np.ones((len(y), 1))
    found = maximise(density("negbin"), [*matrices, shape], [*offsets, 0.0], weight, [*start, np.zeros(1)])
    theta = float(np.exp(found.parameters[-1][0]))
    if theta > DOUBTFUL_FROM * float(np.exp(matrices[0] @ found.parameters[0] + offset).max()):
        poisson = maximise(density("poisson"), matrices, offsets, weight, start)
        if found.value - poisson.value < LEAST_GAIN:
            return _part(poisson, matrices, backs, may_run[:-1], float("inf"))
    return _part(found, [*matrices, shape], [*backs, np.eye(1)], may_run, theta)


def warn_runaway(names: Sequence[str], runs_away: np.ndarray, notes: list[str]) -> None:
    """A warning that names the estimates that run to infinity, where some do."""
    gone = [name for name, away in zip(names, runs_away, strict=False) if away]
    if gone:
        advice = "Use fewer terms, or dist='poisson'."
        warn(f"The data cannot tell {', '.join(gone)}: the estimates run to infinity. {advice}", notes)


def _start(columns: Standardised, coefficients: np.ndarray) -> np.ndarray:
    start: np.ndarray = np.linalg.solve(columns.back, coefficients)
    return start


def _part(
    found: Maximum, matrices: list[np.ndarray], backs: list[np.ndarray], may_run: np.ndarray, theta: float | None
) -> CountPart:
    if not found.settled:
        raise no_maximum(found.steps)
    back = linalg.block_diag(*backs)
    inverse, runs_away = _inverse(-found.hessian, may_run, found.steps)
    covariance = back @ inverse @ back.T
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
        runs_away=runs_away,
    )


def _inverse(information: np.ndarray, may_run: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The covariance of standardised columns, and which of their estimates run to infinity.

    A direction to infinity has next to no information: its eigenvalue is held just above 0, so that the errors of the
    estimates in it are very large and the others' are right.
    """
    size, direction = np.linalg.eigh(information)
    if size[-1] <= 0:
        raise no_maximum(steps)
    least = size[-1] * LEAST_INFORMATION
    covariance = (direction / np.maximum(size, least)) @ direction.T
    runs_away = np.sqrt(np.diag(covariance)) > EDGE
    if (runs_away & ~may_run).any():
        raise no_maximum(steps)
    return (covariance if size[0] < least else np.linalg.inv(information)), runs_away
