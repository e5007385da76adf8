"""The maximum of the negative binomial likelihood over coefficients and theta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.counts.nb_likelihood import Counts, Derivatives, derivatives, log_likelihood
from analysis.glm.families import POISSON
from analysis.glm.irls import Solution, first_guess, irls
from analysis.glm.observations import Observations
from analysis.glm.positive import solve_positive, solve_stiffened
from analysis.glm.separation import check_separation
from analysis.glm.standardised import Standardised

MOST_STEPS = 100
SETTLED = 1e-12
# With theta this many times the largest mean, the variance is the Poisson's to within rounding.
POISSON_FROM = 1e7
# Theta this many times the largest mean is looked at twice: is the likelihood any higher than Poisson's?
DOUBTFUL_FROM = 1e3
LEAST_GAIN = 1e-3


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the likelihood is highest; `tau` = log theta is infinite in the Poisson limit. `last` are derivatives."""

    coefficients: np.ndarray
    covariance: np.ndarray
    eta: np.ndarray
    tau: float
    last: Derivatives
    steps: int


def maximise(observations: Observations, counts: Counts, offset: np.ndarray) -> Maximum:
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
        if at.value - poisson_likelihood(counts, poisson.eta) < LEAST_GAIN:
            return poisson
    information, _ = columns.cross_products(at.expected_curvature)
    covariance = columns.covariance(information)
    coefficients = columns.back @ beta
    settled = settled and bool(np.isfinite(covariance).all())
    solution = Solution(coefficients, covariance, eta - offset, columns.scale, steps, settled)
    check_separation(design.matrix, design.terms, counts.y * counts.weight, counts.weight, solution, binomial=False)
    return Maximum(coefficients, covariance, eta, tau, at, steps)


def _poisson_limit(observations: Observations, counts: Counts, offset: np.ndarray) -> Maximum:
    design = observations.design
    y, size = observations.cell_y, observations.cell_size
    solution = irls(design.matrix, design.terms, y, size, POISSON)
    check_separation(design.matrix, design.terms, y, size, solution, binomial=False)
    eta = solution.eta + offset
    large = float(np.log(POISSON_FROM) + eta.max())
    last = derivatives(counts, eta, large)
    return Maximum(solution.coefficients, solution.covariance, eta, np.inf, last, solution.steps)


def poisson_likelihood(counts: Counts, eta: np.ndarray) -> float:
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
