"""The two families that the package fits by iteratively reweighted least squares, with their canonical links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special


@dataclass(frozen=True)
class Family:
    """A canonical exponential family for y out of `size`: person-years for Poisson, persons for the binomial.

    `mean(eta)` is the mean of one unit, `variance(mean)` its variance; `kernel(y, size, eta)` the part of the
    log-likelihood that changes with eta; `start(y, size)` a linear predictor to begin with.
    """

    name: str
    mean: Callable[[np.ndarray], np.ndarray]
    variance: Callable[[np.ndarray], np.ndarray]
    kernel: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    start: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _same(mean: np.ndarray) -> np.ndarray:
    return mean


def _poisson_kernel(y: np.ndarray, size: np.ndarray, eta: np.ndarray) -> np.ndarray:
    return y * eta - size * np.exp(eta)


def _poisson_start(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    overall = y.sum() / size.sum()
    return np.log((y + 0.5 * overall) / (size + 0.5))


def _binomial_variance(mean: np.ndarray) -> np.ndarray:
    return mean * (1 - mean)


def _binomial_kernel(y: np.ndarray, size: np.ndarray, eta: np.ndarray) -> np.ndarray:
    return y * eta - size * np.logaddexp(0, eta)


def _binomial_start(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.log((y + 0.5) / (size - y + 0.5))


POISSON = Family("poisson", np.exp, _same, _poisson_kernel, _poisson_start)
BINOMIAL = Family("binomial", special.expit, _binomial_variance, _binomial_kernel, _binomial_start)
