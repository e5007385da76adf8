"""McDonald's omega total."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import warn
from analysis.reliability.answers import complete_answers
from analysis.reliability.minres import OneFactor, curvature, one_factor
from analysis.results import check_level


@dataclass(frozen=True)
class Omega:
    """`estimate` with an interval by the delta method; `loadings` and `uniqueness` of the one factor, by item.

    Items that load against the others were reversed before (as psych does) and are listed in `reversed_items`.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    level: float
    loadings: pd.Series = field(repr=False)
    uniqueness: pd.Series = field(repr=False)
    reversed_items: tuple[str, ...]
    n: int
    n_dropped: int
    warnings: tuple[str, ...] = ()


def omega_total(items: pd.DataFrame, *, level: float = 0.95) -> Omega:
    r"""Omega total with one factor, of the complete rows, as omega(items, nfactors = 1) of psych.

    .. math:: \omega_t = 1 - \frac{\sum_i (1 - \lambda_i^2)}{\sum_{ij} r_{ij}}

    The loadings are minres ones on correlations (McDonald 1999; Revelle & Zinbarg 2009, Psychometrika 74:145-154). The
    standard error follows the influence of each row on the correlations, and through them on loadings and omega, so
    that it does not assume normal answers (the asymptotically distribution-free delta method); the interval is
    symmetric for log(1 - omega).

    >>> rng = np.random.default_rng(5)
    >>> support = rng.normal(size=300)
    >>> items = pd.DataFrame({name: support + rng.normal(size=300) for name in ("s1", "s2", "s3", "s4")})
    >>> found = omega_total(items)
    >>> round(found.estimate, 2), round(found.conf_low, 2), round(found.conf_high, 2)
    (0.79, 0.75, 0.83)
    """
    check_level(level)
    answers = complete_answers(items)
    R = answers.correlation()
    factor = one_factor(R)
    notes: list[str] = []
    signs = np.where(factor.loadings < 0, -1.0, 1.0)
    against = tuple(name for name, sign in zip(answers.names, signs, strict=True) if sign < 0)
    if against:
        warn(f"{', '.join(against)} loads against the other items and was reversed for omega. Reverse it first.", notes)
        R = R * np.outer(signs, signs)
        factor = OneFactor(factor.loadings * signs, factor.improper)
    if factor.improper:
        warn(
            "The factor explains (almost) all of an item's variance (a Heywood case): omega is not to be trusted.",
            notes,
        )
    total = R.sum()
    unique = factor.uniqueness.sum()
    estimate = float(1 - unique / total)
    standardised = (answers.values - answers.values.mean(axis=0)) / answers.values.std(axis=0) * signs
    influence = _influence(standardised, R, _derivative(R, factor))
    std_error = float(np.sqrt(influence @ influence) / answers.n)
    half = special.ndtri(0.5 + level / 2) * std_error / (1 - estimate) if estimate < 1 else 0.0
    return Omega(
        estimate=estimate,
        std_error=std_error,
        conf_low=float(1 - (1 - estimate) * np.exp(half)),
        conf_high=float(1 - (1 - estimate) * np.exp(-half)),
        level=level,
        loadings=pd.Series(factor.loadings, index=list(answers.names), name="loading"),
        uniqueness=pd.Series(factor.uniqueness, index=list(answers.names), name="uniqueness"),
        reversed_items=against,
        n=answers.n,
        n_dropped=answers.n_dropped,
        warnings=tuple(notes),
    )


def _derivative(R: np.ndarray, factor: OneFactor) -> np.ndarray:
    """How omega moves with each correlation (symmetric, zero diagonal), loadings following by the implicit function."""
    total, unique, loadings = R.sum(), factor.uniqueness.sum(), factor.loadings
    by_total = np.full(R.shape, 2 * unique / total**2)
    if len(R) == 2:
        by_unique = np.full(R.shape, 2.0)  # uniqueness of both is 1 - r
    else:
        pull = np.linalg.lstsq(curvature(R, loadings), loadings, rcond=None)[0]
        by_unique = 4 * (np.outer(pull, loadings) + np.outer(loadings, pull))
    derivative = by_total + by_unique / total
    np.fill_diagonal(derivative, 0.0)
    return derivative


def _influence(standardised: np.ndarray, R: np.ndarray, derivative: np.ndarray) -> np.ndarray:
    """Each row's influence on omega: sum over pairs of derivative x [z_i z_j - r_ij (z_i^2 + z_j^2) / 2]."""
    products = ((standardised @ derivative) * standardised).sum(axis=1) / 2
    return products - standardised**2 @ (derivative * R).sum(axis=1) / 2
