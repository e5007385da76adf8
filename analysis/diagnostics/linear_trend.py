"""A linear trend across the levels of a factor, and what departs from it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.errors import BadArgument
from analysis.results import Fit, check_level, critical_value


def linear_trend(fit: Fit, factor: str, *, scores: Sequence[float] | None = None, level: float = 0.95) -> pd.DataFrame:
    """The slope per unit of score over the levels of `factor`, by generalised least squares on the fit's estimates.

    `factor` is a column coded against a reference level; `scores` has one number per level, the reference first
    (0, 1, 2, ... when left out). With b the level estimates, V their covariance and s the scores less the reference's,
    the slope is s'V^-1 b / s'V^-1 s (Greenland & Longnecker 1992, Am J Epidemiol 135:1301-1309). Frame with the rows
    `trend` (estimate on the link scale, normal test) and, with more than two levels, `departure` (chi-square only):
    `term, estimate, std_error, statistic, df, p_value, conf_low, conf_high`. Any fit with a covariance will do.

    >>> import pandas as pd
    >>> from analysis.diagnostics import linear_trend
    >>> from analysis.counts import poisson
    >>> people = pd.DataFrame({"strain": ["a", "b", "c", "d"] * 2, "spells": [10, 14, 21, 33, 9, 15, 20, 29]})
    >>> round(float(linear_trend(poisson(people, "strain", outcome="spells"), "strain").estimate[0]), 2)
    0.39
    """
    check_level(level)
    pattern = re.compile(rf"^(?:{re.escape(factor)}|C\({re.escape(factor)}[,)].*)\[T\.[^\]]*\]$")
    at = [i for i, term in enumerate(fit.terms) if pattern.match(term)]
    if not at:
        raise BadArgument(f"The fit has no levels of {factor!r} coded against a reference; its terms: {fit.terms}.")
    scores = list(range(len(at) + 1)) if scores is None else list(scores)
    if len(scores) != len(at) + 1:
        raise BadArgument(
            f"{factor!r} has {len(at) + 1} levels with the reference, but there are {len(scores)} scores."
        )
    s = np.asarray(scores[1:], dtype=float) - scores[0]
    if not s.any():
        raise BadArgument("The scores are all the same, so there is no trend to look for.")
    b = fit.coefficients[at]
    inverse = np.linalg.inv(fit.covariance[np.ix_(at, at)])
    precision = float(s @ inverse @ s)
    slope = float(s @ inverse @ b) / precision
    error = precision**-0.5
    half = critical_value(level) * error
    rows = [
        {
            "term": "trend",
            "estimate": slope,
            "std_error": error,
            "statistic": slope / error,
            "df": 1,
            "p_value": float(2 * special.ndtr(-abs(slope / error))),
            "conf_low": slope - half,
            "conf_high": slope + half,
        }
    ]
    if len(at) > 1:
        apart = b - slope * s
        chisq = float(apart @ inverse @ apart)
        df = len(at) - 1
        p_value = float(stats.chi2.sf(chisq, df))
        rows.append({"term": "departure", "statistic": chisq, "df": df, "p_value": p_value})
    return pd.DataFrame(rows)
