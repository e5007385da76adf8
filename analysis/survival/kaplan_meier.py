"""Survival without a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.results import check_level
from analysis.survival.event_column import event_follow_up
from analysis.survival.groups import by_columns, group_rows
from analysis.survival.risk_table import risk_table


def kaplan_meier(
    data: pd.DataFrame,
    *,
    stop: str,
    event: str,
    start: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """The Kaplan-Meier estimate of survival at every distinct exit time.

    S(t) is the product over event times u <= t of 1 - d(u) / n(u), with n(u) those who entered before u and have not
    left before it. Its standard error is Greenwood's, S(t) * sqrt(sum d / (n (n - d))); the interval is computed on the
    log scale and ends at 1, as in R's `survfit`. Where survival has reached 0 the standard error and the interval are
    not defined and are missing.

    data: one row per person or, with `start`, per interval (start, stop] of follow-up. event: 1 or True where the event
    happens at `stop`. by: one or more columns; one curve for each combination.
    Returns a frame: the columns of `by`, then `time, n_risk, n_event, n_censored, survival, std_error, conf_low,
    conf_high`. `frame.attrs["n_dropped"]` counts the rows left out because a value was missing.

    Source: Kaplan and Meier (1958), JASA 53, 457-481; Greenwood (1926).

    >>> leave = pd.DataFrame({"days": [5, 8, 8, 12], "back": [1, 1, 0, 1]})
    >>> kaplan_meier(leave, stop="days", event="back")[["time", "n_risk", "n_event", "survival"]]
       time  n_risk  n_event  survival
    0   5.0       4        1      0.75
    1   8.0       3        1      0.50
    2  12.0       1        1      0.00
    """
    check_level(level)
    follow = event_follow_up(data, stop=stop, event=event, start=start, also=by_columns(by))
    groups = group_rows(data, by, follow.kept)
    curves = []
    for group, rows in enumerate(groups.members):
        entered = None if follow.start is None else follow.start[rows]
        curves.append(groups.beside(group, _curve(entered, follow.stop[rows], follow.outcome[rows], level)))
    frame = pd.concat(curves, ignore_index=True)
    frame.attrs["n_dropped"] = follow.n_dropped
    return frame


def _curve(start: np.ndarray | None, stop: np.ndarray, event: np.ndarray, level: float) -> pd.DataFrame:
    table = risk_table(start, stop, event, 2)
    n, d = table.n_risk, table.n_event
    survival = np.cumprod(1 - d / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_error = np.sqrt(np.cumsum(d / (n * (n - d))))
        std_error = survival * log_error
        half = norm.ppf(0.5 + level / 2) * log_error
        low, high = survival * np.exp(-half), np.minimum(1, survival * np.exp(half))
    gone = survival <= 0
    for undefined in (std_error, low, high):
        undefined[gone] = np.nan
    return pd.DataFrame(
        {
            "time": table.time,
            "n_risk": n,
            "n_event": d,
            "n_censored": table.n_censored,
            "survival": survival,
            "std_error": std_error,
            "conf_low": low,
            "conf_high": high,
        }
    )
