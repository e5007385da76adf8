"""One factor by minimum residuals: the loadings whose products come nearest to the correlations between items.

Harman & Jones 1966, Psychometrika 31:351-368; the method `minres` of R's package psych.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """The least-squares fit of loadings' products to the correlations between items."""
    R = np.asarray(correlation, dtype=float)
    if len(R) == 2:  # one correlation, two loadings: equal in size by convention
        size = np.sqrt(abs(R[0, 1]))
        return OneFactor(np.array([size, size if R[0, 1] >= 0 else -size]), False)
    values, vectors = np.linalg.eigh(R)
    start = vectors[:, -1] * np.sqrt(max(values[-1], 0.1)) * 0.9
    loadings = _newton(R, start)
    improper = bool((loadings**2 > 1 - LEAST_UNIQUENESS).any())
    return OneFactor(loadings if loadings.sum() >= 0 else -loadings, improper)


def _residuals(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    rest = R - np.outer(loadings, loadings)
    np.fill_diagonal(rest, 0.0)
    return rest


def _beyond(loadings: np.ndarray) -> np.ndarray:
    """By how much a loading explains more than an item may have in common: the misfit that its uniqueness leaves."""
    return np.maximum(loadings**2 - (1 - LEAST_UNIQUENESS), 0.0)


def loss(R: np.ndarray, loadings: np.ndarray) -> float:
    """Half the sum of squared residuals of the whole matrix, uniquenesses being as good as their bound allows."""
    return float(((_residuals(R, loadings) ** 2).sum() + (_beyond(loadings) ** 2).sum()) / 2)


def slope(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Derivative of `loss`."""
    return -2 * _residuals(R, loadings) @ loadings + 2 * loadings * _beyond(loadings)


def curvature(R: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Second derivative of `loss`."""
    H = 2 * np.outer(loadings, loadings) - 2 * _residuals(R, loadings)
    beyond = _beyond(loadings)
    own = np.where(beyond > 0, 2 * beyond + 4 * loadings**2, 0.0)
    np.fill_diagonal(H, 2 * ((loadings**2).sum() - loadings**2) + own)
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
