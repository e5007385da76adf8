"""How many have had each kind of event, when one event prevents the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.errors import NoEvents, warn
from analysis.results import check_level
from analysis.survival.follow_up import follow_up
from analysis.survival.gray import gray_tests
from analysis.survival.groups import by_columns, group_rows
from analysis.survival.risk_table import RiskTable, risk_table
from analysis.survival.step_values import step_values


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """table: the `by` columns, then `time, cause, estimate, std_error, conf_low, conf_high`; gray: one row per cause
    with `cause, chisq, df, p_value` (no rows without `by`)."""

    table: pd.DataFrame
    gray: pd.DataFrame
    by: tuple[str, ...]
    n: int
    n_dropped: int
    warnings: tuple[str, ...] = ()

    def at(self, times: Sequence[float] | float) -> pd.DataFrame:
        """The table read at the given times: each curve's value at its last step; beyond follow-up, missing."""
        return step_values(self.table, times, [*self.by, "cause"], ["estimate", "std_error", "conf_low", "conf_high"])

    def tidy(self) -> pd.DataFrame:
        """The table."""
        return self.table

    def glance(self) -> dict[str, Any]:
        """Rows used and dropped, and for each cause Gray's p-value where groups were compared."""
        tests = {f"p_value_cause_{c}": p for c, p in zip(self.gray["cause"], self.gray["p_value"], strict=True)}
        return {"n": self.n, "n_dropped": self.n_dropped, **tests}

    def __repr__(self) -> str:
        last = self.table.groupby([*self.by, "cause"], observed=True).tail(1).to_string(index=False)
        tests = "" if self.gray.empty else f"\nGray's tests\n{self.gray.to_string(index=False)}"
        return f"Cumulative incidence at the end of follow-up, n {self.n}, n_dropped {self.n_dropped}\n{last}{tests}"


def cumulative_incidence(
    data: pd.DataFrame,
    *,
    stop: str,
    cause: str,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    rho: float = 0.0,
    level: float = 0.95,
) -> CumulativeIncidence:
    """The Aalen-Johansen cumulative incidence of each cause, and Gray's test of equal curves across `by`.

    F_c(t) is the sum over times u <= t of S(u-) d_c(u) / n(u), with S the survival from all causes; at each time the
    causes and survival add up to 1. The variance is Gray's, as in R's `cmprsk::cuminc`; like there it is renewed at the
    times of the cause itself. The interval is on the log(-log) scale, F^exp(+-z se / (F log F)) (Choudhury 2002).

    cause: 0 where follow-up was cut off, 1, 2, ... for what happened at `stop`. strata and rho are for Gray's test.

    Source: Aalen (1978), Ann. Statist. 6, 534-545; Gray (1988), Ann. Statist. 16, 1141-1154.

    >>> exits = pd.DataFrame({"months": [3, 5, 5, 9], "how": [1, 2, 0, 1]})
    >>> result = cumulative_incidence(exits, stop="months", cause="how")
    >>> result.at(5)[["time", "cause", "estimate"]]
       time  cause  estimate
    0   5.0      1      0.25
    1   5.0      2      0.25
    """
    check_level(level)
    columns = by_columns(by)
    follow = follow_up(data, stop=stop, outcome=cause, also=(*columns, *by_columns(strata)))
    causes = np.unique(follow.outcome[follow.outcome > 0])
    if causes.size == 0:
        raise NoEvents(f"There are no events: {cause!r} is 0 in every row.")
    code = np.where(follow.outcome > 0, np.searchsorted(causes, follow.outcome) + 1, 0)
    groups = group_rows(data, by, follow.kept)
    curves = []
    for group, rows in enumerate(groups.members):
        counts = risk_table(None, follow.stop[rows], code[rows], causes.size + 1)
        frames = [_curve(counts, c + 1, level).assign(cause=number) for c, number in enumerate(causes)]
        curves.append(groups.beside(group, pd.concat(frames, ignore_index=True)))
    table = pd.concat(curves, ignore_index=True)
    table = table[[*columns, "time", "cause", "estimate", "std_error", "conf_low", "conf_high"]]
    layers = group_rows(data, strata, follow.kept).code
    tests, not_computed = gray_tests(follow.stop, code, groups.code, layers, rho)
    notes: list[str] = []
    for note in not_computed:
        warn(note, notes)
    gray = pd.DataFrame({"cause": causes[: tests["chisq"].size], **tests})
    return CumulativeIncidence(table, gray, columns, follow.kept.size, follow.n_dropped, tuple(notes))


def _curve(table: RiskTable, cause: int, level: float) -> pd.DataFrame:
    n, events = table.n_risk.astype(float), table.n_event.astype(float)
    mine = table.counts[:, cause].astype(float)
    survival = np.cumprod((n - events) / n)
    before = np.concatenate([[1.0], survival[:-1]])
    estimate = np.cumsum(before * mine / n)
    std_error = np.sqrt(np.maximum(_variance(n, mine, events - mine, before, survival, estimate), 0))
    low, high = _limits(estimate, std_error, level)
    return pd.DataFrame(
        {"time": table.time, "estimate": estimate, "std_error": std_error, "conf_low": low, "conf_high": high}
    )


def _variance(
    n: np.ndarray, mine: np.ndarray, other: np.ndarray, before: np.ndarray, survival: np.ndarray, estimate: np.ndarray
) -> np.ndarray:
    """Var F(t) = sum of (f(u) - F(t) g(u))^2 dV(u) over u <= t, where dV is the variance of the jump of each kind at u.

    With g = 1 / S(u), f is F(u) / S(u) for the other causes and 1 + F(u) / S(u) for the cause itself. The square is
    multiplied out, so that three running sums serve every t.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(survival > 0, 1 / survival, 0.0)
        jump = [np.where(d > 0, before**2 * d / n**2, 0.0) * _ties(d, n) for d in (mine, other)]
    jump[1] = np.where(survival > 0, jump[1], 0.0)
    weight = [1 + inverse * estimate, inverse * estimate]
    total = [
        sum(np.cumsum(w**power * inverse ** (2 - power) * v) for w, v in zip(weight, jump, strict=True))
        for power in (2, 1, 0)
    ]
    variance = total[0] - 2 * estimate * total[1] + estimate**2 * total[2]
    last = np.maximum.accumulate(np.where(mine > 0, np.arange(n.size), -1))
    return np.where(last >= 0, variance[last], 0.0)


def _ties(d: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The finite-population factor of d simultaneous events among n."""
    return np.where(d > 1, 1 - (d - 1) / np.maximum(n - 1, 1), 1.0)


def _limits(estimate: np.ndarray, std_error: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """log(-log) limits; 0 where nothing has happened yet, and plain ones cut at 1 where the estimate is 1."""
    half = norm.ppf(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = half * std_error / (estimate * np.log(estimate))
        low, high = estimate ** np.exp(-shift), estimate ** np.exp(shift)
    inside = (estimate > 0) & (estimate < 1)
    low = np.where(inside, low, np.maximum(0, estimate - half * std_error))
    return np.where(estimate > 0, low, 0.0), np.where(inside, high, estimate)
