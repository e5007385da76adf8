"""Identity numbers of invented people, as in the national test population: the month is 80 too high (RULES 2.4)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from secure_zone.identity.control_digits import NO_DIGIT, control_digits
from secure_zone.identity.many import D_NUMBER_DAY, MALE, SYNTHETIC_MONTH
from secure_zone.identity.series import BIRTH_NUMBER_SERIES, D_NUMBER_SERIES

FIRST_YEAR, LAST_YEAR = 1900, 2031
CELLS_AT_A_TIME = 4_096
MOST_CANDIDATES = 500
NO_CANDIDATE = -1


class TooManyOfOneDay(ValueError):
    """More people of one sex are born on one day than there are numbers for. It says how many days have too many."""


def synthetic_numbers(
    birth: NDArray[np.datetime64], sex: NDArray[np.integer], d_number: NDArray[np.bool_]
) -> NDArray[np.bytes_]:
    """One valid synthetic number, of the scheme before 2032, for each person; no two are the same.

    birth: days from 1900 to 2031; sex: 1 female, 2 male; d_number: True for those who get a D-number. Persons born on
    the same day get individual numbers from the top of the day's series downwards, in their order, as the Population
    Register does. Returns texts of eleven bytes ("S11"). The same input always gives the same numbers.
    """
    days = birth.astype("datetime64[D]").astype(np.int64)
    cell = (days * 2 + d_number) * 2 + (sex == MALE)
    order = np.argsort(cell, kind="stable")
    cells, starts, sizes = np.unique(cell[order], return_index=True, return_counts=True)
    numbers = np.empty(len(cell), dtype="S11")
    for at in range(0, len(cells), CELLS_AT_A_TIME):
        block = slice(at, at + CELLS_AT_A_TIME)
        first, last = starts[block][0], starts[block][-1] + sizes[block][-1]
        people = order[first:last]
        numbers[people] = _numbers_of_cells(cells[block], sizes[block])
    return numbers


def _numbers_of_cells(cells: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """The numbers of some (day, kind, sex) cells, `sizes` of each, cell after cell."""
    stems = _stems(cells)
    year = (cells // 4).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    candidates = _candidates()[year - FIRST_YEAR, (cells // 2) % 2, cells % 2]
    # One in five has no control digits: enough candidates for the largest cell, or all there are.
    enough = min(candidates.shape[1], 40 + 2 * int(sizes.max()))
    row, position = np.nonzero(candidates[:, :enough] != NO_CANDIDATE)
    digits = np.concatenate([stems[row], _digits(candidates[row, position], 3)], axis=1)
    first, second = control_digits(digits)
    issued = (first != NO_DIGIT) & (second != NO_DIGIT)
    row, digits = row[issued], digits[issued]
    begins = np.searchsorted(row, np.arange(len(cells)))
    used = np.arange(len(row)) - begins[row] < sizes[row]
    if used.sum() != sizes.sum():
        crowded = int((np.bincount(row, minlength=len(cells)) < sizes).sum())
        raise TooManyOfOneDay(f"On {crowded} days more people of one sex are born than there are numbers for.")
    last = np.stack([first[issued][used], second[issued][used]], axis=1)
    eleven = np.concatenate([digits[used], last], axis=1).astype(np.uint8) + ord("0")
    return np.ascontiguousarray(eleven).view("S11")[:, 0]


@cache
def _candidates() -> NDArray[np.int16]:
    """Individual numbers in the order of use, by birth year (from FIRST_YEAR), kind (birth or D) and sex."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    table = np.full((len(years), 2, 2, MOST_CANDIDATES), NO_CANDIDATE, dtype=np.int16)
    for kind, series in enumerate((BIRTH_NUMBER_SERIES, D_NUMBER_SERIES)):
        for year in years:
            parts = [range(s.last, s.first - 1, -1) for s in series if s.born_from <= year <= s.born_to]
            individual = np.concatenate([np.array(part) for part in parts])
            for male in (0, 1):
                fits = individual[individual % 2 == male]
                table[year - FIRST_YEAR, kind, male, : len(fits)] = fits
    return table


def _stems(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first six digits of each cell's numbers."""
    day = (cells // 4).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    d_number = (cells // 2) % 2
    written_day = (day - month).astype(np.int64) + 1 + D_NUMBER_DAY * d_number
    written_month = (month - year).astype(np.int64) + 1 + SYNTHETIC_MONTH
    written_year = (year.astype(np.int64) + 1970) % 100
    return np.concatenate([_digits(written_day, 2), _digits(written_month, 2), _digits(written_year, 2)], axis=1)


def _digits(values: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """The last `count` decimal digits of each value, a column each."""
    powers = 10 ** np.arange(count - 1, -1, -1)
    return (values[:, None] // powers) % 10
