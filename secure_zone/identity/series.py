"""Which individual numbers (digits 7 to 9) belong to which years of birth, in numbers issued before 2032.

Sources: Skatteetaten on fødselsnummer; for D-numbers the extension of the series announced 24 June 2021 ("Utvidelse av
D-nummerserien"), which moved series that were hardly used to the years that had run full. From 2032 the individual
number says nothing about the century.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Series:
    """Individual numbers `first` to `last`, given to people born `born_from` to `born_to`, all ends included."""

    first: int
    last: int
    born_from: int
    born_to: int


BIRTH_NUMBER_SERIES = (
    Series(0, 499, 1900, 1999),
    Series(500, 749, 1854, 1899),
    Series(500, 999, 2000, 2039),
    Series(900, 999, 1940, 1999),
)
D_NUMBER_SERIES = (
    Series(0, 199, 1900, 1939),
    Series(200, 999, 2000, 2039),
    Series(500, 599, 1858, 1899),
    Series(0, 499, 1940, 1999),
    Series(600, 999, 1940, 1999),
)
NO_YEAR = 0


def _years(series: tuple[Series, ...]) -> NDArray[np.int16]:
    """A table of birth years by two-digit year and individual number; NO_YEAR where nothing is issued."""
    table = np.full((100, 1000), NO_YEAR, dtype=np.int16)
    for one in series:
        for year in range(one.born_from, one.born_to + 1):
            table[year % 100, one.first : one.last + 1] = year
    table.flags.writeable = False
    return table


# First index: 0 for birth numbers, 1 for D-numbers.
BIRTH_YEARS = np.stack([_years(BIRTH_NUMBER_SERIES), _years(D_NUMBER_SERIES)])
BIRTH_YEARS.flags.writeable = False
