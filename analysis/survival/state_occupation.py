"""The probability of being in each state, when people move between states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.results import check_level
from analysis.survival.groups import Groups, by_columns, group_rows
from analysis.survival.state_intervals import NONE, StateIntervals, state_intervals
from analysis.survival.state_variance import variances
from analysis.survival.step_values import step_values
from analysis.survival.transition_steps import TransitionSteps, at_risk, moved, transition_steps

VALUES = ["estimate", "std_error", "conf_low", "conf_high"]


@dataclass(frozen=True, eq=False)
class StateOccupation:
    """table: the `by` columns, then `time, state, n_risk, n_event, n_censored, estimate, std_error, conf_low,
    conf_high`, a row for every state at every time someone moves or leaves; n_event counts moves into the state.

    beginning: the `by` columns, `state, estimate, std_error, conf_low, conf_high` before anyone moves. transitions:
    counts, from (rows) to (columns), the last column those whose follow-up ends there. intervals, groups: what the
    curves were computed from, for `expected_time`.
    """

    table: pd.DataFrame
    beginning: pd.DataFrame
    transitions: pd.DataFrame
    states: tuple[object, ...]
    by: tuple[str, ...]
    n: int
    n_persons: int
    n_dropped: int
    intervals: StateIntervals
    groups: Groups

    def at(self, times: Sequence[float] | float) -> pd.DataFrame:
        """The table's probabilities at the given times; beyond follow-up, missing."""
        from_zero = pd.concat([self.beginning.assign(time=0.0), self.table], ignore_index=True)
        return step_values(from_zero[self.table.columns], times, [*self.by, "state"], VALUES)

    def tidy(self) -> pd.DataFrame:
        """The table."""
        return self.table

    def glance(self) -> dict[str, Any]:
        """Intervals, persons, rows dropped and moves between states."""
        moves = int(self.table["n_event"].sum())
        return {"n": self.n, "n_persons": self.n_persons, "n_dropped": self.n_dropped, "transitions": moves}

    def __repr__(self) -> str:
        last = self.table.groupby([*self.by, "state"], observed=True, sort=False).tail(1)
        return (
            f"State occupation, {self.n_persons} persons, {self.n} intervals, n_dropped {self.n_dropped}\n"
            f"{last.to_string(index=False)}\n\nTransitions\n{self.transitions}"
        )


def state_occupation(
    data: pd.DataFrame,
    *,
    start: str,
    stop: str,
    state: str,
    person: str,
    initial: str = "(s0)",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> StateOccupation:
    """The Aalen-Johansen estimate: p(t) is p(0) times the product of I + dA(u) over transition times u <= t.

    dA(u) holds the share of those at risk in each state that moves at u. Standard errors are the infinitesimal
    jackknife over persons, which needs no Markov assumption, and intervals are on the log scale up to 1, both as R's
    `survfit(Surv(start, stop, state) ~ 1, id = person)`; late entry counts from the day of entry.

    data: one row per person and interval (start, stop]; `state` is the state entered at stop, missing where none is
    (the person goes on in the next row, or leaves follow-up). initial: the state all begin in, or the name of a column
    with the state each person is in at first. Intervals that overlap or leave gaps within a person are refused.

    Source: Aalen and Johansen (1978), Scand. J. Statist. 5, 141-150.

    >>> moves = pd.DataFrame(
    ...     {
    ...         "who": [1, 1, 2, 3],
    ...         "from_day": [0, 10, 0, 0],
    ...         "to_day": [10, 30, 20, 30],
    ...         "into": ["leave", "work", "leave", None],
    ...     }
    ... )
    >>> result = state_occupation(
    ...     moves, start="from_day", stop="to_day", state="into", person="who", initial="work"
    ... )
    >>> result.at(20)[["state", "estimate"]].round(3)
       state  estimate
    0  leave     0.667
    1   work     0.333
    """
    check_level(level)
    columns = by_columns(by)
    intervals = state_intervals(data, start=start, stop=stop, state=state, person=person, initial=initial, also=columns)
    groups = group_rows(data, by, intervals.kept)
    tables, beginnings = [], []
    for group in range(groups.count):
        members = groups.code == group
        mine = intervals.take(members) if columns else intervals
        steps = transition_steps(mine)
        curves = _curves(mine, steps)
        beginnings.append(groups.beside(group, _frame(mine.states, curves[:1], level)))
        tables.append(groups.beside(group, _table(mine, steps, curves, level)))
    return StateOccupation(
        pd.concat(tables, ignore_index=True),
        pd.concat(beginnings, ignore_index=True),
        _transitions(intervals),
        intervals.states,
        columns,
        intervals.now.size,
        int(intervals.person.max()) + 1,
        intervals.n_dropped,
        intervals,
        groups,
    )


def _curves(intervals: StateIntervals, steps: TransitionSteps) -> np.ndarray:
    """(K + 1, S, 2) estimates and standard errors before the first and after each transition time."""
    s = len(intervals.states)
    start = steps.start * (1 - steps.start) / steps.beginning.sum()
    spread = variances(intervals, steps) if steps.times.size else np.empty((0, s))
    return np.stack([np.vstack([steps.start, steps.after]), np.sqrt(np.vstack([start, spread]))], axis=2)


def _frame(states: tuple[object, ...], curves: np.ndarray, level: float) -> pd.DataFrame:
    """`state` and the VALUES columns, states within times."""
    estimate, std_error = curves[:, :, 0].ravel(), curves[:, :, 1].ravel()
    low, high = log_limits(estimate, std_error, level)
    names = pd.Index(states).take(np.tile(np.arange(len(states)), len(curves)))
    return pd.DataFrame(
        {"state": names, "estimate": estimate, "std_error": std_error, "conf_low": low, "conf_high": high}
    )


def _table(intervals: StateIntervals, steps: TransitionSteps, curves: np.ndarray, level: float) -> pd.DataFrame:
    s = len(intervals.states)
    times, place = np.unique(intervals.stop, return_inverse=True)
    begins = np.searchsorted(times, intervals.start, side="right")
    n_risk = at_risk(begins, place + 1, intervals.now, times.size, s)
    moving, ended = moved(intervals), intervals.next == NONE
    n_event = np.bincount(place[moving] * s + intervals.next[moving], minlength=times.size * s)
    n_censored = np.bincount(place[ended] * s + intervals.now[ended], minlength=times.size * s)
    frame = _frame(intervals.states, curves[np.searchsorted(steps.times, times, side="right")], level)
    frame.insert(0, "time", np.repeat(times, s))
    frame = frame.assign(n_risk=n_risk.ravel(), n_event=n_event, n_censored=n_censored)
    return frame[["time", "state", "n_risk", "n_event", "n_censored", *VALUES]]


def log_limits(estimate: np.ndarray, std_error: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits on the log scale, cut at 1; missing where the estimate is 0, which has no logarithm."""
    with np.errstate(divide="ignore", invalid="ignore"):
        half = norm.ppf(0.5 + level / 2) * std_error / estimate
        low, high = estimate * np.exp(-half), np.minimum(1, estimate * np.exp(half))
    none = estimate <= 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def _transitions(intervals: StateIntervals) -> pd.DataFrame:
    s = len(intervals.states)
    to = np.where(intervals.next == NONE, s, intervals.next)
    counts = np.bincount(intervals.now * (s + 1) + to, minlength=s * (s + 1)).reshape(s, s + 1)
    return pd.DataFrame(
        counts,
        index=pd.Index(intervals.states, name="from"),
        columns=pd.Index([*intervals.states, "(ends)"], name="to"),
    )
