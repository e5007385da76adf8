"""Log-densities of counts with their derivatives, row by row, in the predictors of a two-part model.

The predictors are `eta` (log mean of the count), `zeta` (log odds of a structural zero) and `tau` (log theta); a
Poisson count has no tau. Formulas: Cameron & Trivedi 2013, Regression Analysis of Count Data, 2nd ed., chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Rows:
    """`value` (k,); `first[i]` (k,) by predictor; `second[i, j]` (k,) for i <= j."""

    value: np.ndarray
    first: Sequence[np.ndarray]
    second: Mapping[Pair, np.ndarray]


Density = Callable[[Sequence[np.ndarray]], Rows]


def count_density(y: np.ndarray, dist: str) -> Density:
    """log P(Y = y), in eta and for dist="negbin" also tau."""
    constant = special.gammaln(y + 1)

    def poisson(predictors: Sequence[np.ndarray]) -> Rows:
        (eta,) = predictors
        m = np.exp(eta)
        return Rows(y * eta - m - constant, [y - m], {(0, 0): -m})

    def negbin(predictors: Sequence[np.ndarray]) -> Rows:
        eta, tau = predictors
        m, t = np.exp(eta), np.exp(tau)
        total = m + t
        share = t / total
        log_share = -np.log1p(m / t)
        ratio = (y + t) / total
        first_t = special.digamma(y + t) - special.digamma(t) + log_share + 1 - ratio
        second_t = special.polygamma(1, y + t) - special.polygamma(1, t) + 1 / t - 2 / total + ratio / total
        value = special.gammaln(y + t) - special.gammaln(t) - constant + t * log_share + y * (eta - np.log(total))
        residual = (y - m) * share
        return Rows(
            value,
            [residual, t * first_t],
            {(0, 0): -m * share * ratio, (0, 1): residual * m / total, (1, 1): t * first_t + t * t * second_t},
        )

    return poisson if dist == "poisson" else negbin


def zero_density(dist: str) -> Density:
    """log P(Y = 0) of the count, the g of the two densities below."""

    def poisson(predictors: Sequence[np.ndarray]) -> Rows:
        (eta,) = predictors
        m = np.exp(eta)
        return Rows(-m, [-m], {(0, 0): -m})

    def negbin(predictors: Sequence[np.ndarray]) -> Rows:
        eta, tau = predictors
        m, t = np.exp(eta), np.exp(tau)
        total = m + t
        log_share, rest = -np.log1p(m / t), m / total
        slope = -t * rest
        return Rows(
            t * log_share,
            [slope, t * (log_share + rest)],
            {(0, 0): slope * t / total, (0, 1): slope * rest, (1, 1): t * (log_share + 2 * rest - rest * t / total)},
        )

    return poisson if dist == "poisson" else negbin


def truncated_density(y: np.ndarray, dist: str) -> Density:
    """log P(Y = y | Y > 0) = log P(Y = y) - log(1 - e^g), for y > 0."""
    count, zero = count_density(y, dist), zero_density(dist)

    def density(predictors: Sequence[np.ndarray]) -> Rows:
        f, g = count(predictors), zero(predictors)
        positive = -np.expm1(g.value)
        slope = np.exp(g.value) / positive
        bend = slope / positive
        return Rows(
            f.value - np.log(positive),
            [a + slope * b for a, b in zip(f.first, g.first, strict=True)],
            {(i, j): f.second[i, j] + slope * g.second[i, j] + bend * g.first[i] * g.first[j] for i, j in f.second},
        )

    return density


def inflated_density(y: np.ndarray, dist: str) -> Density:
    """log of [y = 0] p + (1 - p) P(Y = y), with p = expit(zeta); predictors eta, zeta and for "negbin" tau."""
    at_zero = y == 0
    count, zero = count_density(y, dist), zero_density(dist)

    def density(predictors: Sequence[np.ndarray]) -> Rows:
        eta, zeta, *shape = predictors
        f, g = count([eta, *shape]), zero([eta, *shape])
        p = special.expit(zeta)
        structural = special.expit(zeta - g.value)
        mixed = structural * (1 - structural)
        value = np.where(at_zero, np.logaddexp(zeta, g.value), f.value) - np.logaddexp(0, zeta)
        place = [0, 2]  # where the count's predictors stand among ours
        first: list[np.ndarray] = [np.empty(0)] * len(predictors)
        first[1] = np.where(at_zero, structural, 0.0) - p
        second = {(1, 1): np.where(at_zero, mixed, 0.0) - p * (1 - p)}
        for i, slope in enumerate(f.first):
            first[place[i]] = np.where(at_zero, (1 - structural) * g.first[i], slope)
            pair = (min(place[i], 1), max(place[i], 1))
            second[pair] = np.where(at_zero, -mixed * g.first[i], 0.0)
        for (i, j), bend in f.second.items():
            zeros = (1 - structural) * g.second[i, j] + mixed * g.first[i] * g.first[j]
            second[place[i], place[j]] = np.where(at_zero, zeros, bend)
        return Rows(value, first, second)

    return density
