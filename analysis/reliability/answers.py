"""The answers that a scale's figures are computed from: complete rows, numbers only, every item varying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, ConstantColumn, NoRows, require_columns, row_labels


@dataclass(frozen=True)
class Answers:
    """`values` (n, items) of the rows that answered every item; `kept` are their positions in the frame."""

    values: np.ndarray
    names: tuple[str, ...]
    kept: np.ndarray
    n_dropped: int

    @property
    def n(self) -> int:
        return len(self.values)

    def covariance(self) -> np.ndarray:
        return np.cov(self.values, rowvar=False)

    def correlation(self) -> np.ndarray:
        return np.corrcoef(self.values, rowvar=False)


def numbers(items: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The columns as float64 with NaN where unanswered; text and infinite values are errors."""
    if not isinstance(items, pd.DataFrame):
        raise BadArgument("items is a frame with one column per item and one row per person.")
    chosen = list(items.columns) if columns is None else list(columns)
    require_columns(items, chosen)
    if len(set(chosen)) < len(chosen):
        twice = next(name for name in chosen if chosen.count(name) > 1)
        raise BadArgument(f"The item {twice!r} is named twice. Give each item once.")
    result = {}
    for name in chosen:
        try:
            values = items[name].to_numpy(dtype=float, na_value=np.nan)
        except (ValueError, TypeError) as error:
            raise BadArgument(f"The item {name!r} is not a number in every row. Recode its answers first.") from error
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            where = row_labels(items.index, infinite)
            raise BadArgument(f"The item {name!r} is infinite in {where}. Set those to missing first.")
        result[name] = values
    return pd.DataFrame(result, index=items.index)


def complete_answers(items: pd.DataFrame, columns: Sequence[str] | None = None, *, least: int = 2) -> Answers:
    """Rows that answered everything, with at least `least` items that all vary and at least three rows."""
    frame = numbers(items, columns)
    if frame.shape[1] < least:
        raise BadArgument(f"{frame.shape[1]} item(s) given; this needs {least} or more. Add the scale's other items.")
    values = frame.to_numpy()
    answered = ~np.isnan(values)
    kept = np.flatnonzero(answered.all(axis=1))
    for name, any_answer in zip(frame.columns, answered.any(axis=0), strict=True):
        if not any_answer:
            raise NoRows(f"The item {name!r} is missing in all {len(frame)} rows. Leave it out.")
    if len(kept) < 3:
        raise NoRows(f"Only {len(kept)} of {len(frame)} rows answered every item; 3 or more are needed.")
    values = np.ascontiguousarray(values[kept])
    for name, constant in zip(frame.columns, np.ptp(values, axis=0) == 0, strict=True):
        if constant:
            raise ConstantColumn(f"The item {name!r} has one answer in all {len(kept)} complete rows. Leave it out.")
    return Answers(values, tuple(str(name) for name in frame.columns), kept, len(frame) - len(kept))
