"""The second opinion on a release before it leaves. Shares no code with the protection: it knows the rows only.

Equalities: exact elimination modulo a large prime, over groups of people that no row tells apart. Bounds: linear
programming (HiGHS) with the ends of the scale. A finding stops the release.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.audit_bounds import tight_groups
from analysis.disclosure.audit_search import few_people
from analysis.disclosure.policy import TERMS, Policy, Tier
from analysis.disclosure.release import Release

# A Mersenne prime. That a non-zero determinant of a release is a multiple of it has a chance of about one in 10^18.
PRIME = (1 << 61) - 1
LARGEST_WEIGHT = 1 << 20

Columns = dict[int, int]


@dataclass(frozen=True)
class Finding:
    """`people` (positions) whose figure can be known; `kind` is derived, bounded, scale end or too few; `rows` used."""

    kind: str
    tier: Tier
    people: tuple[int, ...]
    rows: tuple[Hashable, ...]

    def __str__(self) -> str:
        how = {
            "derived": "follows exactly from the published figures",
            "bounded": "is known almost exactly from the published figures and the ends of the scale",
            "scale end": "lies at the end of the scale, which tells what each of them answered",
            "too few": "is published although they are too few",
            "unsettled": "could not be ruled out in reasonable time",
        }[self.kind]
        shown = ", ".join(str(row) for row in self.rows[:6]) + (", ..." if len(self.rows) > 6 else "")
        return f"A {self.tier.value} of {len(self.people)} people {how} ({shown})."


@dataclass(frozen=True, eq=False)
class _System:
    """Groups of people that the rows do not tell apart, their sizes, and the rows over group * items + item."""

    people: list[np.ndarray]
    sizes: np.ndarray
    rows: list[Columns]
    numbers: np.ndarray
    items: int


def audit(release: Release, policy: Policy = TERMS) -> list[Finding]:
    """Every group below the limit whose value can be derived or tightly bounded from the release; empty when there
    is none.

    A distribution tells its mean too: means are audited together with distributions, with the limit for means, and
    distributions once more by themselves with theirs.

    >>> from analysis.disclosure.release import release_rows
    >>> everyone = np.arange(20)
    >>> findings = audit(release_rows([("org", everyone), ("a", everyone[:12]), ("b", everyone[12:19])]))
    >>> [(finding.kind, finding.people) for finding in findings]
    [('derived', (19,))]
    """
    is_distribution = np.array([tier is Tier.DISTRIBUTION for tier in release.tiers], dtype=bool)
    findings = list(_audit_rows(release, np.ones(len(is_distribution), dtype=bool), policy, Tier.MEAN))
    if is_distribution.any():
        findings += _audit_rows(release, is_distribution, policy, Tier.DISTRIBUTION)
    return findings


def _audit_rows(release: Release, wanted: np.ndarray, policy: Policy, tier: Tier) -> Iterator[Finding]:
    limit = policy.fewest(tier)
    system = _system(release, wanted)
    light_rows, reduced = _eliminate(system, limit, release.totals)
    found = few_people(light_rows, system.sizes, system.items, limit, PRIME)
    for kind, groups in found:
        yield _finding(release, system, kind, tier, groups)
    if tier is Tier.MEAN:
        for columns, total in reduced:
            if _at_an_end(columns, total, system, release.scale):
                yield _finding(release, system, "scale end", tier, {column // system.items for column in columns})
        if not found:
            known = [(signed, total) for columns, total in reduced if (signed := _signed(columns)) is not None]
            for groups in tight_groups(known, system.sizes, system.items, release.scale, limit, policy.tight):
                yield _finding(release, system, "bounded", tier, groups)


def _finding(release: Release, system: _System, kind: str, tier: Tier, groups: set[int]) -> Finding:
    people = np.sort(np.concatenate([system.people[group] for group in groups]))
    touching = np.unique(release.row[np.isin(release.person, people)])
    return Finding(kind, tier, tuple(people.tolist()), tuple(release.labels[row] for row in touching))


def _system(release: Release, wanted: np.ndarray) -> _System:
    keep = wanted[release.row]
    row, person = release.row[keep], release.person[keep]
    item_codes, item = np.unique(release.item[keep], return_inverse=True)
    items = max(1, len(item_codes))
    # People in exactly the same rows with the same items get the same sum of random marks.
    marks = np.random.default_rng().integers(1, 1 << 62, size=(len(wanted) * items, 2), dtype=np.uint64)
    present, index = np.unique(person, return_inverse=True)
    pattern = np.zeros((len(present), 2), dtype=np.uint64)
    for side in range(2):
        np.add.at(pattern[:, side], index, marks[row * items + item, side])
    mixed = pattern[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ pattern[:, 1]
    _, first, group, sizes = np.unique(mixed, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    people = np.split(present[order], np.cumsum(sizes)[:-1]) if len(sizes) else []
    speaks = np.zeros(len(present), dtype=bool)
    speaks[first] = True
    chosen = speaks[index]
    columns = group[index[chosen]] * items + item[chosen]
    rows: dict[int, Columns] = {}
    for at, column in zip(row[chosen].tolist(), columns.tolist(), strict=True):
        entries = rows.setdefault(at, {})
        entries[column] = entries.get(column, 0) + 1
    numbers = np.array(sorted(rows), dtype=np.int64)
    return _System(people, sizes, [rows[at] for at in numbers.tolist()], numbers, items)


def _eliminate(system: _System, limit: int, totals: np.ndarray) -> tuple[list[Columns], list[tuple[Columns, float]]]:
    """(rows that are zero on every group of at least `limit`, all reduced rows with their totals).

    Rows are reduced shortest first, each by the pivots before it, and take their own pivot in a large group if they
    can: a combination that is zero on all large groups is then one of the rows left without such a pivot.
    """
    heavy = system.sizes >= limit
    items = system.items
    pivots: dict[int, tuple[int, Columns, int, float]] = {}
    light: list[Columns] = []
    reduced: list[tuple[Columns, float]] = []
    for at in sorted(range(len(system.rows)), key=lambda i: len(system.rows[i])):
        columns = dict(system.rows[at])
        total = float(totals[system.numbers[at]])
        waiting = [(pivots[column][0], column) for column in columns if column in pivots]
        heapq.heapify(waiting)
        while waiting:
            _, column = heapq.heappop(waiting)
            weight = columns.get(column)
            if weight is None:
                continue
            _, pivot_columns, inverse, pivot_total = pivots[column]
            factor = weight * inverse % PRIME
            total -= (factor if factor <= PRIME // 2 else factor - PRIME) * pivot_total
            for other, value in pivot_columns.items():
                left = (columns.get(other, 0) - factor * value) % PRIME
                if left:
                    if other not in columns and other in pivots:
                        heapq.heappush(waiting, (pivots[other][0], other))
                    columns[other] = left
                else:
                    columns.pop(other, None)
        if not columns:
            continue
        pivot = next((column for column in columns if heavy[column // items]), None)
        if pivot is None:
            light.append(columns)
            pivot = next(iter(columns))
        pivots[pivot] = (len(pivots), columns, pow(columns[pivot], -1, PRIME), total)
        reduced.append((columns, total))
    return light, reduced


def _at_an_end(columns: Columns, total: float, system: _System, scale: tuple[float, float]) -> bool:
    """Whether a figure that adds up answers (all with one weight) can only come from everyone at one end of the
    scale."""
    signed = _signed(columns)
    if not np.isfinite(total) or signed is None or len(set(signed.values())) != 1:
        return False
    weight = next(iter(signed.values()))
    n = sum(int(system.sizes[column // system.items]) for column in columns)
    return any(abs(total / weight - n * end) < 1e-6 * max(1, n) for end in scale)


def _signed(columns: Columns) -> Columns | None:
    """The weights as whole numbers around 0, or None where one is a fraction modulo the prime."""
    signed = {column: value if value <= PRIME // 2 else value - PRIME for column, value in columns.items()}
    return None if any(abs(value) > LARGEST_WEIGHT for value in signed.values()) else signed
