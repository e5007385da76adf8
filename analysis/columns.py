"""One column of a frame as a plain array: numbers as numpy, everything else as categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandas.api import types

from analysis.errors import BadArgument

Column: TypeAlias = np.ndarray | pd.Categorical

# A range of integers this wide is counted in one pass; beyond it, hashing is leaner.
WIDEST_RANGE = 1 << 16


def missing_rows(data: pd.DataFrame, columns: Sequence[str]) -> np.ndarray | None:
    """True where any of the columns is missing, or None when nothing is."""
    missing: np.ndarray | None = None
    for column in dict.fromkeys(columns):
        gaps = _missing(data[column])
        if gaps is not None:
            missing = gaps if missing is None else missing | gaps
    return missing


def _missing(series: pd.Series) -> np.ndarray | None:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biu":
        return None
    gaps = np.asarray(series.isna())
    return gaps if gaps.any() else None


def plain_column(series: pd.Series, name: str, kept: np.ndarray | None = None) -> Column:
    """The kept rows as bool, int or float64 (numbers of every dtype) or as a Categorical (text and categories).

    The kept rows must have no gaps. Levels that no kept row has are left out, as glm and coxph do.
    """
    if kept is not None:
        series = series.iloc[kept]
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _used_categories(series.array)
    if types.is_bool_dtype(dtype):
        return series.to_numpy(dtype=bool)
    if types.is_integer_dtype(dtype):
        return series.to_numpy(dtype=np.int64)
    if types.is_float_dtype(dtype):
        return series.to_numpy(dtype=np.float64)
    if types.is_string_dtype(dtype) and not types.is_object_dtype(dtype):
        return _as_text(series)
    if types.is_complex_dtype(dtype) or types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        raise BadArgument(_not_usable(name, dtype))
    return _from_objects(series, name)


def _used_categories(values: pd.Categorical) -> pd.Categorical:
    """Without the categories that no value has; the very same object where there are none such."""
    codes, known = values.codes, len(values.categories)
    if len(codes) > known and len(np.unique(codes[:WIDEST_RANGE])) == known:
        return values
    used: pd.Categorical = values.remove_unused_categories()
    return used


def _from_objects(series: pd.Series, name: str) -> Column:
    match types.infer_dtype(series, skipna=True):
        case "string":
            return _as_text(series)
        case "boolean":
            return series.to_numpy(dtype=bool)
        case "integer":
            return series.to_numpy(dtype=np.int64)
        case "floating" | "mixed-integer-float" | "decimal":
            return series.to_numpy(dtype=np.float64)
        case "categorical":  # an arrow dictionary
            return _as_text(series.astype(object))
    raise BadArgument(_not_usable(name, series.dtype))


def _not_usable(name: str, dtype: object) -> str:
    return (
        f"The column {name!r} has the type {dtype}, which a model cannot use: turn it into numbers "
        "(years, days since baseline) or categories first."
    )


def _as_text(series: pd.Series) -> pd.Categorical:
    codes, levels = pd.factorize(series, sort=True)
    return pd.Categorical.from_codes(codes, categories=pd.Index(levels.astype(str)))


def factorise(column: Column) -> tuple[np.ndarray, pd.Index]:
    """(codes, levels): the sorted distinct values, and for each row the position of its value among them.

    >>> codes, levels = factorise(np.array([30, 10, 30]))
    >>> codes.tolist(), levels.tolist()
    ([1, 0, 1], [10, 30])
    """
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories
    if column.dtype == bool:
        seen = [value for value in (False, True) if (column == value).any()]
        return (column.astype(np.intp) if len(seen) == 2 else np.zeros(len(column), np.intp)), pd.Index(seen)
    if column.dtype.kind in "iu" and len(column):
        low, high = int(column.min()), int(column.max())
        if high - low < WIDEST_RANGE:
            shifted = column - low
            present = np.bincount(shifted, minlength=high - low + 1) > 0
            levels = pd.Index(np.flatnonzero(present) + low)
            return shifted if present.all() else (np.cumsum(present) - 1)[shifted], levels
    codes, values = pd.factorize(column, sort=True)
    return codes, pd.Index(values)
