"""Rows by the values of one or more columns, in sorted order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import BadArgument


@dataclass(frozen=True)
class Groups:
    """code: (n,) 0..k-1 for each row; labels: k sorted rows of the `by` columns; without `by` there is one group."""

    code: np.ndarray
    labels: pd.DataFrame

    @property
    def count(self) -> int:
        return len(self.labels)

    @cached_property
    def members(self) -> list[np.ndarray]:
        """The positions of each group's rows, ascending."""
        order = np.argsort(self.code, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.code, minlength=self.count))[:-1])

    def beside(self, group: int, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with the columns of one group in front."""
        taken = [name for name in self.labels if name in frame.columns]
        if taken:
            raise BadArgument(f"The result has a column {taken[0]!r} of its own: rename the column given in by.")
        front = self.labels.iloc[np.full(len(frame), group)].reset_index(drop=True)
        return pd.concat([front, frame.reset_index(drop=True)], axis=1)

    def names(self) -> tuple[str, ...]:
        """One text for each group: `sex=1, age=2`."""
        return tuple(", ".join(f"{c}={v}" for c, v in row.items()) for _, row in self.labels.iterrows())


def by_columns(by: str | Sequence[str] | None) -> tuple[str, ...]:
    """`by` as a tuple of column names."""
    if by is None:
        return ()
    return (by,) if isinstance(by, str) else tuple(by)


def group_rows(data: pd.DataFrame, by: str | Sequence[str] | None, kept: np.ndarray) -> Groups:
    """The groups of the rows at positions `kept`; unused categories are no groups."""
    columns = list(by_columns(by))
    if not columns:
        return Groups(np.zeros(kept.size, dtype=np.intp), pd.DataFrame(index=[0]))
    rows = data[columns].iloc[kept].reset_index(drop=True)
    code = rows.groupby(columns, sort=True, observed=True).ngroup().to_numpy().astype(np.intp)
    first = np.full(code.max() + 1, -1)
    first[code[::-1]] = np.arange(code.size)[::-1]
    return Groups(code, rows.iloc[first].reset_index(drop=True))
