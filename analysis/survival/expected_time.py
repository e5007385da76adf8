"""How long people are expected to spend in each state."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.errors import AnalysisWarning, BadArgument
from analysis.results import check_level
from analysis.survival.groups import by_columns, group_rows
from analysis.survival.state_intervals import StateIntervals, state_intervals
from analysis.survival.state_variance import jumps, shifts, start_influence
from analysis.survival.transition_steps import TransitionSteps, transition_steps


def expected_time(
    data: pd.DataFrame,
    *,
    start: str,
    stop: str,
    state: str,
    person: str,
    until: float,
    initial: str = "(s0)",
    since: float = 0.0,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """The restricted mean time in each state: the area under its Aalen-Johansen curve from `since` to `until`.

    Expected labour-market affiliation and working-life expectancy are such times; over all states they add up to
    until - since. The standard error is the infinitesimal jackknife over persons, as in R's
    `print(survfit(...), rmean = until)`; the interval is the normal one, within what is possible. After the last
    observed time the curves are held where they are, with a warning.

    Arguments as in `state_occupation`. Returns a frame: the columns of `by`, then `state, time, std_error, conf_low,
    conf_high`, in the unit of the times.

    Source: Andersen (2013), Statist. Med. 32, 5278-5285; Pedersen et al. (2021).

    >>> moves = pd.DataFrame(
    ...     {"who": [1, 1, 2], "from_day": [0, 10, 0], "to_day": [10, 30, 30], "into": ["leave", "work", None]}
    ... )
    >>> expected_time(
    ...     moves, start="from_day", stop="to_day", state="into", person="who", initial="work", until=30
    ... )[["state", "time"]]
       state  time
    0  leave  10.0
    1   work  20.0
    """
    check_level(level)
    if not (np.isfinite(until) and np.isfinite(since) and 0 <= since < until):
        raise BadArgument(f"until is a time after since, both from 0 on; they were {until!r} and {since!r}.")
    columns = by_columns(by)
    intervals = state_intervals(data, start=start, stop=stop, state=state, person=person, initial=initial, also=columns)
    groups = group_rows(data, by, intervals.kept)
    frames, notes = [], []
    for group in range(groups.count):
        mine = intervals.take(groups.code == group) if columns else intervals
        if mine.stop.max() < until:
            whom = f" ({groups.names()[group]})" if columns else ""
            end = mine.stop.max()
            notes.append(f"Follow-up{whom} ends at {end:g}, before {until:g}: curves are held from there on.")
        frames.append(groups.beside(group, _times(mine, since, until, level)))
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs.update(n_dropped=intervals.n_dropped, warnings=tuple(notes))
    for note in notes:
        warnings.warn(note, AnalysisWarning, stacklevel=2)
    return frame


def _times(intervals: StateIntervals, since: float, until: float, level: float) -> pd.DataFrame:
    steps = transition_steps(intervals)
    edges = np.clip(np.concatenate([[0.0], steps.times, [np.inf]]), since, until)
    lengths = np.diff(edges)  # of the pieces before the first transition, between them, and after the last
    time = lengths @ np.vstack([steps.start, steps.after])
    std_error = np.sqrt((_influence(intervals, steps, lengths) ** 2).sum(axis=0))
    half = norm.ppf(0.5 + level / 2) * std_error
    return pd.DataFrame(
        {
            "state": pd.Index(intervals.states),
            "time": time,
            "std_error": std_error,
            "conf_low": np.maximum(time - half, 0),
            "conf_high": np.minimum(time + half, until - since),
        }
    )


def _influence(intervals: StateIntervals, steps: TransitionSteps, lengths: np.ndarray) -> np.ndarray:
    """(persons, S) how much each person moves the expected times.

    ahead[k] is what a shift of the probabilities after transition k is worth in time, found backwards; a person's
    influence is then a sum over the transitions they were at risk at, and that a difference of running sums.
    """
    k, s = steps.before.shape
    ahead = np.empty((k + 1, s, s))  # ahead[i]: from just after transition i - 1 on
    ahead[k] = lengths[k] * np.eye(s)
    for i in range(k - 1, -1, -1):
        ahead[i] = lengths[i] * np.eye(s) + steps.step[i] @ ahead[i + 1]
    running = np.zeros((k + 1, s, s))
    np.cumsum(shifts(steps) @ ahead[1:], axis=0, out=running[1:])
    own = start_influence(intervals, steps) @ ahead[0]
    own += running[steps.ends, intervals.now] - running[steps.begins, intervals.now]
    jump = jumps(intervals, steps)
    moving = np.flatnonzero(jump.any(axis=1))
    own[moving] += np.einsum("ni,nij->nj", jump[moving], ahead[steps.ends[moving]])
    count = int(intervals.person.max()) + 1
    return np.stack([np.bincount(intervals.person, weights=own[:, j], minlength=count) for j in range(s)], axis=1)
