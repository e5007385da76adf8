"""Poisson regression with person-years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import NoEvents, warn
from analysis.glm.families import POISSON
from analysis.glm.fit import GlmFit, null_mean, solve
from analysis.glm.observations import Observations, observe
from analysis.glm.sandwich import sandwich

# Above this a count is looked up nowhere: its logarithms are computed row by row.
LARGEST_TABLE = 1 << 16


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PoissonFit(GlmFit):
    """A Poisson regression; coefficients are log rate ratios. See `poisson`."""

    title: ClassVar[str] = "Poisson regression"


def poisson(
    data: pd.DataFrame, formula: str, *, outcome: str, exposure: str | None = None, cluster: str | None = None
) -> PoissonFit:
    """Counts or rates by maximum likelihood: log E(y) = x'b + log(exposure).

    Parameters: `outcome` is a column of counts, `exposure` one of person-years (or any time at risk above 0);
    with `cluster` the standard errors are robust to dependence within it (Liang & Zeger 1986, Biometrika 73:13-22).
    Rows with equal covariates are first collapsed to cells, whose sums are sufficient (Nelder & Wedderburn 1972,
    JRSS A 135:370-384), so estimates, log-likelihood and deviance are those of the single rows.

    >>> import pandas as pd
    >>> from analysis.counts import poisson
    >>> people = pd.DataFrame({"spells": [1, 0, 2, 4, 1, 3], "years": [1, 2, 2, 2, 1, 1], "shift": [0, 0, 0, 1, 1, 1]})
    >>> fit = poisson(people, "shift", outcome="spells", exposure="years")
    >>> fit.tidy(exponentiate=True).set_index("term").estimate.round(3).to_dict()
    {'Intercept': 0.6, 'shift': 3.333}
    """
    observations = observe(data, formula, outcome=outcome, kind="amount", exposure=exposure, cluster=cluster)
    notes: list[str] = []
    if observations.cell_y.sum() == 0:
        raise NoEvents(f"{outcome!r} is 0 in all {observations.n} rows, so there is no rate to model.")
    counts = _distinct_counts(observations.y)
    if counts is None and (observations.y != np.floor(observations.y)).any():
        warn(f"{outcome!r} is not always a whole number: the estimates stand, but use `cluster` for errors.", notes)
    return PoissonFit(**fit_poisson(observations, exposure), warnings=tuple(notes))


def fit_poisson(observations: Observations, exposure: str | None) -> dict[str, Any]:
    """The fields of a Poisson fit, with cluster-robust covariance where there are clusters."""
    solution = solve(observations, POISSON)
    covariance = solution.covariance
    if observations.clusters is not None:
        residual = observations.y - _expected(observations, solution.eta)
        covariance = sandwich(covariance, observations.cluster_scores(residual))
    return {
        "terms": observations.design.terms,
        "coefficients": solution.coefficients,
        "covariance": covariance,
        "naive_covariance": solution.covariance,
        "n": observations.n,
        "n_dropped": observations.n_dropped,
        "family": POISSON.name,
        "observations": observations,
        "exposure": exposure,
        "robust": "" if observations.clusters is None else "cluster",
        **_likelihood(observations, solution.eta),
    }


def _expected(observations: Observations, eta: np.ndarray) -> np.ndarray:
    rate = observations.spread(np.exp(eta))
    return rate if observations.exposure is None else rate * observations.exposure


def _likelihood(observations: Observations, eta: np.ndarray) -> dict[str, float]:
    """Log-likelihood, deviances and Pearson's chi-square of the single rows, from sums over cells and over counts."""
    y, size = observations.cell_y, observations.cell_size
    expected = size * np.exp(eta)
    fitted = float((y * eta).sum())
    excess = float(y.sum() - expected.sum())
    y_log_y, log_factorials = _sums_over_counts(observations.y)
    y_log_exposure, squares = 0.0, _sum_of_squares(observations)
    if observations.exposure is not None:
        y_log_exposure = float((observations.y * np.log(observations.exposure)).sum())
    null = null_mean(observations)
    null_fitted = float(y.sum()) * np.log(null)
    return {
        "log_likelihood": fitted + y_log_exposure - float(expected.sum()) - log_factorials,
        "deviance": 2 * (y_log_y - y_log_exposure - fitted - excess),
        "null_deviance": 2 * (y_log_y - y_log_exposure - null_fitted),
        "pearson": float((squares * np.exp(-eta)).sum()) - 2 * float(y.sum()) + float(expected.sum()),
    }


def _distinct_counts(y: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """(values, how often) when all of y are whole and small; None otherwise."""
    if y.max() >= LARGEST_TABLE:
        return None
    whole = y.astype(np.int64)
    if not (whole == y).all():
        return None
    often = np.bincount(whole)
    values = np.flatnonzero(often)
    return values.astype(float), often[values].astype(float)


def _sums_over_counts(y: np.ndarray) -> tuple[float, float]:
    """The sums of y log y and of log y!."""
    values, often = _distinct_counts(y) or (y, np.ones(len(y)))
    return float((often * special.xlogy(values, values)).sum()), float((often * special.gammaln(values + 1)).sum())


def _sum_of_squares(observations: Observations) -> np.ndarray:
    """The sum of y^2 / exposure in each cell."""
    squares = np.square(observations.y)
    return observations.sum_by_cell(squares if observations.exposure is None else squares / observations.exposure)
