"""The unit tree: which units get a report, and whose answers are in it (RULES 3.6, 3.7, 3.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.disclosure.admit_whole import admit_whole
from analysis.disclosure.policy import TERMS, Policy
from analysis.disclosure.unit_tree import Unit, UnitTree, direct_counts, unit_tree


@dataclass(frozen=True)
class TreePlan:
    """`published`: unit -> answers in its report, top first. `records`: unit -> the units whose direct answers are
    in it.

    `withheld`: unit -> answers below or in it that its report leaves out, and `reasons` why. `hidden`: unit -> why
    it has no report. `outside`: answers given without a unit; they are in no report. The reasons tell no count.
    """

    published: dict[Unit, int]
    records: dict[Unit, frozenset[Unit]]
    withheld: dict[Unit, int]
    reasons: dict[Unit, str]
    hidden: dict[Unit, str]
    outside: int = 0


def protect_tree(
    parents: Mapping[Unit, Unit | None] | pd.Series,
    direct: Mapping[Unit, int] | pd.Series,
    policy: Policy = TERMS,
) -> TreePlan:
    """The plan that publishes every unit with enough answers and withholds the fewest answers, so that no difference of
    reports, unions of hidden groups included, is about fewer than `policy.mean_from` people.

    `parents`: unit -> the unit above (None or NaN at the top). `direct`: unit -> number of answers that belong to
    the unit itself and to none below it. Keys may be of any kind; the answers of one unit stay together.

    >>> plan = protect_tree({"org": None, "a": "org"}, {"org": 5, "a": 7})
    >>> plan.published, plan.withheld
    ({'org': 7, 'a': 7}, {'org': 5})
    >>> plan.reasons["org"]
    'Some answers are left out, so that ... other reports; this report holds the same answers as that of a.'
    """
    tree = unit_tree(parents)
    own, outside = direct_counts(tree, direct)
    minimum = policy.mean_from
    total = tree.subtree_totals(own)
    shown = [position for position in range(len(tree.units)) if total[position] >= minimum]
    place = {position: i for i, position in enumerate(shown)}
    homes: list[list[int]] = [[] for _ in shown]
    for position in range(len(tree.units)):
        home = position
        while home >= 0 and home not in place:
            home = tree.parent[home]
        if home >= 0 and own[position] > 0:
            homes[place[home]].append(position)
    above = [place[tree.parent[position]] if tree.parent[position] >= 0 else -1 for position in shown]
    blocks = [[int(own[position]) for position in home] for home in homes]
    cells: list[set[Unit]] = [set() for _ in shown]
    sizes = [0] * len(shown)
    for i, ups in enumerate(admit_whole(above, blocks, minimum)):
        for position, up in zip(homes[i], ups, strict=True):
            if up is not None:
                at = i
                for _ in range(up):
                    at = above[at]
                cells[at].add(tree.units[position])
                sizes[at] += int(own[position])
    return _plan(tree, total.tolist(), shown, above, cells, sizes, minimum, outside)


def _plan(
    tree: UnitTree,
    total: list[int],
    shown: list[int],
    above: list[int],
    cells: list[set[Unit]],
    sizes: list[int],
    minimum: int,
    outside: int,
) -> TreePlan:
    in_report = [set(cell) for cell in cells]
    answers = list(sizes)
    for i, up in enumerate(above):
        if up >= 0:
            in_report[up] |= in_report[i]
            answers[up] += answers[i]
    same_as = _same_reports(answers, above)
    published, records, withheld, reasons = {}, {}, {}, {}
    for i in range(len(shown) - 1, -1, -1):
        unit = tree.units[shown[i]]
        published[unit] = answers[i]
        records[unit] = frozenset(in_report[i])
        missing = total[shown[i]] - answers[i]
        if missing:
            withheld[unit] = missing
            reason = "Some answers are left out, so that none can be found by subtracting other reports"
            if i in same_as:
                reason += f"; this report holds the same answers as that of {tree.units[shown[same_as[i]]]}"
            reasons[unit] = reason + "."
    few = f"Fewer than {minimum} answers: nothing is reported, for the sake of those who answered."
    hidden = {unit: few for unit, n in zip(reversed(tree.units), reversed(total), strict=True) if n < minimum}
    return TreePlan(published, records, withheld, reasons, hidden, outside)


def _same_reports(answers: list[int], above: list[int]) -> dict[int, int]:
    """The reports that hold the very same answers as one directly below them, and which."""
    return {up: i for i, up in enumerate(above) if up >= 0 and answers[i] == answers[up]}
