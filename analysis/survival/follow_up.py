"""The follow-up times and outcomes of a frame, checked once for every estimator that takes no formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.columns import factorise, missing_rows, plain_column
from analysis.errors import BadOutcome, BadTimes, NoRows, require_columns, row_labels
from analysis.survival.tied_times import join_tied


@dataclass(frozen=True)
class FollowUp:
    """One row per interval of follow-up: at risk in (start, stop], `outcome` at stop.

    start: (n,) or None where everyone is followed from the beginning; stop: (n,); outcome: (n,) whole numbers, 0 is
    censored; kept: (n,) positions of these rows in the frame; n_dropped: rows left out for a missing value.
    """

    start: np.ndarray | None
    stop: np.ndarray
    outcome: np.ndarray
    kept: np.ndarray
    n_dropped: int


def follow_up(
    data: pd.DataFrame, *, stop: str, outcome: str, start: str | None = None, also: Sequence[str] = ()
) -> FollowUp:
    """Times and outcomes as arrays, without the rows where any of them (or a column in `also`) is missing."""
    columns = [column for column in (start, stop, outcome, *also) if column is not None]
    require_columns(data, columns)
    if len(data) == 0:
        raise NoRows("The data has no rows.")
    gaps = missing_rows(data, columns)
    kept = np.arange(len(data)) if gaps is None else np.flatnonzero(~gaps)
    if kept.size == 0:
        raise _nothing_left(data, columns, outcome)
    stops = follow_up_times(data, stop, kept)
    codes = outcome_codes(data, outcome, kept)
    if start is None:
        return FollowUp(None, join_tied(stops)[0], codes, kept, len(data) - kept.size)
    starts = follow_up_times(data, start, kept)
    tied_starts, tied_stops = join_tied(starts, stops)
    wrong = np.flatnonzero(tied_starts >= tied_stops)
    if wrong.size:
        first = wrong[0]
        raise BadTimes(
            f"{start!r} must lie before {stop!r}, but not so in {row_labels(data.index, kept[wrong])} (the first: from "
            f"{starts[first]:g} to {stops[first]:g}). Correct the dates, or leave out follow-up of no length."
        )
    return FollowUp(tied_starts, tied_stops, codes, kept, len(data) - kept.size)


def _nothing_left(data: pd.DataFrame, columns: list[str], outcome: str) -> BadOutcome | NoRows:
    for column in columns:
        if data[column].isna().all():
            kind = BadOutcome if column == outcome else NoRows
            return kind(f"{column!r} is missing in all {len(data)} rows: look at how it was read.")
    return NoRows(f"No row is complete in all of {', '.join(columns)}: look at which of them are missing together.")


def follow_up_times(data: pd.DataFrame, column: str, kept: np.ndarray) -> np.ndarray:
    """A column of finite times from 0 on, as float64."""
    values = plain_column(data[column], column, kept)
    if isinstance(values, pd.Categorical) or values.dtype == bool:
        raise BadTimes(f"{column!r} holds no times. Give days, months or years since the start of follow-up.")
    times = values.astype(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
    if wrong.size:
        raise BadTimes(
            f"{column!r} is negative or infinite in {row_labels(data.index, kept[wrong])} (the first: "
            f"{times[wrong[0]]:g}). Follow-up starts at 0: check the dates it was computed from."
        )
    return times


def outcome_codes(data: pd.DataFrame, column: str, kept: np.ndarray) -> np.ndarray:
    """A column of whole numbers from 0 (censored) as int64; True is 1, and "0", "1" are numbers too."""
    values = plain_column(data[column], column, kept)
    codes, levels = factorise(values)
    try:
        numbers = np.asarray(levels, dtype=np.float64)
    except ValueError as error:
        raise BadOutcome(
            f"{column!r} holds words ({', '.join(str(level) for level in levels[:4])}). Code it as whole numbers: 0 "
            "where follow-up was cut off, 1, 2, ... for what happened."
        ) from error
    wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.floor(numbers))
    if wrong.any():
        rows = np.flatnonzero(wrong[codes])
        raise BadOutcome(
            f"{column!r} must be whole numbers from 0 (censored), but is {numbers[wrong][0]:g} in "
            f"{row_labels(data.index, kept[rows])}."
        )
    return numbers.astype(np.int64)[codes]
