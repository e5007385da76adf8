"""The attributable fraction: the share of cases there would not be at a reference level of the exposure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.attributable.share_left import ShareLeft, cases_left, risk_left
from analysis.errors import BadArgument
from analysis.glm.fit import GlmFit
from analysis.results import check_level, critical_value
from analysis.survival.cox_fit import CoxFit


@dataclass(frozen=True)
class AttributableFraction:
    """`estimate` with its interval; `std_error_log` is that of log(1 - AF), on which the interval was made."""

    exposure: tuple[str, ...]
    reference: tuple[Any, ...]
    estimate: float
    std_error_log: float
    conf_low: float
    conf_high: float
    level: float
    n: int

    @property
    def std_error(self) -> float:
        """The standard error of the fraction itself, (1 - AF) times that of log(1 - AF)."""
        return (1 - self.estimate) * self.std_error_log

    def tidy(self, *, level: float | None = None, exponentiate: bool = False) -> pd.DataFrame:
        """One row with the columns of every tidy table. A fraction has no ratio scale, so `exponentiate` is an error.

        The statistic is that of -log(1 - AF); the level is the one asked for at first unless given.
        """
        if exponentiate:
            raise BadArgument("An attributable fraction is not on a log scale: leave out exponentiate.")
        low, high = _interval(self.estimate, self.std_error_log, self.level if level is None else level)
        statistic = -np.log1p(-self.estimate) / self.std_error_log
        return pd.DataFrame(
            {
                "term": [", ".join(self.exposure)],
                "estimate": [self.estimate],
                "std_error": [self.std_error],
                "statistic": [statistic],
                "p_value": [2 * special.ndtr(-abs(statistic))],
                "conf_low": [low],
                "conf_high": [high],
            }
        )

    def glance(self) -> dict[str, Any]:
        """`n, estimate, std_error, conf_low, conf_high`."""
        row = self.tidy().iloc[0]
        return {"n": self.n, **{name: float(row[name]) for name in ("estimate", "std_error", "conf_low", "conf_high")}}


def attributable_fraction(
    fit: GlmFit | CoxFit, exposure: str | Sequence[str], *, reference: Any, level: float = 0.95
) -> AttributableFraction:
    """The share of the cases that would not have occurred, had everyone had `reference` in `exposure`.

    For logistic, modified Poisson, Poisson and negative binomial fits AF = 1 - sum p(reference) / sum p, with p the
    expected outcome of each row used (Greenland & Drescher 1993, Biometrics 49:865-872). For Cox fits, from the
    cases only: AF = 1 - mean over cases of 1 / HR (Bruzzi et al. 1985, Am J Epidemiol 122:904-914). Several exposures
    may be set at once: give as many references.

    The interval is made on log(1 - AF). Its variance is a sum of squared influences, so it holds both the
    uncertainty of the coefficients and that of the covariates' distribution (Dahlqwist, Zetterqvist, Pawitan &
    Sjolander 2016, Eur J Epidemiol 31:575-582), by cluster where the fit has clusters. The fraction takes the fit as
    causal and free of confounding, which the data cannot tell.

    >>> import pandas as pd
    >>> from analysis.attributable import attributable_fraction
    >>> from analysis.binary import logistic
    >>> people = pd.DataFrame({"ill": [1] * 10 + [0] * 30 + [1] * 30 + [0] * 30, "shift": [0] * 40 + [1] * 60})
    >>> fit = logistic(people, "shift", outcome="ill")
    >>> round(attributable_fraction(fit, "shift", reference=0).estimate, 4)
    0.375
    """
    check_level(level)
    several = not isinstance(exposure, str)
    names = tuple(exposure) if several else (str(exposure),)
    references = tuple(reference) if several else (reference,)
    if len(names) != len(references):
        raise BadArgument(f"There are {len(names)} exposures but {len(references)} references: give one for each.")
    at_reference = dict(zip(names, references, strict=True))
    if isinstance(fit, CoxFit):
        left = cases_left(fit, at_reference)
    elif isinstance(fit, GlmFit):
        left = risk_left(fit, at_reference)
    else:
        raise BadArgument(
            f"An attributable fraction needs a logistic, risk_ratio, poisson, negative_binomial or cox fit, "
            f"not a {type(fit).__name__}."
        )
    return _summarise(left, names, references, level, fit.n)


def _summarise(
    left: ShareLeft, names: tuple[str, ...], references: tuple[Any, ...], level: float, n: int
) -> AttributableFraction:
    estimate = 1 - left.share
    low, high = _interval(estimate, left.std_error_log, level)
    return AttributableFraction(names, references, estimate, left.std_error_log, low, high, level, n)


def _interval(estimate: float, std_error_log: float, level: float) -> tuple[float, float]:
    half = critical_value(level) * std_error_log
    return float(1 - (1 - estimate) * np.exp(half)), float(1 - (1 - estimate) * np.exp(-half))
