"""Interaction on the additive scale: RERI, attributable proportion, synergy index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import BadArgument, warn
from analysis.results import Fit, check_level, critical_value


@dataclass(frozen=True, eq=False)
class AdditiveInteraction:
    """Three measures of departure from additive effects, each with `estimate`, `std_error` and interval in `table`.

    `ratios` are those of the first exposure alone, the second alone, and both, against neither.
    """

    table: pd.DataFrame
    ratios: tuple[float, float, float]
    level: float
    warnings: tuple[str, ...]

    @property
    def reri(self) -> float:
        """The relative excess risk due to interaction; `conf_low` and `conf_high` are its limits."""
        return self._of("RERI", "estimate")

    @property
    def conf_low(self) -> float:
        return self._of("RERI", "conf_low")

    @property
    def conf_high(self) -> float:
        return self._of("RERI", "conf_high")

    @property
    def attributable_proportion(self) -> float:
        """The share of the risk in the doubly exposed that is due to interaction."""
        return self._of("AP", "estimate")

    @property
    def synergy(self) -> float:
        """The excess risk of both by the sum of the excess risks of each."""
        return self._of("S", "estimate")

    def _of(self, term: str, column: str) -> float:
        return float(self.table.loc[self.table.term == term, column].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """Rows RERI, AP and S with the columns of every tidy table; S's std_error and statistic are those of log S."""
        return self.table.copy()

    def glance(self) -> dict[str, Any]:
        """The three ratios and the three measures."""
        names = ("ratio_first", "ratio_second", "ratio_both")
        measures = dict(zip(self.table.term.str.lower(), map(float, self.table.estimate), strict=True))
        return {**dict(zip(names, self.ratios, strict=True)), **measures}


def additive_interaction(fit: Fit, first: str, second: str, *, level: float = 0.95) -> AdditiveInteraction:
    """Departure from additivity of two yes/no exposures, from a fit on the log scale with their product.

    `first` and `second` are terms of the fit (such as "smoke" or "sex[T.M]"), or columns with one term each; the fit
    has `first:second` as well. With RR10, RR01 and RR11 the ratios against neither exposure,
    RERI = RR11 - RR10 - RR01 + 1, AP = RERI / RR11 and S = (RR11 - 1) / (RR10 + RR01 - 2), with intervals by the
    delta method, for S on the log scale (Hosmer & Lemeshow 1992, Epidemiology 3:452-456; Rothman 1986). An odds ratio
    stands for a risk ratio only where the outcome is rare.

    >>> import pandas as pd
    >>> from analysis.attributable import additive_interaction
    >>> from analysis.binary import logistic
    >>> rows = {(0, 0): (10, 90), (1, 0): (20, 80), (0, 1): (25, 75), (1, 1): (60, 40)}
    >>> people = pd.DataFrame([(a, b, y) for (a, b), n in rows.items() for y in (1, 0) for _ in range(n[1 - y])],
    ...                       columns=["strain", "shift", "ill"])
    >>> fit = logistic(people, "strain * shift", outcome="ill")
    >>> round(additive_interaction(fit, "strain", "shift").reri, 2)
    9.25
    """
    check_level(level)
    terms = list(fit.terms)
    a, b = _term(terms, first), _term(terms, second)
    both = next((product for product in (f"{a}:{b}", f"{b}:{a}") if product in terms), None)
    if both is None:
        raise BadArgument(f"The fit has no product of {a!r} and {b!r}: write the formula with `{first} * {second}`.")
    at = [terms.index(name) for name in (a, b, both)]
    beta, covariance = fit.coefficients[at], fit.covariance[np.ix_(at, at)]
    ratios = np.exp([beta[0], beta[1], beta.sum()])
    r10, r01, r11 = (float(ratio) for ratio in ratios)
    reri = r11 - r10 - r01 + 1
    ones = np.ones(3)
    reri_slope = r11 * ones - np.array([r10, r01, 0])
    ap_slope = reri_slope / r11 - reri / r11 * ones
    measures = [_row("RERI", reri, reri_slope, covariance, level), _row("AP", reri / r11, ap_slope, covariance, level)]
    notes: list[str] = []
    apart = r10 + r01 - 2
    if apart > 0 and r11 > 1:
        log_slope = r11 / (r11 - 1) * ones - np.array([r10, r01, 0]) / apart
        measures.append(_row("S", (r11 - 1) / apart, log_slope, covariance, level, log=True))
    else:
        warn(
            "S has no meaning where the exposures do not raise the risk: read RERI, or code them the other way.", notes
        )
        measures.append({"term": "S"})
    return AdditiveInteraction(pd.DataFrame(measures), (r10, r01, r11), level, tuple(notes))


def _term(terms: list[str], name: str) -> str:
    """The term itself, or the only one that codes the column `name`."""
    if name in terms:
        return name
    coding = [t for t in terms if ":" not in t and (t.startswith(f"{name}[") or t.startswith(f"C({name})["))]
    if len(coding) != 1:
        known = ", ".join(term for term in terms if term != "Intercept" and ":" not in term)
        which = "several terms" if coding else "no term"
        raise BadArgument(f"The fit has {which} for {name!r}: name one of {known}.")
    return coding[0]


def _row(
    name: str, estimate: float, slope: np.ndarray, covariance: np.ndarray, level: float, *, log: bool = False
) -> dict[str, Any]:
    error = float(np.sqrt(slope @ covariance @ slope))
    statistic = float(np.log(estimate) if log else estimate) / error
    half = critical_value(level) * error
    low, high = (estimate * np.exp(-half), estimate * np.exp(half)) if log else (estimate - half, estimate + half)
    return {
        "term": name,
        "estimate": estimate,
        "std_error": error,
        "statistic": statistic,
        "p_value": float(2 * special.ndtr(-abs(statistic))),
        "conf_low": float(low),
        "conf_high": float(high),
    }
