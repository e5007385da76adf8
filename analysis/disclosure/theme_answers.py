"""A theme's mean beside the means of its questions, so that the partial responders are not isolated (RULES 3.11).

The theme's mean is over those who answered all its m questions. In every unit, m * n * (theme mean) minus the sums
of its questions is about nobody but the partial responders. The pair is safe when, for each unit u with A(u) the
theme's cell and B(u, j) the cell of question j:

- A(u) is empty or large enough, and inside every B(u, j);
- where A(u) is not empty, the union of B(u, j) \\ A(u) over the questions is empty or large enough;
- where A(u) is empty, each B(u, j) is empty or large enough by itself.

Proof sketch: differences of nested reports are sums of cells, and cells of different units share nobody. Within one
unit a combination that is zero on A(u) has the same weight, with opposite signs, on the theme and on each question,
so what is left of it is the union; any other combination is non-zero on all of A(u), or on a whole B(u, j).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.disclosure.admit_single import SingleAdmission
from analysis.disclosure.admitted import NOWHERE, admit_answers
from analysis.disclosure.unit_tree import UnitTree


@dataclass(frozen=True, eq=False)
class ThemeCells:
    """`theme` (n,) and `questions` (n, m) cells, and which units show each: `theme_shown` (u,), `shown` (u, m)."""

    theme: np.ndarray
    questions: np.ndarray
    theme_shown: np.ndarray
    shown: np.ndarray


def admit_theme(
    tree: UnitTree, unit: np.ndarray, answered: np.ndarray, allowed: np.ndarray, minimum: int, single: SingleAdmission
) -> ThemeCells:
    """Cells for a theme and its questions. `answered` (n, m); `allowed` (u,): units that may show it, all above them
    too.

    Units with enough complete answers show theme and questions. A unit that has enough answers to some questions but
    too few complete ones shows only those questions, and its answers stay out of the theme further up.
    """
    answered = answered & (unit >= 0)[:, None]
    complete = np.logical_and.reduce(answered, axis=1)
    totals = np.column_stack([_totals(tree, unit, answered[:, j]) for j in range(answered.shape[1])])
    asked = (totals >= minimum) & allowed[:, None]
    theme_shown = _theme_units(tree, np.bincount(unit[complete], minlength=len(allowed)), asked, allowed, minimum)
    apart = _top_units(tree, asked.any(axis=1) & ~theme_shown)
    zone = _spread(tree, apart)
    in_zone = np.append(zone, NOWHERE)[unit] >= 0
    theme = admit_answers(tree, unit, complete & ~in_zone, theme_shown, single)
    questions = np.repeat(theme[:, None], answered.shape[1], axis=1)
    shown = np.repeat(theme_shown[:, None], answered.shape[1], axis=1)
    _admit_zones(tree, unit, answered, in_zone, asked & (zone >= 0)[:, None], single, questions)
    shown |= asked & (zone >= 0)[:, None]
    _admit_rest(tree, unit, answered, theme_shown, theme, questions, minimum)
    return ThemeCells(theme, questions, theme_shown, shown)


def _totals(tree: UnitTree, unit: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return tree.subtree_totals(np.bincount(unit[rows], minlength=len(tree.units)))


def _theme_units(
    tree: UnitTree, complete: np.ndarray, asked: np.ndarray, allowed: np.ndarray, minimum: int
) -> np.ndarray:
    """(u,) units with enough complete answers, not counting those below that show questions without the theme."""
    shown = np.zeros(len(allowed), dtype=bool)
    total = complete.astype(np.int64)
    any_asked = np.logical_or.reduce(asked, axis=1)
    for level in reversed(tree.levels):
        shown[level] = (total[level] >= minimum) & allowed[level]
        counts = np.where(shown[level] | ~any_asked[level], total[level], 0)
        above = tree.above[level]
        np.add.at(total, above[above >= 0], counts[above >= 0])
    return shown


def _top_units(tree: UnitTree, chosen: np.ndarray) -> np.ndarray:
    """(u,) the chosen units that have no chosen unit above them."""
    top = chosen.copy()
    under = np.zeros(len(chosen), dtype=bool)
    for level in tree.levels[1:]:
        above = tree.above[level]
        under[level] = under[above] | chosen[above]
    top[under] = False
    return top


def _spread(tree: UnitTree, tops: np.ndarray) -> np.ndarray:
    """(u,) for every unit the top unit it lies in or under, -1 for none."""
    zone = np.where(tops, np.arange(len(tops)), NOWHERE)
    for level in tree.levels[1:]:
        above = zone[tree.above[level]]
        zone[level] = np.where(above >= 0, above, zone[level])
    return zone


def _admit_zones(
    tree: UnitTree,
    unit: np.ndarray,
    answered: np.ndarray,
    in_zone: np.ndarray,
    here: np.ndarray,
    single: SingleAdmission,
    questions: np.ndarray,
) -> None:
    """Where the theme is not shown, each question is a tree of its own; what it leaves over goes into the rest."""
    if not in_zone.any():
        return
    for j in range(answered.shape[1]):
        cell = admit_answers(tree, unit, answered[:, j] & in_zone, here[:, j], single)
        inside = np.append(here[:, j], False)[cell]
        questions[inside, j] = cell[inside]


def _admit_rest(
    tree: UnitTree,
    unit: np.ndarray,
    answered: np.ndarray,
    theme_shown: np.ndarray,
    theme: np.ndarray,
    questions: np.ndarray,
    minimum: int,
) -> None:
    """Who is in no cell yet is added to the questions of the first unit above that has enough of them together."""
    rest = (answered & (questions == NOWHERE) & (theme == NOWHERE)[:, None]).any(axis=1)
    rows = np.flatnonzero(rest)
    start = np.append(tree.homes(theme_shown), NOWHERE)[unit[rows]]
    rows, start = rows[start >= 0], start[start >= 0]
    order = np.argsort(start, kind="stable")
    rows, start = rows[order], start[order]
    has_cell = np.bincount(theme[theme >= 0], minlength=len(theme_shown)) > 0
    waiting: dict[int, list[int]] = {}
    for row, position in zip(rows.tolist(), start.tolist(), strict=True):
        waiting.setdefault(position, []).append(row)
    for level in reversed(tree.levels):
        for position in [p for p in level.tolist() if p in waiting]:
            together = waiting.pop(position)
            above = tree.parent[position]
            if has_cell[position] and len(together) >= minimum:
                members = np.array(together)
                free = answered[members] & (questions[members] == NOWHERE)
                questions[members] = np.where(free, position, questions[members])
            elif above >= 0:
                waiting.setdefault(above, []).extend(together)
