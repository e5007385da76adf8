"""What leaves: every published figure as a row that says whose answers to which question are in it.

It knows nothing of how the figures were protected; `audit` reads nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.admitted import Admitted
from analysis.disclosure.policy import Tier


@dataclass(frozen=True, eq=False)
class Release:
    """`labels` and `tiers` name the rows. Entry k says that row `row[k]` holds `person[k]`'s answer to `item[k]`.

    `totals` (rows,): the sum behind each row, not a number where it was not told exactly. `scale`: the lowest and
    highest answer. A theme's mean is the row of all its questions, with the sum over them.
    """

    labels: Sequence[Hashable]
    tiers: Sequence[Tier]
    row: np.ndarray
    person: np.ndarray
    item: np.ndarray
    totals: np.ndarray
    scale: tuple[float, float] = (1, 5)


def release_rows(
    groups: Iterable[tuple[Hashable, np.ndarray]],
    values: np.ndarray | None = None,
    *,
    tier: Tier = Tier.MEAN,
    scale: tuple[float, float] = (1, 5),
) -> Release:
    """A release of one question: a row for each (label, bool mask or positions of the people in it).

    >>> release_rows([("all", np.ones(8, dtype=bool)), ("women", np.arange(7))]).row.tolist()[-3:]
    [1, 1, 1]
    """
    labels: list[Hashable] = []
    members: list[np.ndarray] = []
    for label, people in groups:
        labels.append(label)
        people = np.asarray(people)
        members.append(np.flatnonzero(people) if people.dtype == bool else people)
    person = np.concatenate(members) if members else np.zeros(0, dtype=np.int64)
    row = np.repeat(np.arange(len(labels)), [len(people) for people in members])
    totals = np.full(len(labels), np.nan)
    if values is not None:
        totals = np.bincount(row, weights=np.asarray(values, dtype=float)[person], minlength=len(labels))
    return Release(labels, [tier] * len(labels), row, person, np.zeros(len(row), dtype=np.int64), totals, scale)


def release_units(
    parts: Sequence[tuple[Admitted, Sequence[int], np.ndarray | None]], scale: tuple[float, float] = (1, 5)
) -> Release:
    """The unit figures of several plans as one release: (plan, its items, values of those items (n, items) or None)."""
    labels: list[Hashable] = []
    tiers: list[Tier] = []
    rows, people, items, totals = [], [], [], []
    for admitted, of_items, values in parts:
        tree = admitted.tree
        shown = np.flatnonzero(admitted.shown)
        number = np.full(len(tree.units), -1)
        number[shown] = len(labels) + np.arange(len(shown))
        labels += [(admitted.name, admitted.tier.value, tree.units[i]) for i in shown]
        tiers += [admitted.tier] * len(shown)
        person = np.flatnonzero(admitted.cell >= 0)
        at = admitted.cell[person]
        sums = np.zeros(len(tree.units))
        while len(person):
            here = number[at] >= 0
            for item in of_items:
                rows.append(number[at[here]])
                people.append(person[here])
                items.append(np.full(int(here.sum()), item))
            if values is not None:
                answers = values[person[here]]
                sums += np.bincount(
                    at[here], weights=answers if answers.ndim == 1 else answers.sum(axis=1), minlength=len(sums)
                )
            at = tree.above[at]
            person, at = person[at >= 0], at[at >= 0]
        totals.append(np.full(len(shown), np.nan) if values is None else sums[shown])
    empty = [np.zeros(0, dtype=np.int64)]
    return Release(
        labels,
        tiers,
        np.concatenate(rows or empty),
        np.concatenate(people or empty),
        np.concatenate(items or empty),
        np.concatenate(totals) if totals else np.zeros(0),
        scale,
    )
