"""Sex and birth date: from the number where it tells them, else from fields of their own (RULES 2.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secure_zone.identity.many import UNKNOWN_SEX, ReadNumbers


@dataclass(frozen=True)
class SexAndBirth:
    """Row by row: sex (0 unknown, 1 female, 2 male), birth date (NaT unknown), and where number and field disagree.

    Where they disagree, `sex` and `birth` hold what the number says; a custodian decides.
    """

    sex: NDArray[np.uint8]
    birth: NDArray[np.datetime64]
    differs: NDArray[np.bool_]


def sex_and_birth(
    numbers: ReadNumbers, *, sex: NDArray[np.integer] | None = None, birth: NDArray[np.datetime64] | None = None
) -> SexAndBirth:
    """What is known of each person; rows with an invalid number have what their fields say.

    sex: 0 unknown, 1 female, 2 male; birth: days, NaT unknown. Either field may be left out.
    """
    told_sex = np.where(numbers.valid, numbers.sex, UNKNOWN_SEX).astype(np.uint8)
    told_birth = np.where(numbers.valid, numbers.birth, np.datetime64("NaT", "D"))
    field_sex = np.full_like(told_sex, UNKNOWN_SEX) if sex is None else np.asarray(sex, dtype=np.uint8)
    field_birth = np.full_like(told_birth, "NaT") if birth is None else np.asarray(birth, dtype="datetime64[D]")
    other_sex = (told_sex != UNKNOWN_SEX) & (field_sex != UNKNOWN_SEX) & (told_sex != field_sex)
    other_birth = ~np.isnat(told_birth) & ~np.isnat(field_birth) & (told_birth != field_birth)
    return SexAndBirth(
        sex=np.where(told_sex == UNKNOWN_SEX, field_sex, told_sex),
        birth=np.where(np.isnat(told_birth), field_birth, told_birth),
        differs=other_sex | other_birth,
    )


def ages_on(birth: NDArray[np.datetime64], day: np.datetime64) -> NDArray[np.float64]:
    """Completed years on `day` by the calendar, NaN where the birth date is unknown."""
    born = birth.astype("datetime64[D]")
    year, now = born.astype("datetime64[Y]"), day.astype("datetime64[Y]")
    years = (now - year).astype(float)
    # Month and day of month, compared as one number.
    passed = _month_and_day(np.asarray(day, dtype="datetime64[D]")) >= _month_and_day(born)
    return np.where(np.isnat(born), np.nan, years - ~passed)


def _month_and_day(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    months = days.astype("datetime64[M]")
    month = (months - days.astype("datetime64[Y]").astype("datetime64[M]")).astype(np.int64)
    return month * 32 + (days - months.astype("datetime64[D]")).astype(np.int64)
