"""Millions of national identity numbers at a time: the rules of one number, column by column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from secure_zone.identity.control_digits import BEFORE_2032, FROM_2032, remainders
from secure_zone.identity.faults import Fault
from secure_zone.identity.kinds import Population, Scheme, Sex
from secure_zone.identity.series import BIRTH_YEARS, NO_YEAR
from secure_zone.identity.written import as_digits

NEW_SCHEME = date(2032, 1, 1)
D_NUMBER_DAY = 40
HELP_NUMBER_MONTH = 40
SYNTHETIC_MONTH = 80
# February has 29 days where any year with these two digits may have had them.
DAYS_IN_MONTH = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


UNKNOWN_SEX, FEMALE, MALE = 0, 1, 2
_SEX = {UNKNOWN_SEX: None, FEMALE: Sex.FEMALE, MALE: Sex.MALE}


@dataclass(frozen=True)
class ReadNumbers:
    """What each number says, row by row; in rows with a fault the other columns mean nothing.

    faults: codes of `Fault`, 0 where the number is valid. birth: days, NaT where the number does not tell. sex: 0 where
    it does not tell, 1 female, 2 male. scheme: codes of `Scheme`.
    """

    faults: NDArray[np.uint8]
    d_number: NDArray[np.bool_]
    synthetic: NDArray[np.bool_]
    scheme: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    birth: NDArray[np.datetime64]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """True where the number is valid."""
        return self.faults == Fault.NONE

    def counts(self) -> dict[Fault, int]:
        """How many rows have which fault; those without any fault are not in it."""
        found = np.bincount(self.faults, minlength=len(Fault))
        return {fault: int(found[fault]) for fault in Fault if fault and found[fault]}

    def sex_of(self, row: int) -> Sex | None:
        """The sex in one row, None where the number does not tell."""
        return _SEX[int(self.sex[row])]

    def birth_date_of(self, row: int) -> date | None:
        """The birth date in one row, None where the number does not tell."""
        day = self.birth[row]
        return None if np.isnat(day) else day.astype(object)


def read_numbers(
    values: Iterable[object] | pd.Series | pa.Array | pa.ChunkedArray | NDArray[np.generic],
    *,
    first_seen: date | None = None,
    population: Population = Population.BOTH,
) -> ReadNumbers:
    """Reads a column of numbers by the same rules as `parse`; never raises for what is in it.

    values: texts; whole numbers are taken too, with the leading zeros that they lost. first_seen and population: as in
    `secure_zone.identity.number.parse`. One million numbers take about a fifth of a second.
    """
    digits, faults = as_digits(values)
    day, month, year = (10 * digits[:, at].astype(np.int16) + digits[:, at + 1] for at in (0, 2, 4))
    individual = 100 * digits[:, 6].astype(np.int16) + 10 * digits[:, 7] + digits[:, 8]
    _mark(faults, (day >= 80) | ((month > HELP_NUMBER_MONTH) & (month <= HELP_NUMBER_MONTH + 12)), Fault.HELP_NUMBER)

    d_number = day > D_NUMBER_DAY
    synthetic = month > SYNTHETIC_MONTH
    day = day - D_NUMBER_DAY * d_number
    month = month - SYNTHETIC_MONTH * synthetic
    a_month = (month >= 1) & (month <= 12)
    longest = DAYS_IN_MONTH[np.where(a_month, month, 0)]
    longest = np.where((month == 2) & (year % 4 != 0), 28, longest)
    _mark(faults, ~a_month | (day < 1) | (day > longest), Fault.NO_SUCH_DATE)

    first, second = remainders(digits)
    _mark(faults, (first > FROM_2032[-1]) | (second != 0), Fault.CONTROL_DIGITS)

    birth_year = BIRTH_YEARS[d_number.view(np.int8), year, individual].astype(np.int32)
    # The number of the 29th of February says 1900, which had none.
    birth_year = np.where((birth_year == 1900) & (month == 2) & (day == 29), NO_YEAR, birth_year)
    fits_old = (first == BEFORE_2032) & (birth_year != NO_YEAR) & (birth_year < NEW_SCHEME.year)
    birth = _dates(birth_year, month, day)
    if first_seen is None:
        scheme = np.where(fits_old, Scheme.BEFORE_2032, Scheme.FROM_2032)
    elif first_seen < NEW_SCHEME:
        scheme = np.full(len(faults), Scheme.BEFORE_2032)
        _mark(faults, first != BEFORE_2032, Fault.NOT_YET_ISSUED)
        _mark(faults, birth_year == NO_YEAR, Fault.NO_SUCH_SERIES)
        _mark(faults, birth > np.datetime64(first_seen), Fault.NOT_BORN_YET)
    else:
        scheme = np.where(fits_old, Scheme.EITHER, Scheme.FROM_2032)
    if population is Population.SYNTHETIC:
        _mark(faults, ~synthetic, Fault.NOT_SYNTHETIC)
    elif population is Population.REAL:
        _mark(faults, synthetic, Fault.SYNTHETIC)

    tells = scheme == Scheme.BEFORE_2032
    sex = np.where(tells, np.where(digits[:, 8] % 2 == 0, FEMALE, MALE), UNKNOWN_SEX)
    return ReadNumbers(
        faults=faults,
        d_number=d_number,
        synthetic=synthetic,
        scheme=scheme.astype(np.uint8),
        sex=sex.astype(np.uint8),
        birth=np.where(tells & (faults == Fault.NONE), birth, np.datetime64("NaT", "D")),
    )


def _mark(faults: NDArray[np.uint8], wrong: NDArray[np.bool_], fault: Fault) -> None:
    """Notes the fault where it is the first."""
    faults[wrong & (faults == Fault.NONE)] = fault


def _dates(year: NDArray[np.integer], month: NDArray[np.integer], day: NDArray[np.integer]) -> NDArray[np.datetime64]:
    """Days, NaT where there is no year; nonsense where month and day are none, which the caller has marked."""
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (day.astype(np.int64) - 1)
    return np.where(year == NO_YEAR, np.datetime64("NaT", "D"), days)
