"""Columns of a frame as numbers: what kind each is, its codes, and its columns in a design matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from analysis.errors import BadArgument, NoRows

# More levels than this in a text column is a name or an identifier, not a category (mice has the same limit).
MOST_LEVELS = 50

METHODS = ("pmm", "logistic", "multinomial", "ordered")


@dataclass(frozen=True)
class Variable:
    """A column as numbers: `values` (n,) its numbers or level codes (NaN where missing), `levels` None for numbers.

    `method` says how it is imputed, whether or not anything is missing; `missing` are the positions of its gaps. In a
    design numbers are centred and scaled, which changes no prediction and keeps digits.
    """

    name: str
    values: np.ndarray
    levels: pd.Index | None
    method: str
    missing: np.ndarray
    centre: float = 0.0
    scale: float = 1.0

    @property
    def width(self) -> int:
        """Number of design columns: one, or one for each level but the first."""
        return 1 if self.levels is None else max(len(self.levels) - 1, 1)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Design columns (n, width) of these values."""
        if self.levels is None or len(self.levels) <= 2:
            return ((values - self.centre) / self.scale)[:, None]
        return (values[:, None] == np.arange(1, len(self.levels))).astype(float)

    def decode(self, values: np.ndarray) -> pd.Index | np.ndarray:
        """Imputed numbers or codes as values of the column."""
        return values if self.levels is None else self.levels[values.astype(int)]


def read_variable(column: pd.Series, name: str, method: str | None) -> Variable:
    """The column as a Variable, with `method` or the one that suits its type; an error where nothing can be learned."""
    gaps = column.isna().to_numpy()
    if gaps.all():
        raise NoRows(f"{name!r} is missing in all {len(column)} rows, so nothing can be learned. Put it in exclude.")
    if method is not None and method not in METHODS:
        raise BadArgument(f"The method of {name!r} is one of {', '.join(METHODS)}; it was {method!r}.")
    dtype = column.dtype
    numeric = types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        raise BadArgument(f"{name!r} holds dates. Put it in exclude, or make a number of it, such as age in years.")
    if numeric and types.is_complex_dtype(dtype):
        raise BadArgument(f"{name!r} holds complex numbers. Put it in exclude.")
    if numeric:
        values = column.to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            raise BadArgument(f"{name!r} has infinite values. Set them to missing first.")
        seen = np.unique(values[~gaps])
        chosen = method or ("logistic" if len(seen) == 2 and gaps.any() else "pmm")
        if chosen == "pmm":
            centre, scale = float(values[~gaps].mean()), float(values[~gaps].std())
            return Variable(name, values, None, "pmm", np.flatnonzero(gaps), centre, scale or 1.0)
        levels = pd.Index(seen)
    else:
        if isinstance(dtype, pd.CategoricalDtype):
            levels = column.cat.remove_unused_categories().cat.categories
        else:
            levels = pd.Index(pd.unique(column[~gaps])).sort_values(key=lambda level: level.astype(str))
        if len(levels) > MOST_LEVELS:
            raise BadArgument(
                f"{name!r} has {len(levels)} different texts, more than {MOST_LEVELS}. If it is a name or an "
                "identifier, put it in exclude; if a category, merge levels."
            )
        ordered = isinstance(dtype, pd.CategoricalDtype) and bool(dtype.ordered)
        chosen = method or ("logistic" if len(levels) <= 2 else "ordered" if ordered else "multinomial")
        if chosen == "pmm":
            raise BadArgument(f'{name!r} is not a number, so "pmm" cannot impute it. Use "multinomial" or "ordered".')
    if chosen == "logistic" and len(levels) > 2:
        raise BadArgument(f'{name!r} has {len(levels)} values, so "logistic" cannot impute it. Use "multinomial".')
    codes = levels.get_indexer(pd.Index(column)).astype(float)
    codes[gaps] = np.nan
    return Variable(name, codes, levels, chosen, np.flatnonzero(gaps))
