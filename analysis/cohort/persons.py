"""Persons as numbers, in the order of their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, row_labels

# Whole-number ids that span no more than this are used as they are; others are looked up.
WIDEST = 1 << 31


@dataclass(frozen=True, eq=False)
class Persons:
    """Codes 0..count-1, ordered as the ids, not all of them in use; `numbers` (n,) are the codes plus `lowest`."""

    numbers: np.ndarray
    lowest: int
    count: int
    ids: pd.Index | None

    def code(self, rows: slice = slice(None)) -> np.ndarray:
        """A new int64 array of codes of some of the rows."""
        return np.subtract(self.numbers[rows], self.lowest, dtype=np.int64)

    def labels(self, code: np.ndarray) -> Any:
        """The ids of codes, in the type of the column they came from."""
        if self.ids is not None:
            return self.ids.take(code).array
        code += self.lowest
        return code.astype(self.numbers.dtype, copy=False)


def number_persons(column: pd.Series) -> Persons:
    """Ids of any kind (numbers, text, categories, UUIDs) as codes."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and len(column):
        values = column.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < WIDEST and high < np.iinfo(np.int64).max:
            return Persons(values, low, high - low + 1, None)
    codes, found = pd.factorize(column)
    if (codes < 0).any():
        where = row_labels(column.index, np.flatnonzero(codes < 0))
        raise BadArgument(f"{column.name!r} is missing in {where}: every row belongs to someone.")
    ids = pd.Index(found)
    try:
        order = np.asarray(ids.argsort())
    except TypeError:  # ids that cannot be compared stay in the order of their first row
        order = np.arange(len(ids))
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return Persons(rank[codes], 0, len(ids), ids.take(order))
