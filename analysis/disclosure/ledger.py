"""What has been published before about the same people: its rows bind everything that comes later (RULES 1.5, 3.9)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.disclosure.policy import TERMS, Policy, Tier
from analysis.disclosure.span import Span, groups_of

Person = Hashable
Group = tuple[Hashable, Collection[Person]]


@dataclass(frozen=True)
class Entry:
    """One published figure: its label, its tier and whose answers are in it."""

    label: Hashable
    tier: Tier
    people: frozenset[Person]


@dataclass(frozen=True)
class Judgement:
    """One figure asked for: the people in it as it may be shown (none: not at all), and how many were left out of
    it."""

    label: Hashable
    people: frozenset[Person]
    withheld: int

    @property
    def shown(self) -> bool:
        return bool(self.people)


@dataclass(frozen=True)
class Ledger:
    """All figures about one question so far, whoever saw them: waves, re-issues, filters, breakdowns, unit reports.

    People are named by lasting keys (pseudonyms), so that a withdrawal or a late answer shows as the subtraction it
    is. A ledger never changes: `add` and `ask` give the next one.

    >>> seen = Ledger().add("all", range(12))
    >>> seen, twelve = seen.ask("all", range(11))
    >>> twelve.shown, twelve.withheld
    (False, 11)
    """

    entries: tuple[Entry, ...] = ()

    def add(self, label: Hashable, people: Iterable[Person], tier: Tier = Tier.MEAN) -> Ledger:
        """With a figure that is already out, safe or not."""
        return replace(self, entries=(*self.entries, Entry(label, tier, frozenset(people))))

    def ask(
        self, label: Hashable, people: Iterable[Person], tier: Tier = Tier.MEAN, policy: Policy = TERMS
    ) -> tuple[Ledger, Judgement]:
        """Whether one more figure may be shown; if so it is in the ledger that comes back."""
        ledger, judged = self.ask_all([(label, frozenset(people))], tier, policy)
        return ledger, judged[0]

    def ask_all(
        self, groups: Iterable[Group], tier: Tier = Tier.MEAN, policy: Policy = TERMS
    ) -> tuple[Ledger, list[Judgement]]:
        """The same for many figures, smallest first: each withholds the few that would point at someone, or is hidden.

        Groups of one size go in the order of `groups`, and so does what comes back.
        """
        asked = [(label, list(dict.fromkeys(people))) for label, people in groups]
        rows, keys = _positions([entry.people for entry in self.entries], [people for _, people in asked])
        earlier, wanted = rows[: len(self.entries)], rows[len(self.entries) :]
        tiers = [entry.tier for entry in self.entries]
        shown = admit_groups(len(keys), earlier, tiers, wanted, tier, policy)
        judged: list[Judgement] = []
        entries = list(self.entries)
        for (label, people), row in zip(asked, shown, strict=True):
            kept = frozenset(keys[position] for position in row.tolist())
            judged.append(Judgement(label, kept, len(people) - len(kept)))
            if kept:
                entries.append(Entry(label, tier, kept))
        return replace(self, entries=tuple(entries)), judged

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def _positions(*sets: Iterable[Collection[Person]]) -> tuple[list[np.ndarray], list[Person]]:
    people = [list(group) for groups in sets for group in groups]
    flat = [person for group in people for person in group]
    codes, keys = pd.factorize(np.array([*flat, None], dtype=object)[:-1], use_na_sentinel=False)
    return np.split(codes, np.cumsum([len(group) for group in people])[:-1]) if people else [], list(keys)


def admit_groups(
    people: int,
    earlier: list[np.ndarray],
    tiers: list[Tier],
    wanted: list[np.ndarray],
    tier: Tier,
    policy: Policy,
) -> list[np.ndarray]:
    """For each wanted row (positions of people) those it may show: all, all but a few, or nobody.

    Means are judged among all rows with their limit, distributions once more among distributions with theirs.
    """
    fewest = policy.fewest(tier)
    eligible = [i for i, row in enumerate(wanted) if len(row) >= fewest]
    group, sizes = groups_of([*earlier, *(wanted[i] for i in eligible)], people)
    limits = [policy.fewest(Tier.MEAN)] + ([fewest] if tier is Tier.DISTRIBUTION else [])
    spans = [Span(sizes.tolist(), limit) for limit in limits]
    for row, of_tier in zip(earlier, tiers, strict=True):
        for span in spans if of_tier is Tier.DISTRIBUTION else spans[:1]:
            span.accept(set(group[row].tolist()))
    shown = [np.zeros(0, dtype=np.int64) for _ in wanted]
    for i in sorted(eligible, key=lambda i: (len(wanted[i]), i)):
        groups = _repaired(set(group[wanted[i]].tolist()), spans, sizes, fewest)
        if groups:
            for span in spans:
                span.accept(groups)
            shown[i] = wanted[i][np.isin(group[wanted[i]], list(groups))]
    return shown


def _repaired(groups: set[int], spans: list[Span], sizes: np.ndarray, fewest: int) -> set[int]:
    """The row without those whom it would point at, as long as enough are left; empty where that does not help."""
    while sum(int(sizes[g]) for g in groups) >= fewest:
        span, found = next(((s, few) for s in spans if (few := s.judge(groups)) is not None), (None, None))
        if span is None or found is None:
            return groups
        dropped = groups & found or span.new_in(groups)
        if not dropped or sum(int(sizes[g]) for g in dropped) >= fewest:
            break
        groups = groups - dropped
    return set()
