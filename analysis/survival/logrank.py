"""Do survival curves differ between groups?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.errors import BadArgument, NoEvents
from analysis.survival.event_column import event_follow_up
from analysis.survival.groups import by_columns, group_rows
from analysis.survival.risk_table import risk_table


@dataclass(frozen=True)
class LogRank:
    """chisq on df degrees of freedom; table: the `by` columns, `n, observed, expected`; covariance: (k, k) of
    observed - expected."""

    chisq: float
    df: int
    p_value: float
    table: pd.DataFrame
    covariance: np.ndarray
    n: int
    n_dropped: int

    def tidy(self) -> pd.DataFrame:
        """One row per group: n, observed and expected events."""
        return self.table

    def glance(self) -> dict[str, Any]:
        """The test in one line."""
        names = ("chisq", "df", "p_value", "n", "n_dropped")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return f"Log-rank: chisq {self.chisq:.2f} on {self.df} df, p = {self.p_value:.3g}\n{self.table}"


def logrank(
    data: pd.DataFrame,
    *,
    stop: str,
    event: str,
    by: str | Sequence[str],
    start: str | None = None,
    strata: str | Sequence[str] | None = None,
    rho: float = 0.0,
) -> LogRank:
    """The log-rank test and its Fleming-Harrington family, for two or more groups.

    At each event time u the expected events of group j are d(u) n_j(u) / n(u), with the hypergeometric covariance;
    observed minus expected are summed over times and strata with weight S(u-)^rho, S the Kaplan-Meier curve of all
    groups together (rho 0: log-rank; rho 1: Peto-Peto). As R's `survdiff`, also for delayed entry (`start`), where
    groups without any expected event do not count.

    Source: Harrington and Fleming (1982), Biometrika 69, 553-566.

    >>> leave = pd.DataFrame({"days": [5, 8, 8, 12, 14, 20], "back": [1, 1, 0, 1, 1, 1], "sex": list("kkkmmm")})
    >>> test = logrank(leave, stop="days", event="back", by="sex")
    >>> f"{test.chisq:.3f} on {test.df}"
    '2.469 on 1'
    """
    if not by_columns(by):
        raise BadArgument("by names the column whose groups are compared; it was empty.")
    follow = event_follow_up(data, stop=stop, event=event, start=start, also=(*by_columns(by), *by_columns(strata)))
    groups = group_rows(data, by, follow.kept)
    layers = group_rows(data, strata, follow.kept)
    if groups.count < 2:
        raise BadArgument(f"The test compares at least two groups; all rows are {groups.names()[0]}.")
    if not follow.outcome.any():
        raise NoEvents(f"There are no events: {event} is 0 in every row.")
    observed, expected = np.zeros(groups.count), np.zeros(groups.count)
    covariance = np.zeros((groups.count, groups.count))
    for rows in layers.members:
        entered = None if follow.start is None else follow.start[rows]
        o, e, v = _one_stratum(entered, follow.stop[rows], follow.outcome[rows], groups.code[rows], groups.count, rho)
        observed, expected, covariance = observed + o, expected + e, covariance + v
    counted = np.flatnonzero(expected > 0)
    free = counted[1:]
    difference = (observed - expected)[free]
    chisq = float(difference @ np.linalg.lstsq(covariance[np.ix_(free, free)], difference, rcond=None)[0])
    frame = groups.labels.assign(n=np.bincount(groups.code), observed=observed, expected=expected)
    return LogRank(
        chisq, free.size, float(chi2.sf(chisq, free.size)), frame, covariance, follow.kept.size, follow.n_dropped
    )


def _one_stratum(
    start: np.ndarray | None, stop: np.ndarray, event: np.ndarray, group: np.ndarray, k: int, rho: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted observed (k,), expected (k,) and their covariance (k, k)."""
    table = risk_table(start, stop, event, 2)
    died = table.n_event > 0
    n, d, time = table.n_risk[died].astype(float), table.n_event[died].astype(float), table.time[died]
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])
    weight = before**rho
    risk = np.empty((time.size, k))
    observed = np.empty(k)
    for j in range(k):
        mine = group == j
        risk[:, j] = mine.sum() - np.searchsorted(np.sort(stop[mine]), time, side="left")
        if start is not None:
            risk[:, j] -= mine.sum() - np.searchsorted(np.sort(start[mine]), time, side="left")
        events = mine & (event == 1)
        observed[j] = weight[np.searchsorted(time, stop[events])].sum()
    expected = (weight * d / n) @ risk
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(n > 1, weight**2 * d * (n - d) / (n**2 * (n - 1)), 0.0)
    covariance = np.diag((scale * n) @ risk) - (risk * scale[:, None]).T @ risk
    return observed, expected, covariance
