"""The search for the maximum of the Laplace likelihood, and the covariance of what it finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg, optimize
from scipy.special import expit

from analysis.errors import NoConvergence
from analysis.multilevel.laplace import LaplaceLikelihood, Point


def maximise(likelihood: LaplaceLikelihood, ordinary: np.ndarray) -> tuple[np.ndarray, Point, np.ndarray, int]:
    """The maximum (b, s), its point, the inverse Hessian there and the number of evaluations.

    The search runs in coordinates where the information is about the identity, then Newton steps with a Hessian from
    differences of the exact gradient take it to the last digits; the same Hessian gives the covariance.
    """
    start = np.append(*_start(likelihood, ordinary))
    root = linalg.cholesky(likelihood.working_information(start[:-1], start[-1]), lower=True)
    unwhiten = linalg.solve_triangular(root, np.eye(len(start)), lower=True).T
    evaluations = 0

    def negative(z: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal evaluations
        evaluations += 1
        theta = start + unwhiten @ z
        point = likelihood.at(theta[:-1], theta[-1])
        return -point.log_likelihood, -(unwhiten.T @ point.gradient)

    found = optimize.minimize(
        negative, np.zeros(len(start)), jac=True, method="BFGS", options={"gtol": 1e-3, "maxiter": 200}
    )
    z = found.x
    sd = (start + unwhiten @ z)[-1]
    at_zero = abs(sd) < 1e-2 and likelihood.at(ordinary, 0.0).log_likelihood >= -found.fun - 1e-8
    if at_zero:
        theta = np.append(ordinary, 0.0)
        z = linalg.solve(unwhiten, theta - start)
    for _ in range(20):
        hessian = _hessian(negative, z)
        gradient = negative(z)[1]
        if at_zero or np.abs(gradient).max() < 1e-7:
            break
        z = z - linalg.solve(hessian, gradient, assume_a="sym")
    else:
        raise NoConvergence(f"No maximum in {evaluations} evaluations. Scale the columns, or use fewer terms.")
    if not at_zero and np.linalg.eigvalsh(hessian)[0] <= 0:
        raise NoConvergence(
            "The likelihood has no maximum at the end of the search. Look for separation or very few events."
        )
    theta = np.append(ordinary, 0.0) if at_zero else start + unwhiten @ z
    covariance = unwhiten @ np.linalg.inv(hessian) @ unwhiten.T
    return theta, likelihood.at(theta[:-1], theta[-1]), covariance, evaluations


def _hessian(
    negative: Callable[[np.ndarray], tuple[float, np.ndarray]], z: np.ndarray, step: float = 1e-4
) -> np.ndarray:
    """Central differences of the gradient, whose coordinates have a scale of one standard error."""
    columns = []
    for k in range(len(z)):
        move = np.zeros_like(z)
        move[k] = step
        columns.append((negative(z + move)[1] - negative(z - move)[1]) / (2 * step))
    hessian = np.array(columns)
    return (hessian + hessian.T) / 2


def _start(likelihood: LaplaceLikelihood, ordinary: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression, spread out by a moment estimate of the standard deviation between groups."""
    probability = expit(likelihood.X @ ordinary)
    weights = likelihood.groups.sums(probability * (1 - probability))
    residuals = likelihood.groups.sums(likelihood.y - probability)
    variance = float(((residuals**2).sum() - weights.sum()) / (weights**2).sum())
    sd = np.sqrt(min(max(variance, 0.04), 4.0))
    return ordinary * np.sqrt(1 + 0.346 * sd**2), sd
