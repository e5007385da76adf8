"""The plan of a unit tree against every other nested plan, on trees small enough to try them all."""

from __future__ import annotations

import itertools
import random

import pytest

from analysis.disclosure import Policy, TreePlan, protect_tree
from analysis.disclosure.admit_whole import Effort, admit_whole

Parents = dict[int, int | None]


def small_tree(seed: int, units: int, most: int) -> tuple[Parents, dict[int, int]]:
    draw = random.Random(seed)
    parents: Parents = {0: None}
    for unit in range(1, units):
        parents[unit] = draw.randrange(unit)
    return parents, {unit: draw.choice([0, 1, 2, 3, 5, 6, 7, draw.randint(0, most)]) for unit in parents}


def path(parents: Parents, unit: int) -> list[int]:
    way = [unit]
    while (above := parents[way[-1]]) is not None:
        way.append(above)
    return way


def least_loss(parents: Parents, direct: dict[int, int], minimum: int) -> int:
    """Tries every place where each unit's answers may first appear."""
    total = dict.fromkeys(parents, 0)
    for unit, n in direct.items():
        for above in path(parents, unit):
            total[above] += n
    shown = {unit for unit, n in total.items() if n >= minimum}
    blocks = [unit for unit in parents if direct[unit] and any(above in shown for above in path(parents, unit))]
    ways = [[above for above in path(parents, unit) if above in shown] for unit in blocks]
    best = None
    for chosen in itertools.product(*[range(len(way) + 1) for way in ways]):
        loss = sum(direct[unit] * up for unit, up in zip(blocks, chosen, strict=True))
        if best is not None and loss >= best:
            continue
        cell = dict.fromkeys(shown, 0)
        for unit, way, up in zip(blocks, ways, chosen, strict=True):
            if up < len(way):
                cell[way[up]] += direct[unit]
        report = {unit: sum(cell[v] for v in shown if unit in path(parents, v)) for unit in shown}
        if all(n == 0 or n >= minimum for n in cell.values()) and all(report.values()):
            best = loss
    return best or 0


def cells(plan: TreePlan, parents: Parents, direct: dict[int, int]) -> list[int]:
    sizes = []
    for unit, records in plan.records.items():
        below = [plan.records[v] for v in plan.published if v != unit and unit in path(parents, v)]
        sizes.append(sum(direct[v] for v in records - frozenset().union(*below)))
    return sizes


@pytest.mark.parametrize("seed", range(90))
def test_no_nested_plan_withholds_less(seed: int) -> None:
    minimum = 6 if seed % 3 else 10
    parents, direct = small_tree(seed, 3 + seed % 6, 9)
    plan = protect_tree(parents, direct, Policy(mean_from=minimum, whole_from=10))
    assert sum(plan.withheld.values()) == least_loss(parents, direct, minimum)
    assert all(n == 0 or n >= minimum for n in cells(plan, parents, direct))


@pytest.mark.parametrize("seed", range(8))
def test_a_narrow_search_costs_answers_but_never_safety(seed: int) -> None:
    draw = random.Random(seed)
    parent = [draw.randint(i + 1, min(39, i + 6)) for i in range(39)] + [-1]
    has_below = set(parent)
    blocks = [[draw.randint(1, 8) for _ in range(draw.randint(0, 4))] for _ in parent]
    blocks = [sizes if i in has_below else [*sizes, 6] for i, sizes in enumerate(blocks)]
    losses = []
    for effort in (Effort(1, 4), Effort(1, 12), Effort(2, 16), Effort(5, 128)):
        admitted = admit_whole(parent, blocks, 6, effort)
        cell = [0] * len(parent)
        loss = 0
        for position, ups in enumerate(admitted):
            for size, up in zip(blocks[position], ups, strict=True):
                at = position
                steps = 0
                while at >= 0 and (up is None or steps < up):
                    loss += size
                    at = parent[at]
                    steps += 1
                if at >= 0:
                    cell[at] += size
        assert all(n == 0 or n >= 6 for n in cell)
        losses.append(loss)
    assert losses[-1] == min(losses)
