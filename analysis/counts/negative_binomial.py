"""Negative binomial regression (NB2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import optimize, special

from analysis.counts.nb_likelihood import Counts, Derivatives, derivatives, deviance, log_likelihood
from analysis.errors import NoEvents, warn
from analysis.glm.families import POISSON
from analysis.glm.fit import GlmFit, null_mean
from analysis.glm.irls import Solution, first_guess, irls
from analysis.glm.observations import Observations, observe
from analysis.glm.positive import solve_positive, solve_stiffened
from analysis.glm.sandwich import sandwich
from analysis.glm.separation import check_separation
from analysis.glm.standardised import Standardised

MOST_STEPS = 100
SETTLED = 1e-12
# With theta this many times the largest mean, the variance is the Poisson's to within rounding.
POISSON_FROM = 1e7
# Theta this many times the largest mean is looked at twice: is the likelihood any higher than Poisson's?
DOUBTFUL_FROM = 1e3
LEAST_GAIN = 1e-3


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


@dataclass(frozen=True, eq=False)
class _Maximum:
    coefficients: np.ndarray
    covariance: np.ndarray
    eta: np.ndarray
    tau: float
    last: Derivatives
    steps: int


def negative_binomial(
    data: pd.DataFrame, formula: str, *, outcome: str, exposure: str | None = None, cluster: str | None = None
) -> NegativeBinomialFit:
    """Overdispersed counts by maximum likelihood: log E(y) = x'b + log(exposure), Var(y) = m + m^2 / theta.

    Coefficients and theta are maximised together; the standard errors are those of MASS::glm.nb (expected
    information at the theta found; Venables & Ripley 2002, section 7.4; Lawless 1987, Can J Stat 15:209-225). With
    `cluster` they are robust to dependence within it, theta taken as given. Without overdispersion theta is infinite,
    the fit is the Poisson one, and a warning says so.

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
    maximum = _maximise(observations, counts, offset)
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


def _maximise(observations: Observations, counts: Counts, offset: np.ndarray) -> _Maximum:
    """Newton on coefficients and log theta together, from a log-linear fit and the moment estimate of theta."""
    design = observations.design
    columns = Standardised.of(design.matrix, design.terms)
    beta = first_guess(columns, observations.cell_y, observations.cell_size, POISSON)
    eta = columns.predictor(beta) + offset
    excess = float(counts.weight @ np.square(counts.y * np.exp(-eta) - 1))
    tau = float(np.clip(np.log(counts.n / max(excess, 1e-10)), -7, 7))
    settled = False
    at = derivatives(counts, eta, tau)
    steps = 0
    while not settled and steps < MOST_STEPS and np.exp(tau - eta.max()) < POISSON_FROM:
        steps += 1
        move = _step(columns, at)
        value = at.value
        for halving in range(30):
            part = move / 2**halving
            new_beta, new_tau = beta + part[:-1], tau + float(np.clip(part[-1], -2, 2))
            new_eta = columns.predictor(new_beta) + offset
            if log_likelihood(counts, new_eta, new_tau) >= value - 1e-12 * (abs(value) + 1):
                break
        beta, tau, eta = new_beta, new_tau, new_eta
        at = derivatives(counts, eta, tau)
        settled = abs(at.value - value) < SETTLED * (abs(value) + 0.1) and np.abs(part).max() < 1e-6
    if np.exp(tau - eta.max()) > DOUBTFUL_FROM:
        poisson = _poisson_limit(observations, counts, offset)
        if at.value - _poisson_likelihood(counts, poisson.eta) < LEAST_GAIN:
            return poisson
    information, _ = columns.cross_products(at.expected_curvature)
    covariance = columns.covariance(information)
    coefficients = columns.back @ beta
    solution = Solution(coefficients, covariance, eta - offset, columns.scale, steps, settled)
    check_separation(design.matrix, design.terms, counts.y * counts.weight, counts.weight, solution, binomial=False)
    return _Maximum(coefficients, covariance, eta, tau, at, steps)


def _poisson_limit(observations: Observations, counts: Counts, offset: np.ndarray) -> _Maximum:
    design = observations.design
    y, size = observations.cell_y, observations.cell_size
    solution = irls(design.matrix, design.terms, y, size, POISSON)
    check_separation(design.matrix, design.terms, y, size, solution, binomial=False)
    eta = solution.eta + offset
    large = float(np.log(POISSON_FROM) + eta.max())
    last = derivatives(counts, eta, large)
    return _Maximum(solution.coefficients, solution.covariance, eta, np.inf, last, solution.steps)


def _poisson_likelihood(counts: Counts, eta: np.ndarray) -> float:
    log_factorials = float((counts.often * special.gammaln(counts.distinct + 1)).sum())
    return float(counts.weight @ (counts.y * eta - np.exp(eta))) - log_factorials


def _step(columns: Standardised, at: Derivatives) -> np.ndarray:
    """Newton's step; where the observed information is not positive definite, Fisher's with theta apart."""
    information, (score, cross) = columns.cross_products(at.curvature, at.score, at.cross)
    p = len(score)
    full = np.empty((p + 1, p + 1))
    full[:p, :p], full[:p, p], full[p, :p], full[p, p] = information, -cross, -cross, at.tau_curvature
    step = solve_positive(full, np.append(score, at.tau_score))
    if step is not None:
        return step
    expected, _ = columns.cross_products(at.expected_curvature)
    beta_step = solve_stiffened(expected, score)
    return np.append(beta_step, np.clip(at.tau_score / max(abs(at.tau_curvature), 1e-8), -2, 2))


def _theta_error(maximum: _Maximum, theta: float) -> float:
    """The standard error from the observed information of theta, coefficients given (as MASS::theta.ml)."""
    if np.isinf(theta):
        return float("inf")
    information = (maximum.last.tau_curvature + maximum.last.tau_score) / theta**2
    return float(1 / np.sqrt(information)) if information > 0 else float("inf")


def _likelihood(
    observations: Observations, counts: Counts, offset: np.ndarray, maximum: _Maximum, theta: float
) -> dict[str, float]:
    m = np.exp(maximum.eta)
    value = _poisson_likelihood(counts, maximum.eta) if np.isinf(theta) else maximum.last.value
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
