"""Register rows of the people in a study, laid over each other: every day of a person once, at its highest level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cohort.day_numbers import day_column
from analysis.errors import BadArgument, BadTimes, require_columns, row_labels


@dataclass(frozen=True, eq=False)
class RegisterDays:
    """Pieces without overlap, by person and day: `code` is the person's position in the study, start and stop are the
    first and last day number, level is the grade or state of each of these days."""

    code: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    level: np.ndarray

    @property
    def days(self) -> np.ndarray:
        return self.stop - self.start + 1


def person_index(people: pd.DataFrame) -> pd.Index:
    """The people's ids; each only once."""
    require_columns(people, ["person"])
    index = pd.Index(people["person"])
    if index.hasnans:
        raise BadArgument(f"'person' is missing in {row_labels(people.index, np.flatnonzero(index.isna()))}.")
    if not index.is_unique:
        twice = row_labels(people.index, np.flatnonzero(index.duplicated()))
        raise BadArgument(f"Everyone stands once in people, but 'person' is repeated in {twice}.")
    return index


def rows_of(index: pd.Index, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(positions, code, start, stop) of the rows whose person is in `index`; dates checked, stop not before start."""
    require_columns(rows, ["person", "start", "stop"])
    code = index.get_indexer(pd.Index(rows["person"]))
    at = np.flatnonzero(code >= 0)
    mine = rows.iloc[at]
    if at.size == 0:
        return at, code[at], np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    start, stop = day_column(mine["start"]).days(), day_column(mine["stop"]).days()
    wrong = np.flatnonzero(stop < start)
    if wrong.size:
        raise BadTimes(
            f"'stop' lies before 'start' in {row_labels(mine.index, wrong)}: correct or leave out those rows."
        )
    return at, code[at], start, stop


def overlay(code: np.ndarray, start: np.ndarray, stop: np.ndarray, level: np.ndarray) -> RegisterDays:
    """Pieces of constant highest `level` (above 0); neighbours of the same level are one piece."""
    if code.size == 0:
        return RegisterDays(code, start, stop, level)
    first = int(start.min())
    width = int(stop.max()) - first + 3  # a day free between persons, so that nobody's pieces touch another's
    begin, end = code * width + (start - first), code * width + (stop - first) + 1
    order = np.argsort(begin)  # in order, neighbours are looked up where the last ones were found
    begin, end, level = begin[order], end[order], level[order]
    edges = np.concatenate([begin, end])
    edges.sort()  # faster than np.unique, which hashes whole numbers
    edges = edges[np.concatenate([[True], edges[1:] > edges[:-1]])]
    low = np.searchsorted(edges, begin)
    count = np.searchsorted(edges, end) - low
    covered = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())
    top = np.zeros(edges.size, dtype=level.dtype)
    np.maximum.at(top, covered, np.repeat(level, count))
    used = np.flatnonzero(top > 0)
    begin, end, top = edges[used], edges[used + 1], top[used]
    new = np.concatenate([[True], (begin[1:] > end[:-1]) | (top[1:] != top[:-1])])
    last = np.concatenate([np.flatnonzero(new)[1:] - 1, [new.size - 1]])
    who = begin[new] // width
    shift = who * width - first
    return RegisterDays(who, begin[new] - shift, end[last] - shift - 1, top[new])
