"""The area under state probabilities, and how much each person moves it."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.errors import AnalysisWarning, BadArgument
from analysis.results import check_level
from analysis.survival.groups import Groups
from analysis.survival.state_intervals import StateIntervals
from analysis.survival.state_variance import jumps, shifts, start_influence
from analysis.survival.transition_steps import TransitionSteps, transition_steps


def time_in_states(
    intervals: StateIntervals, groups: Groups, *, since: float, until: float, level: float
) -> pd.DataFrame:
    """The group's labels, then `state, time, std_error, conf_low, conf_high`; notes in attrs["warnings"]."""
    check_level(level)
    if not (np.isfinite(until) and np.isfinite(since) and 0 <= since < until):
        raise BadArgument(f"until is a time after since, both from 0 on; they were {until!r} and {since!r}.")
    frames, notes = [], []
    for group in range(groups.count):
        mine = intervals.take(groups.code == group) if groups.count > 1 else intervals
        end = mine.stop.max()
        if end < until:
            whom = f" ({groups.names()[group]})" if groups.count > 1 else ""
            notes.append(f"Follow-up{whom} ends at {end:g}, before {until:g}: curves are held from there on.")
        frames.append(groups.beside(group, _times(mine, since, until, level)))
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs.update(n_dropped=intervals.n_dropped, warnings=tuple(notes))
    for note in notes:
        warnings.warn(note, AnalysisWarning, stacklevel=3)
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
