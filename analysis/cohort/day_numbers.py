"""Dates as whole days, so that spells are arithmetic on integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from analysis.errors import BadTimes, row_labels

# Units in a day. numpy's own conversion between units is several times slower than a product.
PER_DAY = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
NO_DATE = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class DayColumn:
    """A date column without a copy: `values` (n,) int64 counts of `unit` since 1970; unit None is day numbers."""

    values: np.ndarray
    unit: str | None

    @property
    def per_day(self) -> int:
        return 1 if self.unit is None else PER_DAY[self.unit]

    def days(self, rows: slice = slice(None)) -> np.ndarray:
        """Day numbers of some of the rows. A time of day is left out."""
        return self.values[rows] // self.per_day if self.per_day > 1 else self.values[rows]

    @property
    def first(self) -> int:
        return int(self.values.min()) // self.per_day

    @property
    def last(self) -> int:
        return int(self.values.max()) // self.per_day

    def column(self, days: np.ndarray) -> np.ndarray:
        """Day numbers (overwritten) as the kind of column these came from."""
        if self.unit is None:
            return days
        days *= self.per_day
        return days.view(f"datetime64[{self.unit}]")


def day_column(column: pd.Series) -> DayColumn:
    """Reads datetimes of every unit (with a time zone: the local date), Arrow dates, `date` objects, ISO text, and
    whole numbers, which are day numbers already. A missing date is an error: an open spell has no length."""
    if not isinstance(column.dtype, np.dtype) or column.dtype == object:
        _refuse_gaps(column, np.flatnonzero(column.isna()))
    if types.is_integer_dtype(column.dtype):
        return DayColumn(column.to_numpy(dtype=np.int64), None)
    of_dates = types.is_datetime64_any_dtype(column.dtype) and not isinstance(column.dtype, pd.ArrowDtype)
    dates = column if of_dates else _parsed(column)
    if getattr(dates.dtype, "tz", None) is not None:
        dates = dates.dt.tz_localize(None)
    values = dates.to_numpy()
    counts = values.view(np.int64)
    if counts.size and counts.min() == NO_DATE:
        _refuse_gaps(column, np.flatnonzero(counts == NO_DATE))
    return DayColumn(counts, np.datetime_data(values.dtype)[0])


def _refuse_gaps(column: pd.Series, gaps: np.ndarray) -> None:
    if gaps.size:
        raise BadTimes(
            f"{column.name!r} is missing in {row_labels(column.index, gaps)}. Close open spells at the end of the "
            "register, or leave those rows out."
        )


def _parsed(column: pd.Series) -> pd.Series:
    if types.is_float_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
        raise BadTimes(f"{column.name!r} holds {column.dtype}, not dates.")
    codes, distinct = pd.factorize(column)
    try:
        # Only ISO: of 05.02.2024 nobody could tell whether it was read as February or May.
        dates = pd.to_datetime(pd.Index(distinct).astype(object), format="ISO8601")
    except (ValueError, TypeError) as error:
        reason = str(error).splitlines()[0].removesuffix(". You might want to try:")
        raise BadTimes(
            f"{column.name!r} cannot be read as dates: {reason}. Use datetimes, or text such as 2024-01-31; other "
            "text is read by pandas.to_datetime(column, format='%d.%m.%Y')."
        ) from error
    return pd.Series(dates.to_numpy()[codes], index=column.index, name=column.name, copy=False)
