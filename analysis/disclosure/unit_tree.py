"""The organisation as arrays: units in a fixed order, each one's parent, and faults in it as sentences.

The order of units with equal claims is alphabetical by label, and a label is the same whether a unit's key is the
number 7, the float 7.0 or the text "7": so the plan does not depend on how a file happened to store its keys.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import BadArgument

Unit = Hashable


@dataclass(frozen=True, eq=False)
class UnitTree:
    """`units` (m,) the keys, parents after children; `parent` (m,) positions, -1 at the top; `at` key -> position."""

    units: list[Unit]
    parent: list[int]
    at: dict[Unit, int]

    @cached_property
    def levels(self) -> list[np.ndarray]:
        """The positions by level, the top first."""
        depth = np.zeros(len(self.units), dtype=np.int64)
        for position in range(len(self.units) - 1, -1, -1):
            if self.parent[position] >= 0:
                depth[position] = depth[self.parent[position]] + 1
        order = np.argsort(depth, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1) if len(order) else []

    @cached_property
    def above(self) -> np.ndarray:
        """`parent` as an array."""
        return np.array(self.parent, dtype=np.int64)

    def subtree_totals(self, own: np.ndarray) -> np.ndarray:
        """Sums of `own` (m,) over each unit and everything below it."""
        total = own.copy()
        for level in reversed(self.levels[1:]):
            np.add.at(total, self.above[level], total[level])
        return total

    def homes(self, shown: np.ndarray) -> np.ndarray:
        """For each unit itself or the nearest unit above it that is `shown` (m,) bool; -1 where there is none."""
        home = np.where(shown, np.arange(len(shown)), -1)
        for level in self.levels[1:]:
            home[level] = np.where(shown[level], level, home[self.above[level]])
        return home

    def positions(self, units: pd.Series) -> np.ndarray:
        """The position of each respondent's unit, -1 where the unit is missing; an unknown unit is an error."""
        codes, keys = pd.factorize(units, use_na_sentinel=True)
        unknown = sorted(label(key) for key in keys if key not in self.at)
        if unknown:
            raise BadArgument(f"There are answers for {', '.join(unknown[:10])}, which is no unit in `parents`.")
        return np.append(np.array([self.at[key] for key in keys], dtype=np.int64), -1)[codes]


def is_missing(key: object) -> bool:
    """Whether a key means "no unit": None, NaN, NaT or pandas' NA."""
    return key is None or key is pd.NA or key is pd.NaT or (isinstance(key, (float, np.floating)) and key != key)


def label(key: Unit) -> str:
    """The text that units are ordered by.

    >>> label(7), label(7.0), label(np.int64(7)), label("7"), label(True)
    ('7', '7', '7', '7', '1')
    """
    if isinstance(key, (bool, np.bool_)):
        return str(int(key))
    if isinstance(key, (float, np.floating)) and float(key).is_integer():
        return str(int(key))
    return str(key)


def unit_tree(parents: Mapping[Unit, Unit | None] | pd.Series) -> UnitTree:
    """The tree of `parents` (unit -> the unit above, or None or NaN at the top); several tops are allowed."""
    above: dict[Unit, Unit | None] = {}
    for unit, parent in parents.items():
        if is_missing(unit):
            raise BadArgument("A unit in `parents` has no key (None or NaN). Give it a name, or leave it out.")
        if unit in above:
            raise BadArgument(
                f"The unit {unit!r} is there twice; a unit belongs to exactly one unit above (RULES 4.4)."
            )
        above[unit] = None if is_missing(parent) else parent
    unknown = sorted({label(parent) for parent in above.values() if parent is not None and parent not in above})
    if unknown:
        raise BadArgument(
            f"These parents are not units themselves: {', '.join(unknown)}. Add each with its own parent."
        )
    children: dict[Unit | None, list[Unit]] = {}
    for unit in sorted(above, key=label):
        children.setdefault(above[unit], []).append(unit)
    downwards: list[Unit] = []
    level = children.get(None, [])
    while level:
        downwards += level
        level = [child for unit in level for child in children.get(unit, [])]
    if len(downwards) < len(above):
        ring = sorted(label(unit) for unit in set(above) - set(downwards))
        raise BadArgument(f"These units are above themselves, directly or in a ring: {', '.join(ring[:10])}.")
    downwards.reverse()
    at = {unit: position for position, unit in enumerate(downwards)}
    parent_at = [-1 if above[unit] is None else at[above[unit]] for unit in downwards]
    return UnitTree(downwards, parent_at, at)


def direct_counts(tree: UnitTree, direct: Mapping[Unit, int] | pd.Series) -> tuple[np.ndarray, int]:
    """(answers that belong to each unit itself, answers that belong to no unit: those with a missing key)."""
    own = np.zeros(len(tree.units), dtype=np.int64)
    outside = 0
    for unit, count in direct.items():
        n = _whole_number(unit, count)
        if is_missing(unit):
            outside += n
        elif unit not in tree.at:
            raise BadArgument(f"There are answers for {unit!r}, which is not a unit in `parents`.")
        else:
            own[tree.at[unit]] += n
    return own, outside


def _whole_number(unit: Unit, count: object) -> int:
    if isinstance(count, (bool, np.bool_)):
        return int(count)
    if isinstance(count, (int, np.integer)) and count >= 0:
        return int(count)
    if isinstance(count, (float, np.floating)) and count >= 0 and float(count).is_integer():
        return int(count)
    raise BadArgument(f"The number of answers for {unit!r} is {count!r}; it must be a whole number from 0.")
