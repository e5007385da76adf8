"""Negative binomial regression (NB2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.counts.nb_likelihood import Counts, deviance
from analysis.counts.nb_maximum import Maximum, maximise, poisson_likelihood
from analysis.errors import NoEvents, warn
from analysis.glm.fit import GlmFit, null_mean
from analysis.glm.observations import Observations, observe
from analysis.glm.sandwich import sandwich


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NegativeBinomialFit(GlmFit):
    """A negative binomial regression; coefficients are log rate ratios, the variance is m + alpha m^2."""

    title: ClassVar[str] = "Negative binomial regression"

    theta: float
    std_error_theta: float

    @property
    def extra_parameters(self) -> int:
        return 1

    def glance(self) -> dict[str, Any]:
        """As for Poisson, and `theta, std_error_theta, alpha = 1/theta, std_error_alpha`; theta counts in the AIC."""
        return {
            **super().glance(),
            "theta": self.theta,
            "std_error_theta": self.std_error_theta,
            "alpha": 1 / self.theta,
            "std_error_alpha": 0.0 if np.isinf(self.theta) else self.std_error_theta / self.theta**2,
        }

    def score_residual(self) -> np.ndarray:
        """What the score of each row used multiplies its covariates by, (n,): (y - m) / (1 + alpha m)."""
        return _residual(self.observations.y, self.predict(), self.theta)

    def information_weight(self) -> np.ndarray:
        """What each row used weighs in the information, (n,): m / (1 + alpha m)."""
        mean = self.predict()
        return mean / (1 + mean / self.theta)


def negative_binomial(
    data: pd.DataFrame, formula: str, *, outcome: str, exposure: str | None = None, cluster: str | None = None
) -> NegativeBinomialFit:
    """Overdispersed counts by maximum likelihood: log E(y) = x'b + log(exposure), Var(y) = m + m^2 / theta.

    Coefficients and theta are maximised together; the standard errors are those of MASS::glm.nb (expected
    information at the theta found; Venables & Ripley 2002, section 7.4; Lawless 1987, Can J Stat 15:209-225). With
    `cluster` they are robust to dependence within it, theta taken as given. Without overdispersion theta is infinite,
    the fit is the Poisson one, and a warning says so.

    >>> import pandas as pd
    >>> from analysis.counts import negative_binomial
    >>> people = pd.DataFrame({"days": [0, 12, 1, 0, 3, 40, 2, 9], "shift": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = negative_binomial(people, "shift", outcome="days")
    >>> round(float(fit.tidy(exponentiate=True).estimate[1]), 3), round(fit.glance()["alpha"], 2)
    (4.154, 1.81)
    """
    notes: list[str] = []
    observations = observe(
        data, formula, outcome=outcome, kind="amount", exposure=exposure, cluster=cluster, by_outcome=True
    )
    if observations.cell_y.sum() == 0:
        raise NoEvents(f"{outcome!r} is 0 in all {observations.n} rows, so there is no rate to model.")
    counts, offset = weighted_counts(observations)
    if (counts.distinct != np.floor(counts.distinct)).any():
        warn(f"{outcome!r} is not always a whole number: theta then has no meaning as a count's.", notes)
    maximum = maximise(observations, counts, offset)
    theta = float(np.exp(maximum.tau))
    if np.isinf(theta):
        warn("There is no more spread than in a Poisson model: alpha is 0 and the fit is the Poisson one.", notes)
    covariance = maximum.covariance
    if observations.clusters is not None:
        size = 1.0 if observations.exposure is None else observations.exposure
        linear = observations.design.matrix @ maximum.coefficients
        residual = _residual(observations.y, observations.spread(np.exp(linear)) * size, theta)
        covariance = sandwich(covariance, observations.cluster_scores(residual))
    return NegativeBinomialFit(
        terms=observations.design.terms,
        coefficients=maximum.coefficients,
        covariance=covariance,
        naive_covariance=maximum.covariance,
        n=observations.n,
        n_dropped=observations.n_dropped,
        warnings=tuple(notes),
        family="negative_binomial",
        observations=observations,
        exposure=exposure,
        robust="" if cluster is None else "cluster",
        theta=theta,
        std_error_theta=_theta_error(maximum, theta),
        **_likelihood(observations, counts, offset, maximum, theta),
    )


def weighted_counts(observations: Observations) -> tuple[Counts, np.ndarray]:
    """The distinct (covariates, outcome, exposure) with how often each occurs, and the log exposure of each."""
    cells = observations.cells
    first = slice(None) if cells is None else cells.first
    y = observations.y[first]
    weight = np.ones(len(y)) if cells is None else cells.count.astype(float)
    offset = np.zeros(len(y)) if observations.exposure is None else np.log(observations.exposure[first])
    return Counts.of(y, weight), offset


def _residual(y: np.ndarray, expected: np.ndarray, theta: float) -> np.ndarray:
    return (y - expected) / (1 + expected / theta)


def _theta_error(maximum: Maximum, theta: float) -> float:
    """The standard error from the observed information of theta, coefficients given (as MASS::theta.ml)."""
    if np.isinf(theta):
        return float("inf")
    information = (maximum.last.tau_curvature + maximum.last.tau_score) / theta**2
    return float(1 / np.sqrt(information)) if information > 0 else float("inf")


def _likelihood(
    observations: Observations, counts: Counts, offset: np.ndarray, maximum: Maximum, theta: float
) -> dict[str, float]:
    m = np.exp(maximum.eta)
    value = poisson_likelihood(counts, maximum.eta) if np.isinf(theta) else maximum.last.value
    return {
        "log_likelihood": value,
        "deviance": deviance(counts, maximum.eta, theta),
        "null_deviance": deviance(counts, _null_eta(observations, counts, offset, theta), theta),
        "pearson": float(counts.weight @ (np.square(counts.y - m) / (m + m**2 / theta))),
    }


def _null_eta(observations: Observations, counts: Counts, offset: np.ndarray, theta: float) -> np.ndarray:
    """The linear predictor with an intercept only, at the theta of the whole model."""
    rate = np.log(null_mean(observations))
    if observations.exposure is None or np.isinf(theta):
        return rate + offset

    def score(intercept: float) -> float:
        return float(counts.weight @ _residual(counts.y, np.exp(intercept + offset), theta))

    return float(optimize.brentq(score, rate - 20, rate + 20)) + offset
