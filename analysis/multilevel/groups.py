"""Rows gathered by group: sorted once, so that every sum over groups is one pass over contiguous memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import TooFewGroups


@dataclass(frozen=True)
class Groups:
    """The units (workplaces, persons) that rows belong to.

    `labels` has one entry per group, `order` puts the rows in order of group (stable: rows of a group keep theirs),
    `starts` and `sizes` say where each group lies in that order, `codes` is the group number of each row in that order.
    """

    labels: pd.Index
    order: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    codes: np.ndarray

    @property
    def count(self) -> int:
        return len(self.labels)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum by group of values in sorted order, (n,) -> (groups,) or (n, p) -> (groups, p)."""
        return np.add.reduceat(values, self.starts, axis=0)

    def positions(self) -> np.ndarray:
        """0, 1, 2 ... within each group, in sorted order."""
        return np.arange(len(self.codes)) - np.repeat(self.starts, self.sizes)


def gather(data: pd.DataFrame, group: str, kept: np.ndarray, *, shared: bool = True) -> Groups:
    """Groups of the rows at positions `kept`; TooFewGroups below two, or (`shared`) where every group is one row."""
    column = data[group]
    if len(kept) < len(column):
        column = column.iloc[kept]
    codes, labels = pd.factorize(column, sort=True)
    if len(labels) < 2:
        raise TooFewGroups(
            f"Column {group!r} has {len(labels)} group in the {len(kept)} complete rows; this needs two or more. "
            "Give the column that tells the units apart."
        )
    if shared and len(labels) == len(codes):
        raise TooFewGroups(
            f"Every row has a {group!r} of its own, so between and within groups cannot be told apart. "
            "Give a column whose values are shared by several rows."
        )
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes, minlength=len(labels))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return Groups(pd.Index(labels), order, starts, sizes, codes[order])
