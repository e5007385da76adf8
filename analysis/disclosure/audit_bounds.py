"""The audit's bounds: what the figures and the ends of the scale say about each small group.

A figure that shares no group with another bounds its groups by arithmetic; where figures share groups a linear program
(HiGHS) does. Groups in figures near an end of the scale come first, for only there bounds can be tight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import linprog

# Two linear programs for each group, up to this many groups.
MOST_GROUPS = 60

Row = tuple[dict[int, int], float]


def tight_groups(
    rows: Sequence[Row], sizes: np.ndarray, items: int, scale: tuple[float, float], limit: int, tight: float
) -> Iterator[set[int]]:
    """Each group of fewer than `limit` people whose mean is known within the share `tight` of the scale's width.

    `rows`: (whole-number weight by column, total); a column is group * items + item. `sizes`: people in each group.
    """
    small = sizes < limit
    together: list[tuple[float, list[Row], list[int]]] = []
    for part in _separate([row for row in rows if np.isfinite(row[1])]):
        columns = sorted({column for weights, _ in part for column in weights if small[column // items]})
        if columns:
            slack = min(_slack(row, sizes, items, scale) for row in part)
            together.append((slack, part, columns))
    together.sort(key=lambda entry: entry[0])
    told: set[int] = set()
    programs = 0
    for _, part, columns in together:
        for column in columns:
            group = column // items
            if group in told or (len(part) > 1 and programs >= MOST_GROUPS):
                continue
            programs += len(part) > 1
            width = _width(part, column, sizes, items, scale)
            if width is not None and width < tight * (scale[1] - scale[0]) * sizes[group]:
                told.add(group)
                yield {group}


def _separate(rows: Sequence[Row]) -> list[list[Row]]:
    """Parts of the rows that share no column."""
    root: dict[int, int] = {}

    def find(column: int) -> int:
        while root.setdefault(column, column) != column:
            root[column] = root[root[column]]
            column = root[column]
        return column

    for weights, _ in rows:
        first, *others = weights
        for other in others:
            root[find(other)] = find(first)
    parts: dict[int, list[Row]] = {}
    for row in rows:
        parts.setdefault(find(next(iter(row[0]))), []).append(row)
    return list(parts.values())


def _ends(row: Row, sizes: np.ndarray, items: int, scale: tuple[float, float]) -> tuple[float, float]:
    """The least and the greatest total that the scale allows for a row."""
    low, high = scale
    people = [(weight, sizes[column // items]) for column, weight in row[0].items()]
    least = sum(weight * n * (low if weight > 0 else high) for weight, n in people)
    return least, sum(weight * n * (high if weight > 0 else low) for weight, n in people)


def _slack(row: Row, sizes: np.ndarray, items: int, scale: tuple[float, float]) -> float:
    least, most = _ends(row, sizes, items, scale)
    return float(min(row[1] - least, most - row[1]))


def _width(part: list[Row], column: int, sizes: np.ndarray, items: int, scale: tuple[float, float]) -> float | None:
    """How far the total of one column can vary, or None where the figures do not fit the scale."""
    whole = float(sizes[column // items] * (scale[1] - scale[0]))
    if len(part) == 1:
        least, most = _ends(part[0], sizes, items, scale)
        total, weight = part[0][1], abs(part[0][0][column])
        up = min(whole, (total - least) / weight)
        down = min(whole, (most - total) / weight)
        return max(0.0, up + down - whole)
    columns = sorted({c for weights, _ in part for c in weights})
    place = {c: k for k, c in enumerate(columns)}
    matrix = np.zeros((len(part), len(columns)))
    for i, (weights, _) in enumerate(part):
        for c, weight in weights.items():
            matrix[i, place[c]] = weight
    people = np.array([sizes[c // items] for c in columns], dtype=float)
    bounds = np.column_stack([people * scale[0], people * scale[1]])
    ends = []
    for sign in (1.0, -1.0):
        objective = np.zeros(len(columns))
        objective[place[column]] = sign
        solved = linprog(objective, A_eq=matrix, b_eq=[total for _, total in part], bounds=bounds, method="highs")
        if not solved.success:
            return None
        ends.append(sign * float(solved.fun))
    return ends[1] - ends[0]
