"""Whether predicted risks are borne out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.errors import BadArgument, BadOutcome
from analysis.glm.families import BINOMIAL
from analysis.glm.irls import irls
from analysis.glm.separation import check_separation

EDGE = 1e-12


@dataclass(frozen=True, eq=False)
class Calibration:
    """`table`: by group of predicted risk `group, n, predicted, observed, expected_events, events`.

    `slope` and `intercept` are those of a logistic regression of the outcome on the log odds predicted, with their
    standard errors; `in_the_large` is the intercept at slope 1. Hosmer and Lemeshow's chi-square has groups - 2
    degrees of freedom.
    """

    table: pd.DataFrame
    intercept: float
    intercept_std_error: float
    slope: float
    slope_std_error: float
    in_the_large: float
    chisq: float
    df: int
    p_value: float

    def tidy(self) -> pd.DataFrame:
        """The table by group of predicted risk."""
        return self.table.copy()

    def glance(self) -> dict[str, Any]:
        """`n, events, intercept, slope, in_the_large, chisq, df, p_value`."""
        return {
            "n": int(self.table.n.sum()),
            "events": float(self.table.events.sum()),
            "intercept": self.intercept,
            "slope": self.slope,
            "in_the_large": self.in_the_large,
            "chisq": self.chisq,
            "df": self.df,
            "p_value": self.p_value,
        }


def calibration(outcome: npt.ArrayLike, predicted: npt.ArrayLike, *, groups: int = 10) -> Calibration:
    """Predicted risks against outcomes 0/1, by tenths of the predicted risk and by the calibration slope.

    Perfect predictions have intercept 0 and slope 1; a slope below 1 means too extreme predictions (Cox 1958,
    Biometrika 45:562-565). Groups are cut at the quantiles of the predicted risk, equal risks staying together; the
    test is Hosmer & Lemeshow's (1980, Commun Stat A 9:1043-1069).

    >>> import numpy as np
    >>> from analysis.diagnostics import calibration
    >>> predicted = np.repeat([0.1, 0.2, 0.3, 0.4], 10)
    >>> outcome = np.concatenate([np.repeat([1, 0], [k, 10 - k]) for k in (1, 2, 3, 4)])
    >>> found = calibration(outcome, predicted, groups=4)
    >>> round(found.slope, 3), abs(round(found.chisq, 3))
    (1.0, 0.0)
    """
    y, p = np.asarray(outcome, dtype=float), np.asarray(predicted, dtype=float)
    if y.ndim != 1 or y.shape != p.shape:
        raise BadArgument(f"outcome and predicted have the same length; they had {y.shape} and {p.shape}.")
    if not np.isin(y, (0, 1)).all():
        raise BadOutcome("The outcome is 0 or 1 in every row; leave out missing ones first, with their predictions.")
    if not ((p >= 0) & (p <= 1)).all():
        raise BadArgument("A predicted risk lies between 0 and 1 in every row.")
    table = _by_group(y, p, groups)
    df = len(table) - 2
    if df < 1:
        raise BadArgument("The predicted risks fall in fewer than three groups: there is nothing to compare.")
    spare = table.n * table.predicted * (1 - table.predicted)
    chisq = float((np.square(table.events - table.expected_events) / spare).sum())
    odds = np.log(np.clip(p, EDGE, 1 - EDGE) / np.clip(1 - p, EDGE, 1 - EDGE))
    matrix, terms, ones = np.column_stack([np.ones(len(p)), odds]), ("Intercept", "log odds predicted"), np.ones(len(p))
    line = irls(matrix, terms, y, ones, BINOMIAL)
    check_separation(matrix, terms, y, ones, line, binomial=True)
    intercept, slope = (float(b) for b in line.coefficients)
    intercept_error, slope_error = (float(e) for e in np.sqrt(np.diag(line.covariance)))
    return Calibration(
        table=table,
        intercept=intercept,
        intercept_std_error=intercept_error,
        slope=slope,
        slope_std_error=slope_error,
        in_the_large=_shift(y, odds),
        chisq=chisq,
        df=df,
        p_value=float(stats.chi2.sf(chisq, df)),
    )


def _by_group(y: np.ndarray, p: np.ndarray, groups: int) -> pd.DataFrame:
    edges = np.unique(np.quantile(p, np.linspace(0, 1, groups + 1)))
    group = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, max(len(edges) - 2, 0))
    n = np.bincount(group)
    used = n > 0
    events, expected = np.bincount(group, weights=y)[used], np.bincount(group, weights=p)[used]
    n = n[used]
    return pd.DataFrame(
        {
            "group": np.arange(1, len(n) + 1),
            "n": n,
            "predicted": expected / n,
            "observed": events / n,
            "expected_events": expected,
            "events": events,
        }
    )


def _shift(y: np.ndarray, odds: np.ndarray) -> float:
    """The intercept of a logistic regression with the predicted log odds as offset."""
    shift = 0.0
    for _ in range(50):
        risk = BINOMIAL.mean(odds + shift)
        step = float((y - risk).sum() / max(float((risk * (1 - risk)).sum()), EDGE))
        shift += float(np.clip(step, -2, 2))
        if abs(step) < 1e-12:
            break
    return shift
