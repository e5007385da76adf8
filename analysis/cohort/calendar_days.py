"""Dates of people as day numbers: missing dates that mean "never", birthdays, calendar years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cohort.day_numbers import day_column

NEVER = np.int64(1) << 40
DAYS_PER_YEAR = 365.25


def days_or_never(frame: pd.DataFrame, column: str) -> np.ndarray:
    """(n,) day numbers of a column of dates; NEVER where it is missing, and everywhere if there is no such column."""
    days = np.full(len(frame), NEVER)
    if column in frame.columns:
        known = np.flatnonzero(frame[column].notna().to_numpy())
        if known.size:
            days[known] = day_column(frame[column].iloc[known]).days()
    return days


def day_number(date: object) -> int:
    """One date (datetime, `date`, ISO text, day number) as a day number."""
    return int(day_column(pd.Series([date], name="date")).days()[0])


def birthday(birth: np.ndarray, age: np.ndarray | int) -> np.ndarray:
    """The day number on which people born on day `birth` become `age`; 29 February is 1 March in other years."""
    dates = birth.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day_of_month = (dates - months.astype("datetime64[D]")).astype(np.int64)
    return (months + 12 * np.asarray(age)).astype("datetime64[D]").astype(np.int64) + day_of_month


def age_on(birth: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whole years of age on a day."""
    age = year_of(day) - year_of(birth)
    return age - (birthday(birth, age) > day)


def year_of(day: np.ndarray) -> np.ndarray:
    """Calendar year of day numbers."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def first_of_year(year: np.ndarray) -> np.ndarray:
    """Day number of 1 January."""
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
