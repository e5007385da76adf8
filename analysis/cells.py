"""Rows with the same covariates are one cell: a million answers to a few questions are a few thousand cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.columns import Column, factorise

# Collapsing pays while there are at least this many rows of the data for a cell; keys are numbered up to this size.
FEWEST_ROWS_PER_CELL = 2
LARGEST_KEY_SPACE = 1 << 22
SAMPLE = 4096


@dataclass(frozen=True, eq=False)
class Cells:
    """`code` (n,) is each row's cell, `first` (k,) a row of each cell, `count` (k,) its number of rows."""

    code: np.ndarray
    first: np.ndarray
    count: np.ndarray


def find_cells(columns: Sequence[Column], n: int) -> Cells | None:
    """The cells of `n` rows by the distinct combinations of `columns`; None where there are too many to gain by it.

    >>> import numpy as np
    >>> from analysis.cells import find_cells
    >>> cells = find_cells([np.array([1, 2, 1, 1]), np.array([0.5, 0.5, 0.5, 0.5])], 4)
    >>> cells.code.tolist(), cells.count.tolist()
    ([0, 1, 0, 0], [3, 1])
    """
    most = n // FEWEST_ROWS_PER_CELL
    key = np.zeros(n, dtype=np.int32)
    space = 1
    for column in columns:
        if _too_many_values(column, most):
            return None
        codes, levels = factorise(column)
        if space * len(levels) > LARGEST_KEY_SPACE:
            key, space = _compressed(key, space)
        if space * len(levels) > LARGEST_KEY_SPACE:
            found, pairs = pd.factorize(key.astype(np.int64) * len(levels) + codes)
            key, space = found.astype(np.int32), len(pairs)
        elif space == 1:
            key, space = codes.astype(np.int32), len(levels)
        else:
            key *= np.int32(len(levels))
            key += codes.astype(np.int32, copy=False)
            space *= len(levels)
        if space > LARGEST_KEY_SPACE and space > most:
            return None
    code, k = _compressed(key, space)
    if k > most:
        return None
    first = np.empty(k, dtype=np.intp)
    first[code] = np.arange(n)
    return Cells(code, first, np.bincount(code, minlength=k))


def _too_many_values(column: Column, most: int) -> bool:
    """Whether a sample already has so many distinct values that the column looks continuous."""
    if isinstance(column, pd.Categorical) or column.dtype == bool:
        return False
    sample = column[:: max(1, len(column) // SAMPLE)]
    return len(np.unique(sample)) > min(most, len(sample) // 2)


def _compressed(key: np.ndarray, space: int) -> tuple[np.ndarray, int]:
    """Keys renumbered so that each number from 0 is in use, and how many there are."""
    present = np.bincount(key, minlength=space) > 0
    if present.all():
        return key, space
    return (np.cumsum(present, dtype=np.int32) - np.int32(1))[key], int(present.sum())
