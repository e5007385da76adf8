"""The audit's search for combinations of figures that are about few people, in exact arithmetic modulo a prime."""

from __future__ import annotations

import numpy as np

# After so many steps the question counts as unsettled, which is a finding too.
MOST_STEPS = 5_000
# So few rows are searched at once.
FEW_ROWS = 4

Vector = dict[int, int]
Found = tuple[str, set[int]]


def few_people(rows: list[Vector], sizes: np.ndarray, items: int, limit: int, prime: int) -> list[Found]:
    """Groups with fewer than `limit` people in all on which some combination of `rows` is non-zero and others are zero.

    `rows`: independent, by column (group * items + item). Each finding is taken out of the system before the next is
    looked for, so that all of them are told.
    """
    search = _Search(sizes.tolist(), items, prime)
    found: list[Found] = []
    for part in _separate(search.reduced(rows), items):
        basis = part
        while basis:
            search.steps = 0
            if len(basis) > FEW_ROWS and search.ruled_out(basis, limit - 1):
                break
            support = search.smallest(basis, frozenset(), limit - 1)
            if search.steps > MOST_STEPS:
                found.append(("unsettled", {column // items for row in basis for column in row}))
                break
            if support is None:
                break
            found.append(("derived", support))
            basis = search.vanishing(basis, support)
    return found


def _separate(rows: list[Vector], items: int) -> list[list[Vector]]:
    """The rows in parts that share no group: what is about few people lies within one part."""
    part_of: dict[int, list[Vector]] = {}
    for row in rows:
        merged = [row]
        groups = {column // items for column in row}
        for part in {id(part_of[group]): part_of[group] for group in groups if group in part_of}.values():
            merged += part
        for group in {column // items for member in merged for column in member}:
            part_of[group] = merged
    return list({id(part): part for part in part_of.values()}.values())


class _Search:
    """Depth first over groups: is the group in the combination (and uses up budget), or must it vanish there?"""

    def __init__(self, sizes: list[int], items: int, prime: int) -> None:
        self.sizes = sizes
        self.items = items
        self.prime = prime
        self.steps = 0

    def smallest(self, basis: list[Vector], taken: frozenset[int], budget: int) -> set[int] | None:
        """The groups of a combination that is non-zero only on `taken` and others of at most `budget` people
        together."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            return None
        while True:
            touched = {column // self.items for row in basis for column in row} - taken
            too_large = {group for group in touched if self.sizes[group] > budget}
            if not basis or not too_large:
                break
            basis = self.vanishing(basis, too_large)
        if not basis:
            return None
        if not touched:
            return {column // self.items for column in basis[0]}
        group = max(touched, key=lambda g: (self.sizes[g], -g))
        found = self.smallest(basis, taken | {group}, budget - self.sizes[group])
        return found if found is not None else self.smallest(self.vanishing(basis, {group}), taken, budget)

    def reduced(self, rows: list[Vector]) -> list[Vector]:
        """The same space with each row freed of the others' first columns."""
        pivots: dict[int, Vector] = {}
        holders: dict[int, set[int]] = {}
        for row in sorted((dict(row) for row in rows), key=len):
            for column in [column for column in row if column in pivots]:
                pivot = pivots[column]
                self._subtract(row, pivot, row[column] * pow(pivot[column], -1, self.prime) % self.prime)
            if not row:
                continue
            first = next(iter(row))
            for other in holders.pop(first, set()) & pivots.keys():
                target = pivots[other]
                if first in target:
                    self._subtract(target, row, target[first] * pow(row[first], -1, self.prime) % self.prime)
                    for column in target:
                        holders.setdefault(column, set()).add(other)
            pivots[first] = row
            for column in row:
                holders.setdefault(column, set()).add(first)
        return list(pivots.values())

    def ruled_out(self, basis: list[Vector], budget: int) -> bool:
        """Whether no combination is about at most `budget` people, if that can be told from information sets.

        Take several sets of groups that share none, each of which determines every combination. A combination that
        touches at most `budget` groups touches at most budget / sets of them in one set: none, and it is zero; or
        one, and it is a row of the basis reduced to that set (the lower bound of Brouwer and Zimmermann for the
        weight of a code).
        """
        used: set[int] = set()
        reduced: list[list[Vector]] = []
        rows = basis
        while len(reduced) <= budget:
            found = self._reduced_to_unused(rows, used)
            if found is None:
                break
            rows = found
            reduced.append(rows)
        if len(reduced) > budget:
            return True
        if 2 * len(reduced) <= budget:
            return False
        return all(
            sum(self.sizes[group] for group in {column // self.items for column in row}) > budget
            for rows in reduced
            for row in rows
        )

    def _reduced_to_unused(self, basis: list[Vector], used: set[int]) -> list[Vector] | None:
        """The basis with pivots in groups that are not `used` yet, which it marks; None where there are too few."""
        rows = [dict(row) for row in basis]
        for i, row in enumerate(rows):
            pivot = next((column for column in row if column // self.items not in used), None)
            if pivot is None:
                return None
            used.add(pivot // self.items)
            inverse = pow(row[pivot], -1, self.prime)
            for k, other in enumerate(rows):
                if k != i and pivot in other:
                    self._subtract(other, row, other[pivot] * inverse % self.prime)
        return rows

    def vanishing(self, basis: list[Vector], groups: set[int]) -> list[Vector]:
        """A basis of the combinations that are zero on all columns of `groups`."""
        rows = [dict(row) for row in basis]
        columns = sorted({column for row in rows for column in row if column // self.items in groups})
        for column in columns:
            at = next((i for i, row in enumerate(rows) if column in row), None)
            if at is None:
                continue
            pivot = rows.pop(at)
            inverse = pow(pivot[column], -1, self.prime)
            for row in rows:
                if column in row:
                    self._subtract(row, pivot, row[column] * inverse % self.prime)
        return rows

    def _subtract(self, row: Vector, other: Vector, factor: int) -> None:
        for column, value in other.items():
            left = (row.get(column, 0) - factor * value) % self.prime
            if left:
                row[column] = left
            else:
                row.pop(column, None)
