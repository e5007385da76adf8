"""Which combinations of 0/1 rows over people are about few of them: whole-number elimination over groups (RULES 3.7).

People whom no row tells apart are one group. A combination that is about fewer than `limit` people is zero on every
group of that size or more. So rows take their pivots in large groups first; what has no pivot there is all that
remains to be searched, and usually it is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

import numpy as np

Vector = dict[int, int]

# A row whose search takes longer than this is refused: what cannot be settled is not safe.
MOST_STEPS = 100
FEW_ROWS = 3


class _Unsettled(Exception):
    """The search took too many steps."""


def groups_of(rows: list[np.ndarray], people: int) -> tuple[np.ndarray, np.ndarray]:
    """(group of each person, size of each group) by the rows (positions of people) that they are in.

    Groups are numbered by their first person, so that plans do not depend on the random marks used here.
    """
    marks = np.random.default_rng().integers(1, 1 << 62, size=max(1, len(rows)), dtype=np.uint64)
    pattern = np.zeros(people, dtype=np.uint64)
    for row, mark in zip(rows, marks, strict=False):
        pattern[row] += mark
    _, first, group, sizes = np.unique(pattern, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[group], sizes[order]


@dataclass(eq=False)
class Span:
    """The rows accepted so far, as vectors over groups. `sizes`: people in each group."""

    sizes: list[int]
    limit: int
    _pivots: dict[int, tuple[int, Vector]] = field(default_factory=dict)
    _light: list[Vector] = field(default_factory=list)

    def judge(self, row: set[int]) -> set[int] | None:
        """The groups of a combination with `row` that is about too few people, or None where there is none.

        The empty set means that the search could not settle it.
        """
        rest = self._reduce(row)
        if not rest or any(self.sizes[group] >= self.limit for group in rest):
            return None
        linked = _linked(rest, self._light)
        if len(linked) > FEW_ROWS and _all_wide([*linked, rest], self.sizes, self.limit - 1):
            return None
        try:
            return _few([*linked, rest], self.sizes, frozenset(), self.limit - 1, [MOST_STEPS])
        except _Unsettled:
            return set()

    def new_in(self, row: set[int]) -> set[int]:
        """The groups of `row` that it tells something new about."""
        return row.intersection(self._reduce(row))

    def accept(self, row: set[int]) -> None:
        rest = self._reduce(row)
        if not rest:
            return
        pivot = max(rest, key=lambda group: (self.sizes[group], -group))
        if self.sizes[pivot] < self.limit:
            self._light.append(rest)
        self._pivots[pivot] = (len(self._pivots), rest)

    def _reduce(self, row: set[int]) -> Vector:
        rest: Vector = dict.fromkeys(row, 1)
        while True:
            held = [group for group in rest if group in self._pivots]
            if not held:
                return rest
            pivot = min(held, key=lambda group: self._pivots[group][0])
            rest = _without(rest, self._pivots[pivot][1], pivot)


def _without(row: Vector, other: Vector, group: int) -> Vector:
    """A multiple of `row` minus a multiple of `other` that is zero in `group`, in lowest terms."""
    a, b = other[group], row[group]
    left = {g: a * value for g, value in row.items()}
    for g, value in other.items():
        left[g] = left.get(g, 0) - b * value
    common = gcd(*left.values())
    return {g: value // common for g, value in left.items() if value} if common else {}


def _linked(row: Vector, others: list[Vector]) -> list[Vector]:
    """Those rows that share groups with `row`, directly or through each other."""
    groups = set(row)
    waiting, linked = list(others), list[Vector]()
    while True:
        apart: list[Vector] = []
        touching: list[Vector] = []
        for other in waiting:
            (apart if groups.isdisjoint(other) else touching).append(other)
        if not touching:
            return linked
        linked += touching
        groups.update(*touching)
        waiting = apart


def _zero_on(rows: list[Vector], group: int) -> list[Vector]:
    """A basis of the combinations that vanish on one group."""
    having = [row for row in rows if group in row]
    if not having:
        return rows
    pivot = min(having, key=len)
    kept = [row for row in rows if group not in row]
    return kept + [_without(row, pivot, group) for row in having if row is not pivot]


def _all_wide(rows: list[Vector], sizes: list[int], budget: int) -> bool:
    """Whether every combination is about more than `budget` people, told from independent choices of pivots.

    Where the pivots of several complete eliminations lie in different groups, a combination about few people misses
    most of them: with more than `budget` eliminations all pivots of one, so it is zero; with more than half as many
    all but one pivot of one, so it is one of its rows.
    """
    free = {group for row in rows for group in row}
    rounds: list[list[Vector]] = []
    while len(rounds) <= budget:
        found = _eliminated(rows, free)
        if found is None:
            break
        rows = found
        rounds.append(rows)
    if len(rounds) > budget:
        return True
    if 2 * len(rounds) <= budget:
        return False
    return all(sum(sizes[group] for group in row) > budget for rows in rounds for row in rows)


def _eliminated(rows: list[Vector], free: set[int]) -> list[Vector] | None:
    """The rows with a pivot each among the `free` groups, which it takes from them; None where they do not suffice."""
    rows = list(rows)
    for i in range(len(rows)):
        pivot = min((group for group in rows[i] if group in free), default=None)
        if pivot is None:
            return None
        free.remove(pivot)
        rows = [row if k == i or pivot not in row else _without(row, rows[i], pivot) for k, row in enumerate(rows)]
    return rows


def _few(rows: list[Vector], sizes: list[int], taken: frozenset[int], budget: int, steps: list[int]) -> set[int] | None:
    """The groups of a combination of independent `rows` that is zero outside `taken` and at most `budget` others.

    Groups on which all combinations agree up to a factor vanish together, so they count as one.
    """
    while rows:
        steps[0] -= 1
        if steps[0] < 0:
            raise _Unsettled
        weight = _weights(rows, sizes, taken)
        if not weight:
            return set(rows[0])
        group = max(weight, key=lambda g: (weight[g], -g))
        if weight[group] > budget:
            rows = _zero_on(rows, group)
            continue
        alike = frozenset(_alike(rows, group))
        found = _few(rows, sizes, taken | alike, budget - weight[group], steps)
        if found is not None:
            return found
        rows = _zero_on(rows, group)
    return None


def _weights(rows: list[Vector], sizes: list[int], taken: frozenset[int]) -> dict[int, int]:
    """People by class of groups that vanish together, each class under one of its groups."""
    classes: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for group in sorted({g for row in rows for g in row} - taken):
        classes.setdefault(_direction(rows, group), []).append(group)
    return {members[0]: sum(sizes[g] for g in members) for members in classes.values()}


def _alike(rows: list[Vector], group: int) -> list[int]:
    wanted = _direction(rows, group)
    return [g for g in {g for row in rows for g in row} if _direction(rows, g) == wanted]


def _direction(rows: list[Vector], group: int) -> tuple[tuple[int, int], ...]:
    column = [(i, row[group]) for i, row in enumerate(rows) if group in row]
    common = gcd(*(value for _, value in column)) * (1 if column[0][1] > 0 else -1)
    return tuple((i, value // common) for i, value in column)
