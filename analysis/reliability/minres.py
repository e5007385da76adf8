"""One factor by minimum residuals: the loadings whose products come nearest to the correlations between items.

Harman & Jones 1966, Psychometrika 31:351-368; the method `minres` of R's package psych.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from analysis.errors import NoConvergence

# The least share of an item's variance that is its own, as in psych: beyond it the solution is improper (Heywood).
LEAST_UNIQUENESS = 0.005


@dataclass(frozen=True)
class OneFactor:
    """`loadings` (items,), their sum not negative; `improper` where an item's uniqueness hit its bound."""

    loadings: np.ndarray
    improper: bool

    @property
    def uniqueness(self) -> np.ndarray:
        return 1 - self.loadings**2


def one_factor(correlation: np.ndarray) -> OneFactor:
    """The least-squares fit of loadings' products to the off-diagonal correlations."""
    R = np.asarray(correlation, dtype=float)
    if len(R) == 2:  # one correlation, two loadings: equal in size by convention
        size = np.sqrt(abs(R[0, 1]))
        return OneFactor(np.array([size, size if R[0, 1] >= 0 else -size]), False)
    values, vectors = np.linalg.eigh(R)
    start = vectors[:, -1] * np.sqrt(max(values[-1], 0.1)) * 0.9
    loadings = _newton(R, start)
    improper = bool((loadings**2 > 1 - LEAST_UNIQUENESS).any())
    if improper:
        bound = np.sqrt(1 - LEAST_UNIQUENESS)

        def objective(x: np.ndarray) -> tuple[float, np.ndarray]:
            return loss(R, x), slope(R, x)

        found = optimize.minimize(
            objective,
            np.clip(start, -bound, bound),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-bound, bound)] * len(R),
            options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
        )
        loadings = np.asarray(found.x)
    return OneFactor(loadings if loadings.sum() >= 0 else -loadings, improper)


def _residuals(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    rest = R - np.outer(loadings, loadings)
    np.fill_diagonal(rest, 0.0)
    return rest


def loss(R: np.ndarray, loadings: np.ndarray) -> float:
    """Half the sum of squared off-diagonal residuals, each pair once: sum over i < j."""
    return float((_residuals(R, loadings) ** 2).sum() / 2)


def slope(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Derivative of `loss`."""
    return -2 * _residuals(R, loadings) @ loadings


def curvature(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Second derivative of `loss`."""
    H = 2 * np.outer(loadings, loadings) - 2 * _residuals(R, loadings)
    np.fill_diagonal(H, 2 * ((loadings**2).sum() - loadings**2))
    return H


def _newton(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Newton's method with a ridge that grows until the loss falls (Levenberg-Marquardt)."""
    ridge = 1e-3
    for _ in range(500):
        gradient = slope(R, loadings)
        if np.abs(gradient).max() < 1e-13:
            break
        H = curvature(R, loadings)
        least = np.linalg.eigvalsh(H)[0]
        shift = max(ridge, 1e-6 - least) if least < 1e-6 else ridge * 1e-3
        step = np.linalg.solve(H + shift * np.eye(len(H)), -gradient)
        if loss(R, loadings + step) <= loss(R, loadings) + 1e-16:
            loadings, ridge = loadings + step, ridge / 5
            if np.abs(step).max() < 1e-13:
                break
        else:
            ridge = max(ridge * 10, 1e-3)
            if ridge > 1e6:
                break
    if not np.isfinite(loadings).all() or np.abs(slope(R, loadings)).max() > 1e-5:
        raise NoConvergence("No single factor fits these items: look at their correlations, or leave items out.")
    return loadings
