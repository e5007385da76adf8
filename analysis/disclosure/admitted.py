"""Where each respondent's answer to one question or theme first appears, and the reports that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.disclosure.admit_single import SingleAdmission
from analysis.disclosure.admit_whole import Known, admit_whole
from analysis.disclosure.policy import Tier
from analysis.disclosure.unit_tree import Unit, UnitTree

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Admitted:
    """One question or theme in one tier, for all units.

    `cell` (n,): position of the lowest unit whose report has the respondent's answer, -1 for none; every report
    above has it too. `shown` (m,): the units that get a figure. `given` (m,): the answers in each unit and below,
    withheld ones included.
    `fewest`: what no combination of these figures may go below.
    """

    name: str
    tier: Tier
    tree: UnitTree
    cell: np.ndarray
    shown: np.ndarray
    given: np.ndarray
    fewest: int

    @property
    def counts(self) -> np.ndarray:
        """(m,) the answers in each unit's figure, 0 where it has none."""
        return np.where(self.shown, self.tree.subtree_totals(self._in_cells(None)), 0)

    def published(self) -> dict[Unit, int]:
        """Unit -> answers in its figure, top first."""
        counts = self.counts
        return {self.tree.units[i]: int(counts[i]) for i in np.flatnonzero(self.shown)[::-1]}

    def withheld(self) -> dict[Unit, int]:
        """Unit -> answers left out of its figure, where there are any."""
        missing = np.where(self.shown, self.given - self.counts, 0)
        return {self.tree.units[i]: int(missing[i]) for i in np.flatnonzero(missing)[::-1]}

    def totals(self, values: np.ndarray) -> np.ndarray:
        """(m,) sums of `values` (n,) over the answers in each unit's figure; not a number where there is none."""
        return np.where(self.shown, self.tree.subtree_totals(self._in_cells(values)), np.nan)

    def members(self, unit: Unit) -> np.ndarray:
        """(n,) bool: whose answers are in the unit's figure."""
        inside = np.zeros(len(self.tree.units) + 1, dtype=bool)
        inside[self.tree.at[unit]] = True
        for level in self.tree.levels[1:]:
            inside[level] |= inside[self.tree.above[level]]
        return inside[self.cell] & bool(self.shown[self.tree.at[unit]])

    def only(self, told: np.ndarray) -> Admitted:
        """Without the figures that are not `told` (u,) exactly, as at an end of the scale: what then leaves as a
        release."""
        return replace(self, shown=self.shown & told)

    def _in_cells(self, values: np.ndarray | None) -> np.ndarray:
        inside = self.cell >= 0
        weights = None if values is None else values[inside]
        return np.bincount(self.cell[inside], weights=weights, minlength=len(self.tree.units))


def admit_answers(
    tree: UnitTree, unit: np.ndarray, answered: np.ndarray, shown: np.ndarray, single: SingleAdmission
) -> np.ndarray:
    """(n,) cells for the respondents of `unit` (n,) who `answered`, so that each cell has 0 or the minimum.

    `shown` (m,): the units with figures, each with enough answers, and everything above them too. Who is passed on is
    decided by a fixed shuffle of the rows, never by what they answered.
    """
    home = tree.homes(shown)
    cell = np.where(answered & (unit >= 0), np.append(home, NOWHERE)[unit], NOWHERE)
    if not shown.any():
        return cell
    kept = np.flatnonzero(shown)
    place = np.full(len(shown) + 1, -1)
    place[kept] = np.arange(len(kept))
    counts = np.bincount(cell[cell >= 0], minlength=len(shown))
    passed = single.passed_on(place[tree.above[kept]].tolist(), counts[kept].tolist())
    if any(passed):
        _pass_on(tree, cell, dict(zip(kept.tolist(), passed, strict=True)))
    return cell


def _pass_on(tree: UnitTree, cell: np.ndarray, passed: dict[int, int]) -> None:
    shuffled = np.random.default_rng(20).permutation(len(cell))
    of_interest = np.zeros(len(tree.units) + 1, dtype=bool)
    of_interest[[position for position, amount in passed.items() if amount]] = True
    rows = shuffled[of_interest[cell[shuffled]] & (cell[shuffled] >= 0)]
    rows = rows[np.argsort(cell[rows], kind="stable")]
    at = cell[rows]
    received: dict[int, np.ndarray] = {}
    for position in np.flatnonzero(of_interest[:-1]).tolist():
        own = rows[np.searchsorted(at, position) : np.searchsorted(at, position, side="right")]
        pool = np.append(own, received.pop(position, own[:0]))
        moved = pool[len(pool) - passed[position] :]
        above = tree.parent[position]
        cell[moved] = above
        if above >= 0:
            received[above] = np.append(received.get(above, moved[:0]), moved)


def admit_cells(
    tree: UnitTree, cell: np.ndarray, shown: np.ndarray, minimum: int, known: Known | None = None
) -> np.ndarray:
    """(n,) coarser cells made of whole `cell`s, each of 0 or at least `minimum`: for percentages beside the means."""
    sizes = np.bincount(cell[cell >= 0], minlength=len(shown))
    home = tree.homes(shown)
    place = np.full(len(shown) + 1, -1)
    kept = np.flatnonzero(shown)
    place[kept] = np.arange(len(kept))
    blocks: list[list[int]] = [[] for _ in kept]
    sources: list[list[int]] = [[] for _ in kept]
    for position in np.flatnonzero((sizes > 0) & (home >= 0)).tolist():
        blocks[place[home[position]]].append(int(sizes[position]))
        sources[place[home[position]]].append(position)
    target = np.full(len(shown) + 1, NOWHERE)
    ups = admit_whole(place[tree.above[kept]].tolist(), blocks, minimum, known=known)
    for i, block_ups in enumerate(ups):
        for position, up in zip(sources[i], block_ups, strict=True):
            at = int(kept[i])
            for _ in range(up or 0):
                at = tree.parent[at]
            target[position] = NOWHERE if up is None else at
    return target[cell]
