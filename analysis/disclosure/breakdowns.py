"""Breakdowns that cross each other and the unit tree: sex, age, occupation, tenure (RULES 3.7, 3.9)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.admitted import Admitted
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.policy import TERMS, Policy, Tier
from analysis.disclosure.unit_tree import label
from analysis.errors import BadArgument, require_columns

Cell = tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True)
class BreakdownPlan:
    """`published`: cell -> answers in it, where a cell is ((column, value), ...) and () is everyone.

    `people`: cell -> whose answers (index labels of the frame). `withheld`: cell -> answers left out of it.
    `hidden`: cell -> why it is not shown. `unknown`: column -> people without a value there, who are in none of its
    cells. `ledger`: with the published cells, for what comes next.
    """

    published: dict[Cell, int]
    people: dict[Cell, frozenset[Hashable]]
    withheld: dict[Cell, int]
    hidden: dict[Cell, str]
    unknown: dict[str, int]
    ledger: Ledger


def protect_breakdowns(
    people: pd.DataFrame,
    breakdowns: Sequence[str | Sequence[str]],
    policy: Policy = TERMS,
    *,
    ledger: Ledger | None = None,
    tier: Tier = Tier.MEAN,
    everyone: bool = True,
) -> BreakdownPlan:
    """Which cells of the breakdowns may be shown of those who answered one question, and with whose answers.

    `people`: one row for each who answered; its index names them, the same in every release. `breakdowns`: a column, or
    several for their crossing. `everyone` asks for the figure of all as well. `ledger`: what is out already, the
    unit reports among it (`ledger_of_units`). Cells are taken smallest first; one that would point at fewer than the
    limit leaves those few out, and is hidden only where that does not help.

    >>> people = pd.DataFrame({"sex": ["f"] * 8 + ["m"] * 9 + ["x"] * 2})
    >>> plan = protect_breakdowns(people, ["sex"])
    >>> plan.published[()], plan.withheld[()], plan.hidden[(("sex", "x"),)]
    (17, 2, 'Fewer than 6 answers.')
    """
    if not people.index.is_unique:
        raise BadArgument("The index of `people` names them, so it must not repeat anyone.")
    crossings = [[given] if isinstance(given, str) else list(given) for given in breakdowns]
    require_columns(people, [column for columns in crossings for column in columns])
    keys = people.index.to_numpy(dtype=object)
    cells: list[Cell] = [()] if everyone else []
    groups = [keys] if everyone else []
    for columns in crossings:
        for cell, rows in _cells(people, columns):
            cells.append(cell)
            groups.append(keys[rows])
    after, judged = (ledger or Ledger()).ask_all(list(zip(cells, groups, strict=True)), tier, policy)
    fewest = policy.fewest(tier)
    few = f"Fewer than {fewest} answers."
    close = f"Together with other figures it would point at fewer than {fewest}."
    return BreakdownPlan(
        published={cell: len(row.people) for cell, row in zip(cells, judged, strict=True) if row.shown},
        people={cell: row.people for cell, row in zip(cells, judged, strict=True) if row.shown},
        withheld={cell: row.withheld for cell, row in zip(cells, judged, strict=True) if row.shown and row.withheld},
        hidden={
            cell: few if len(group) < fewest else close
            for cell, group, row in zip(cells, groups, judged, strict=True)
            if not row.shown
        },
        unknown={column: int(people[column].isna().sum()) for column in sorted({c for cs in crossings for c in cs})},
        ledger=after,
    )


def ledger_of_units(*plans: Admitted, people: pd.Index, ledger: Ledger | None = None) -> Ledger:
    """The unit reports as rows; `people` names the respondents in the order of the plan."""
    keys = people.to_numpy(dtype=object)
    after = ledger or Ledger()
    for plan in plans:
        for unit in plan.published():
            after = after.add((plan.name, plan.tier.value, unit), keys[plan.members(unit)], plan.tier)
    return after


def _cells(people: pd.DataFrame, columns: list[str]) -> list[tuple[Cell, np.ndarray]]:
    """Each combination of values that somebody has, in the order of their labels, with the rows that have it."""
    code = np.zeros(len(people), dtype=np.int64)
    known = np.ones(len(people), dtype=bool)
    values: list[list[Hashable]] = []
    for column in columns:
        codes, found = pd.factorize(people[column], use_na_sentinel=True)
        order = sorted(range(len(found)), key=lambda i: label(found[i]))
        rank = np.empty(len(found) + 1, dtype=np.int64)
        rank[order] = np.arange(len(found))
        rank[-1] = 0
        known &= codes >= 0
        code = code * max(1, len(found)) + rank[codes]
        values.append([found[i] for i in order])
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(code[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(code[rows], prepend=-1))
    cells: list[tuple[Cell, np.ndarray]] = []
    for part in np.split(rows, starts[1:]) if len(rows) else []:
        left, cell = int(code[part[0]]), []
        for column, found_values in zip(reversed(columns), reversed(values), strict=True):
            left, at = divmod(left, len(found_values))
            cell.append((column, found_values[at]))
        cells.append((tuple(reversed(cell)), part))
    return cells
