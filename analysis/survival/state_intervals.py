"""Each person's intervals between states, checked as one story without holes or contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.columns import factorise, missing_rows, plain_column
from analysis.errors import BadTimes, NoEvents, NoRows, require_columns, row_labels
from analysis.survival.follow_up import follow_up_times
from analysis.survival.tied_times import join_tied

NONE = -1


@dataclass(frozen=True, eq=False)
class StateIntervals:
    """Rows by person and time: in state `now` over (start, stop], then in state `next` (NONE: follow-up ends there).

    person: (n,) 0..; order: (n,) which of the person's intervals it is, from 0; states: names by code; group: (n,).
    """

    person: np.ndarray
    order: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    now: np.ndarray
    next: np.ndarray
    states: tuple[object, ...]
    kept: np.ndarray
    n_dropped: int

    def take(self, rows: np.ndarray) -> StateIntervals:
        """The rows of some persons (a mask), all of theirs."""
        person = np.unique(self.person[rows], return_inverse=True)[1]
        return StateIntervals(
            person,
            self.order[rows],
            self.start[rows],
            self.stop[rows],
            self.now[rows],
            self.next[rows],
            self.states,
            self.kept[rows],
            self.n_dropped,
        )


def state_intervals(
    data: pd.DataFrame, *, start: str, stop: str, state: str, person: str, initial: str, also: Sequence[str] = ()
) -> StateIntervals:
    """Check and sort; `initial` is the state everybody begins in, or the name of a column that holds it (if
    it is both, it is the state).

    Rows that only continue (no state entered, next row follows at once) are joined. Errors name the rows: an interval
    of no length, two at the same time, time missing between two.
    """
    require_columns(data, [person, start, stop, state, *also])
    own_beginning = initial in data.columns and initial not in set(data[state].dropna().unique().tolist())
    used = [person, start, stop, *also, *([initial] if own_beginning else [])]
    if len(data) == 0:
        raise NoRows("The data has no rows.")
    gaps = missing_rows(data, used)
    kept = np.arange(len(data)) if gaps is None else np.flatnonzero(~gaps)
    if kept.size == 0:
        raise NoRows(f"No row is complete in all of {', '.join(used)}: look at which of them are missing together.")
    begin, end = join_tied(follow_up_times(data, start, kept), follow_up_times(data, stop, kept))
    order = f"{start!r} must lie before {stop!r}"
    _refuse(data, kept[begin >= end], order, "correct or leave out intervals of no length")
    who = pd.factorize(data[person].iloc[kept])[0]
    by_time = np.lexsort((begin, who))
    who, begin, end, kept = who[by_time], begin[by_time], end[by_time], kept[by_time]
    same = who[1:] == who[:-1]
    overlap, hole = same & (begin[1:] < end[:-1]), same & (begin[1:] > end[:-1])
    _refuse(data, kept[1:][overlap], "A person's intervals overlap", "a person is in one state at a time")
    _refuse(
        data,
        kept[1:][hole],
        "Time is missing between a person's intervals",
        "add the interval that is missing, or give the time after it a person number of its own",
    )
    entered, names = _entered(data, state, kept)
    if not names:
        raise NoEvents(f"No state is entered: {state!r} is missing in every row.")
    now, entered, states = _current(data, initial, own_beginning, kept, who, entered, names)
    joined = np.concatenate([same & (entered[:-1] == NONE), [False]])
    first = np.concatenate([[True], ~joined[:-1]])
    last = ~joined
    person_of, place = who[first], _place(who[first])
    n_dropped = len(data) - len(who)
    return StateIntervals(
        person_of, place, begin[first], end[last], now[first], entered[last], states, kept[first], n_dropped
    )


def _refuse(data: pd.DataFrame, rows: np.ndarray, what: str, advice: str) -> None:
    if rows.size:
        raise BadTimes(f"{what}: see {row_labels(data.index, np.sort(rows))}; {advice}.")


def _entered(data: pd.DataFrame, state: str, kept: np.ndarray) -> tuple[np.ndarray, list[object]]:
    """(code of the state entered or NONE, names in the order of a category's levels, else sorted)."""
    column = data[state].iloc[kept]
    known = np.flatnonzero(column.notna().to_numpy())
    entered = np.full(kept.size, NONE)
    if known.size == 0:
        return entered, []
    codes, levels = factorise(plain_column(column, state, known))
    entered[known] = codes
    return entered, list(levels)


def _current(
    data: pd.DataFrame,
    initial: str,
    own_beginning: bool,
    kept: np.ndarray,
    who: np.ndarray,
    entered: np.ndarray,
    names: list[object],
) -> tuple[np.ndarray, np.ndarray, tuple[object, ...]]:
    """(state during each row, state entered, all states): those nobody enters come first, as in R."""
    first = np.concatenate([[True], who[1:] != who[:-1]])
    if own_beginning:
        codes, levels = factorise(plain_column(data[initial], initial, kept[first]))
        beginnings = list(levels)
    else:
        codes, beginnings = np.zeros(int(first.sum()), dtype=int), [initial]
    states = (*(b for b in beginnings if b not in names), *names)
    entered = np.where(entered == NONE, NONE, entered + len(states) - len(names))
    # The last state entered in an earlier row of the same person, else the one it began in.
    places = np.arange(who.size)
    before = np.concatenate([[NONE], entered[:-1]])
    before[first] = np.array([states.index(b) for b in beginnings])[codes]
    known = np.maximum.accumulate(np.where(before != NONE, places, 0))
    return before[known], entered, states


def _place(who: np.ndarray) -> np.ndarray:
    """0, 1, 2, ... within runs of the same value."""
    begins = np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]]))
    return np.arange(who.size) - np.repeat(begins, np.diff(np.concatenate([begins, [who.size]])))
