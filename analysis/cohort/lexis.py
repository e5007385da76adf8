"""Follow-up cut at New Year and at birthdays: the squares of a Lexis diagram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.cohort.calendar_days import birthday, first_of_year, year_of
from analysis.cohort.day_numbers import day_column
from analysis.errors import BadArgument, BadTimes, require_columns, row_labels


def split_time(
    data: pd.DataFrame,
    *,
    entry: str,
    exit: str,
    birth: str | None = None,
    calendar_years: bool = False,
    age_bands: Sequence[int] = (),
) -> pd.DataFrame:
    """One row per piece of follow-up within one calendar year and one age band.

    A row is at risk on the days after `entry` up to and with `exit`; a birthday or 1 January belongs to what it begins.
    Returns `row` (position in data), `start`, `stop` (dates, as entry and exit), `days`, `last` (does the row's exit
    lie in it) and, where asked for, `year` and `age` (an ordered category such as "30-39").

    >>> people = pd.DataFrame({"in": ["2023-06-30"], "out": ["2024-06-30"], "born": ["1994-01-11"]})
    >>> pieces = split_time(people, entry="in", exit="out", birth="born", calendar_years=True, age_bands=(30,))
    >>> pieces[["year", "age", "days"]]
       year         age  days
    0  2023    under 30   184
    1  2024    under 30    10
    2  2024  30 or more   172
    """
    require_columns(data, [entry, exit, *([birth] if birth else [])])
    if len(age_bands) and birth is None:
        raise BadArgument("age_bands needs the column with dates of birth: name it in birth.")
    if list(age_bands) != sorted(set(age_bands)):
        raise BadArgument(f"age_bands are ages in ascending order, such as (30, 40, 50); they were {age_bands!r}.")
    begins, ends = day_column(data[entry]), day_column(data[exit])
    begin, end = begins.days(), ends.days()
    wrong = np.flatnonzero(end < begin)
    if wrong.size:
        raise BadTimes(f"{exit!r} lies before {entry!r} in {row_labels(data.index, wrong)}: correct the dates.")
    born = day_column(data[birth]).days() if birth else None
    row, cut = _cuts(begin, end, born, calendar_years, age_bands)
    # The cuts of a row with its own ends: pieces lie between neighbours.
    row = np.concatenate([row, np.arange(begin.size), np.arange(begin.size)])
    cut = np.concatenate([cut, begin, end])
    order = np.lexsort((cut, row))
    row, cut = row[order], cut[order]
    piece = (row[1:] == row[:-1]) & (cut[1:] > cut[:-1])
    row, start, stop = row[1:][piece], cut[:-1][piece], cut[1:][piece]
    table = {
        "row": row,
        "start": begins.column(start.copy()),
        "stop": begins.column(stop.copy()),
        "days": stop - start,
        "last": stop == end[row],
    }
    if calendar_years:
        table["year"] = year_of(stop)
    frame = pd.DataFrame(table)
    if born is not None and len(age_bands):
        frame["age"] = _bands(born[row], stop, age_bands)
    return frame


def _cuts(
    begin: np.ndarray, end: np.ndarray, born: np.ndarray | None, calendar_years: bool, age_bands: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """(row, last day before a new year or band) for all cuts strictly within a row's time."""
    rows, cuts = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    if calendar_years:
        first, last = year_of(begin + 1), year_of(end)
        many = np.maximum(last - first, 0)
        row = np.repeat(np.arange(begin.size), many)
        step = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + 1
        rows.append(row)
        cuts.append(first_of_year(first[row] + step) - 1)
    if born is not None:
        for age in age_bands:
            day = birthday(born, age) - 1
            inside = np.flatnonzero((day > begin) & (day < end))
            rows.append(inside)
            cuts.append(day[inside])
    return np.concatenate(rows), np.concatenate(cuts)


def _bands(born: np.ndarray, stop: np.ndarray, ages: Sequence[int]) -> pd.Categorical[str]:
    code = np.sum([birthday(born, age) <= stop for age in ages], axis=0)
    between = [str(a) if b == a + 1 else f"{a}-{b - 1}" for a, b in zip(ages[:-1], ages[1:], strict=True)]
    names = [f"under {ages[0]}", *between, f"{ages[-1]} or more"]
    return pd.Categorical.from_codes(code, categories=pd.Index(names), ordered=True)
