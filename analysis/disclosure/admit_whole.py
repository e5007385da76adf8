"""In which report each indivisible block of answers first appears, so that the least is withheld.

In a nested family of reports a block (the answers that belong to one unit) is *admitted* at one unit on its way to
the top: it is in the reports of that unit and of everything above, and withheld from the published units below. What
a unit admits is its cell, and the family is safe exactly when every cell is empty or has at least `minimum` answers
(RULES 3.7). So: choose where each block is admitted, cells of 0 or >= minimum, least total of answers withheld.

Dynamic programming from the bottom up. A state of a subtree says how many answers it has promised to each of the
units above (counted up to `minimum`, for more does not matter); its cost is charged when the promise is made. Promising
is needed because blocks cannot be divided: what a unit passes on is not one amount but parts with destinations. Equal
subtrees share one table. Two states are compared by what it would cost at most to do without a promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

State = tuple[int, ...]


class Effort(NamedTuple):
    """How far up a block may travel, in published levels, and how many states a table keeps. Both can cost answers
    in trees that outgrow them, never safety."""

    farthest: int
    most_states: int


class _Entry(NamedTuple):
    """One way to reach `state`. `tie` prefers what is withheld low in the tree; `before` and `choice` lead back."""

    cost: int
    tie: int
    state: State
    before: _Entry | None
    choice: Any


Option = tuple[int, int, State, Any]


@dataclass(frozen=True, eq=False)
class _Table:
    """The states of one subtree once the unit's own cell is settled, cheapest first; `merged` is the order of the
    parts: i >= 0 for child i, -1 - i for block i. A rigid table has one state, which promises nothing and costs
    nothing."""

    number: int
    entries: list[_Entry]
    rigid: bool
    merged: list[int]


Known = dict[tuple[object, ...], _Table]


def effort_for(units: int) -> Effort:
    """The whole search for organisations of ordinary size; a narrower one where there are thousands of reports."""
    if units <= 250:
        return Effort(8, 512)
    if units <= 1500:
        return Effort(3, 32)
    return Effort(1, 12)


def admit_whole(
    parent: Sequence[int],
    blocks: Sequence[Sequence[int]],
    minimum: int,
    effort: Effort | None = None,
    known: Known | None = None,
) -> list[list[int | None]]:
    """For each block of each unit, how many published levels above it is admitted (0: its own unit); None is never.

    `parent` gives each published unit's position of the unit above (-1 at the top), children before parents;
    `blocks` the sizes of the blocks whose lowest published unit it is. A unit without published units below must
    have `minimum` in all.
    `known` is a dictionary to keep tables in between calls with the same minimum and effort.

    >>> admit_whole([1, -1], [[6, 1], [5]], 6)
    [[0, 1], [0]]
    """
    effort = effort or effort_for(len(parent))
    levels = [1] * len(parent)
    children: dict[int, list[int]] = {}
    for position in range(len(parent) - 1, -1, -1):
        if parent[position] >= 0:
            levels[position] = levels[parent[position]] + 1
    for position, above in enumerate(parent):
        if above >= 0:
            children.setdefault(above, []).append(position)
    known = {} if known is None else known
    tables: list[_Table] = []
    orders: list[tuple[list[int], list[int]]] = []
    for position, sizes in enumerate(blocks):
        block_order = sorted(range(len(sizes)), key=lambda i: (sizes[i], i))
        child_order = sorted(children.get(position, ()), key=lambda child: (tables[child].number, child))
        sorted_sizes = tuple(sizes[i] for i in block_order)
        signature = (levels[position], sorted_sizes, tuple(tables[child].number for child in child_order))
        table = known.get(signature)
        if table is None:
            below = [tables[child] for child in child_order]
            table = _Settling(levels[position], bool(below), minimum, effort).settle(len(known), below, sorted_sizes)
            known[signature] = table
        tables.append(table)
        orders.append((block_order, child_order))
    return _trace(parent, blocks, tables, orders)


@dataclass(frozen=True)
class _Settling:
    """One unit being settled: its level (1 at the top) and whether published units lie below it."""

    level: int
    below: bool
    minimum: int
    effort: Effort

    def settle(self, number: int, below: Sequence[_Table], sizes: Sequence[int]) -> _Table:
        width = min(self.level, self.effort.farthest + 1)
        merged: list[int] = []
        entries = [_Entry(0, 0, (0,) * width, None, None)]
        for i, table in enumerate(below):
            if not table.rigid:
                merged.append(i)
                entries = self._merge(entries, [(entry.cost, entry.tie, entry.state, entry) for entry in table.entries])
        for i, size in enumerate(sizes):
            merged.append(-1 - i)
            entries = self._merge(entries, self._ways_of(size, width))
        best: dict[State, _Entry] = {}
        for closed in (closed for entry in entries for closed in self._closings(entry)):
            if closed.state not in best or _rank(closed) < _rank(best[closed.state]):
                best[closed.state] = closed
        kept = self._prune(list(best.values()), self.level - 1, True, 0)
        rigid = len(kept) == 1 and kept[0].cost == 0 and not any(kept[0].state)
        return _Table(number, kept, rigid, merged)

    def _closings(self, entry: _Entry) -> list[_Entry]:
        """The unit's own cell is empty or large enough; what is too little goes on upwards together, or nowhere."""
        own, promised = entry.state[0], entry.state[1:]
        if own >= self.minimum or (own == 0 and self.below):
            return [_Entry(entry.cost, entry.tie, promised, entry, 0)]
        if not self.below:
            return []
        width = min(self.level - 1, self.effort.farthest)
        closed: list[_Entry] = []
        for cost, tie, joined, up in self._ways_of(own, width + 1)[1:]:
            state = tuple([min(self.minimum, a + b) for a, b in zip(promised, joined[1:], strict=True)])
            closed.append(_Entry(entry.cost + cost, entry.tie + tie, state, entry, up))
        return closed

    def _ways_of(self, size: int, width: int) -> list[Option]:
        """One block: admitted here, or promised to a unit above, or left out of every report."""
        counted = min(size, self.minimum)
        ways: list[Option] = []
        tie = 0
        for up in range(width):
            ways.append((size * up, tie, (0,) * up + (counted,) + (0,) * (width - up - 1), up))
            tie -= size * (self.level - up)
        nowhere = -size * self.level * (self.level + 1) // 2
        ways.append((size * self.level, nowhere, (0,) * width, None))
        return ways

    def _merge(self, entries: list[_Entry], options: Sequence[Option]) -> list[_Entry]:
        minimum = self.minimum
        best: dict[State, tuple[int, int, State, _Entry, Any]] = {}
        for entry in entries:
            cost, tie, had, _, _ = entry
            for more, more_tie, promised, choice in options:
                if any(promised):
                    state = tuple([a + b if a + b < minimum else minimum for a, b in zip(had, promised, strict=False)])
                    state += had[len(promised) :]
                else:
                    state = had
                total = cost + more
                seen = best.get(state)
                if seen is None or total < seen[0] or (total == seen[0] and tie + more_tie < seen[1]):
                    best[state] = (total, tie + more_tie, state, entry, choice)
        return self._prune([_Entry(*found) for found in best.values()], self.level, self.below, 1)

    def _prune(self, entries: list[_Entry], level: int, below: bool, free: int) -> list[_Entry]:
        """Leave out what costs more than a cheaper state and doing without all that it promises beyond that one.

        Without a promise at most minimum - 1 others are left in that cell, and they can stay out of every report
        from there up. What promises nothing (apart from the first `free` places) always stays, so that a way remains.
        """
        entries.sort(key=_rank)
        if len(entries) < 2:
            return entries
        prices = [(self.minimum - 1) * (level - i) for i in range(len(entries[0].state))]
        if not below:
            prices[0] = 1 << 60
        kept: list[_Entry] = []
        for entry in entries:
            if len(kept) >= self.effort.most_states and any(entry.state[free:]):
                continue
            if not any(_replaces(better, entry, prices) for better in kept[:16]):
                kept.append(entry)
        return kept


def _rank(entry: _Entry) -> tuple[int, int, State]:
    return entry[:3]


def _replaces(better: _Entry, entry: _Entry, prices: list[int]) -> bool:
    spare = entry.cost - better.cost
    if spare <= 0:
        return False
    for a, b, price in zip(better.state, entry.state, prices, strict=True):
        if a != b and (a < b or b == 0):
            spare -= price
            if spare <= 0:
                return False
    return True


def _trace(
    parent: Sequence[int],
    blocks: Sequence[Sequence[int]],
    tables: list[_Table],
    orders: list[tuple[list[int], list[int]]],
) -> list[list[int | None]]:
    """From the top down, the choice that each unit's best state came from."""
    admitted: list[list[int | None]] = [[None] * len(sizes) for sizes in blocks]
    chosen: dict[int, _Entry] = {}
    goes_on: list[int | None] = [0] * len(tables)
    for position in range(len(tables) - 1, -1, -1):
        table = tables[position]
        block_order, child_order = orders[position]
        final = chosen.get(position, table.entries[0])
        goes_on[position] = final.choice
        step = final.before
        for part in reversed(table.merged):
            if step is None:
                break
            if part >= 0:
                chosen[child_order[part]] = step.choice
            else:
                admitted[position][block_order[-1 - part]] = step.choice
            step = step.before
    return [[_arrival(position, up, parent, goes_on) for up in ups] for position, ups in enumerate(admitted)]


def _arrival(position: int, up: int | None, parent: Sequence[int], goes_on: list[int | None]) -> int | None:
    """How far up a block ends that was meant for `up` levels above, where each unit may have sent its cell on."""
    total = 0
    while up is not None:
        total += up
        for _ in range(up):
            position = parent[position]
        up = goes_on[position]
        if up == 0:
            break
    return None if up is None else total
