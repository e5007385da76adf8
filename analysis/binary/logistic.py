"""Logistic regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import NoEvents
from analysis.glm.families import BINOMIAL
from analysis.glm.fit import GlmFit, null_mean, solve
from analysis.glm.observations import Observations, observe
from analysis.glm.sandwich import sandwich


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LogisticFit(GlmFit):
    """A logistic regression; coefficients are log odds ratios. See `logistic`."""

    title: ClassVar[str] = "Logistic regression"


def logistic(data: pd.DataFrame, formula: str, *, outcome: str, cluster: str | None = None) -> LogisticFit:
    """A yes/no outcome by maximum likelihood: log odds(y = 1) = x'b (Cox 1958, JRSS B 20:215-242).

    `outcome` is a column of 0/1 or False/True; with `cluster` the standard errors are robust to dependence within it
    (Liang & Zeger 1986). Perfect separation is an error that names the terms.

    >>> import pandas as pd
    >>> from analysis.binary import logistic
    >>> people = pd.DataFrame({"ill": [1, 0, 0, 0, 1, 1, 1, 0], "shift": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = logistic(people, "shift", outcome="ill")
    >>> fit.tidy(exponentiate=True).set_index("term").estimate.round(3).to_dict()
    {'Intercept': 0.333, 'shift': 9.0}
    """
    observations = observe(data, formula, outcome=outcome, kind="binary", cluster=cluster)
    require_both(observations, outcome)
    solution = solve(observations, BINOMIAL)
    y, size, eta = observations.cell_y, observations.cell_size, solution.eta
    log_likelihood = float(BINOMIAL.kernel(y, size, eta).sum())
    null = null_mean(observations)
    null_likelihood = float(special.xlogy(y, null).sum() + special.xlogy(size - y, 1 - null).sum())
    covariance = solution.covariance
    if observations.clusters is not None:
        residual = observations.y - observations.spread(special.expit(eta))
        covariance = sandwich(covariance, observations.cluster_scores(residual))
    return LogisticFit(
        terms=observations.design.terms,
        coefficients=solution.coefficients,
        covariance=covariance,
        naive_covariance=solution.covariance,
        n=observations.n,
        n_dropped=observations.n_dropped,
        family=BINOMIAL.name,
        log_likelihood=log_likelihood,
        deviance=-2 * log_likelihood,
        null_deviance=-2 * null_likelihood,
        pearson=float((y * np.exp(-eta) + (size - y) * np.exp(eta)).sum()),
        observations=observations,
        exposure=None,
        robust="" if cluster is None else "cluster",
    )


def require_both(observations: Observations, outcome: str) -> None:
    """Raise `NoEvents` unless both 0 and 1 occur."""
    events = observations.cell_y.sum()
    if events in (0, observations.n):
        raise NoEvents(
            f"{outcome!r} is {0 if events == 0 else 1} in all {observations.n} rows used, so there is nothing to "
            "compare: look at how it was coded and which rows were dropped."
        )
