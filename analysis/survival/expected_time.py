"""How long people are expected to spend in each state."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.errors import BadArgument
from analysis.survival.groups import by_columns, group_rows
from analysis.survival.state_intervals import state_intervals
from analysis.survival.state_occupation import StateOccupation
from analysis.survival.time_in_states import time_in_states


def expected_time(
    data: pd.DataFrame | StateOccupation,
    *,
    until: float,
    start: str | None = None,
    stop: str | None = None,
    state: str | None = None,
    person: str | None = None,
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

    Arguments as in `state_occupation`; or give its result as `data`, and only until, since and level. Returns a frame:
    the columns of `by`, then `state, time, std_error, conf_low, conf_high`, in the unit of the times.

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
    >>> from analysis.survival import state_occupation
    >>> moved = state_occupation(moves, start="from_day", stop="to_day", state="into", person="who", initial="work")
    >>> expected_time(moved, until=20)["time"].tolist()
    [5.0, 15.0]
    """
    if isinstance(data, StateOccupation):
        return time_in_states(data.intervals, data.groups, since=since, until=until, level=level)
    if start is None or stop is None or state is None or person is None:
        raise BadArgument("start, stop, state and person name columns of the data: give all four.")
    intervals = state_intervals(
        data, start=start, stop=stop, state=state, person=person, initial=initial, also=by_columns(by)
    )
    groups = group_rows(data, by, intervals.kept)
    return time_in_states(intervals, groups, since=since, until=until, level=level)
