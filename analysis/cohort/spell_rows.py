"""Which register rows count, checked, and in order of person and start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cohort.day_numbers import DayColumn, day_column
from analysis.cohort.persons import Persons, number_persons
from analysis.errors import BadArgument, BadTimes, require_columns, row_labels

# Rows at a time: working arrays this small stay in the cache and their memory is used again.
BLOCK = 1 << 18


def counted_rows(spells: pd.DataFrame, *, min_grade: float, diagnoses: Sequence[str]) -> pd.DataFrame:
    """The rows of at least `min_grade` whose `diagnosis` begins with one of `diagnoses` (all, where that is empty)."""
    if isinstance(diagnoses, str):
        raise BadArgument(f"diagnoses is a list of ICPC-2 prefixes, such as ['L', 'P']; it was the text {diagnoses!r}.")
    if not 1 <= min_grade <= 100:
        raise BadArgument(f"min_grade is a per cent from 1 to 100; it was {min_grade!r}.")
    if min_grade <= 1 and not diagnoses:
        return spells
    counts = np.ones(len(spells), dtype=bool)
    if min_grade > 1:
        counts &= ~(spells["grade"] < min_grade).to_numpy(dtype=bool, na_value=False)
    if diagnoses:
        require_columns(spells, ["diagnosis"])
        codes, distinct = pd.factorize(spells["diagnosis"])
        prefixes = tuple(prefix.upper() for prefix in diagnoses)
        begins = np.array([str(code).upper().startswith(prefixes) for code in distinct] + [False])
        counts &= begins[codes]  # a missing diagnosis has code -1: the last, which does not count
    return spells[counts]


@dataclass(frozen=True, eq=False)
class SortedRows:
    """Checked rows by person and start, on one axis: person k owns the days from k * width, too far from the next
    person's to join.

    Each row is one number, day * 2^low_bits + length * 2^grade_bits + level, so that sorting moves whole rows. Where
    that does not fit into 63 bits, `order` holds the positions of the rows instead, and `packed` only the sorted days.
    """

    persons: Persons
    start: DayColumn
    stop: DayColumn
    level: np.ndarray
    grades: np.ndarray
    first: int
    width: int
    length_bits: int
    grade_bits: int
    packed: np.ndarray
    order: np.ndarray | None

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """(start, stop, grade) of whole persons, about BLOCK rows at a time; start and stop on the common axis."""
        n, low_bits = self.packed.size, 0 if self.order is not None else self.length_bits + self.grade_bits
        begin = 0
        while begin < n:
            end = min(begin + BLOCK, n)
            if end < n:
                person = (int(self.packed[end]) >> low_bits) // self.width
                end = max(int(np.searchsorted(self.packed, person * self.width << low_bits)), begin)
            if end == begin:  # one person fills more than a block
                end = int(np.searchsorted(self.packed, (person + 1) * self.width << low_bits))
            yield self._unpacked(slice(begin, end))
            begin = end

    def _unpacked(self, rows: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        packed = self.packed[rows]
        if self.order is not None:
            at = self.order[rows]
            length = self.stop.values[at] // self.stop.per_day - self.start.values[at] // self.start.per_day
            return packed, packed + length, self.grades[self.level[at]]
        level = packed & ((1 << self.grade_bits) - 1)
        rest = packed >> self.grade_bits
        start = rest >> self.length_bits
        rest &= (1 << self.length_bits) - 1
        rest += start
        return start, rest, self.grades[level]


def sorted_rows(rows: pd.DataFrame, gap: int) -> SortedRows:
    """Check `person, start, stop, grade` and sort them; at least one row."""
    start, stop = day_column(rows["start"]), day_column(rows["stop"])
    level, grades = _grade_levels(rows["grade"])
    persons = number_persons(rows["person"])
    first, last = start.first, stop.last
    span = max(last - first, 0)
    width = span + gap + 2
    length_bits, grade_bits = span.bit_length(), len(grades).bit_length()
    whole = (persons.count * width).bit_length() + length_bits + grade_bits <= 63
    packed = np.empty(len(rows), dtype=np.int64)
    for begin in range(0, len(rows), BLOCK):
        block = slice(begin, begin + BLOCK)
        begins = start.days(block)
        length = stop.days(block) - begins
        if length.min() < 0:
            raise _stop_before_start(rows, start, stop)
        key = persons.code(block)
        key *= width
        key += begins
        key -= first
        if whole:
            key <<= length_bits
            key |= length
            key <<= grade_bits
            key |= level[block]
        packed[block] = key
    order = None
    if whole:
        packed.sort()
    else:
        order = np.argsort(packed, kind="stable")
        packed = packed[order]
    return SortedRows(persons, start, stop, level, grades, first, width, length_bits, grade_bits, packed, order)


def _stop_before_start(rows: pd.DataFrame, start: DayColumn, stop: DayColumn) -> BadTimes:
    wrong = np.flatnonzero(stop.days() < start.days())
    return BadTimes(
        f"'stop' lies before 'start' in {row_labels(rows.index, wrong)}. Both days belong to a spell; correct the "
        "dates, or leave those rows out."
    )


def checked_grades(rows: pd.DataFrame) -> np.ndarray:
    """(n,) per cents of full absence, 1 to 100."""
    level, grades = _grade_levels(rows["grade"]) if len(rows) else (np.empty(0, dtype=np.int64), np.empty(0))
    return grades[level]


def _grade_levels(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """(level, grades): grades[level] is the per cent of full absence of each row, as a float."""
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        raise BadArgument(f"'grade' is a per cent of full absence from 1 to 100; it holds {column.dtype}.")
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        values = column.to_numpy()
        if values.min() >= 1 and values.max() <= 100:
            return values, np.arange(101, dtype=float)
    exact = column.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((exact >= 1) & (exact <= 100)))
    if wrong.size:
        raise BadArgument(
            f"'grade' must be a per cent from 1 to 100, but is not in {row_labels(column.index, wrong)} (the first: "
            f"{exact[wrong[0]]:g}). Full absence is 100; correct the rows, or leave them out."
        )
    whole = exact.astype(np.int64)
    if (whole == exact).all():
        return whole, np.arange(101, dtype=float)
    grades, level = np.unique(exact, return_inverse=True)
    return level, grades
