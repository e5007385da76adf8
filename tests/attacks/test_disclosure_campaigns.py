"""An attacker who sees all published figures, who is in which unit and who answered what, but no answer.

Linear algebra: elimination in many random column orders; any combination of figures about few people shows up as a
row with few people in it once the order puts the others first. Linear programming: the least and greatest mean that
the figures and the ends of the scale allow for each small group.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.disclosure import (
    TERMS,
    Ledger,
    Tier,
    audit,
    ledger_of_units,
    protect_answers,
    protect_breakdowns,
    release_units,
)

ITEMS = ["q1", "q2", "q3"]


class Campaign:
    """A generated organisation: units, leaders in the unit above, item non-response, sex and age."""

    def __init__(self, seed: int) -> None:
        g = np.random.default_rng(seed)
        self.parents: dict[str, str | None] = {"org": None}
        names = ["org"]
        for number in range(int(g.integers(2, 14))):
            above = names[int(g.integers(0, max(1, len(names) // 2 + 1)))]
            names.append(f"u{number}")
            self.parents[names[-1]] = above
        inner = set(self.parents.values())
        units = [u for u in names for _ in range(int(g.integers(0, 3) if u in inner else g.integers(1, 16)))]
        n = len(units)
        self.units = pd.Series(units, index=[f"p{i}" for i in range(n)], dtype=object)
        answers = pd.DataFrame(g.integers(1, 6, (n, 3)).astype(float), columns=ITEMS, index=self.units.index)
        self.answers = answers.mask(g.random((n, 3)) < 0.08)
        self.people = pd.DataFrame(
            {"unit": self.units, "sex": g.choice(["f", "m"], n), "age": g.choice(["-39", "40-49", "50+"], n)}
        )
        self.g = g


def few_people(rows: np.ndarray, owner: np.ndarray, limit: int, g: np.random.Generator, tries: int = 12) -> set[int]:
    """People of a combination of rows about 1 to limit - 1 of them, or nobody. `owner`: the person of each column."""
    for _ in range(tries):
        order = g.permutation(rows.shape[1])
        work = rows[:, order].astype(float)
        at = 0
        for column in range(work.shape[1]):
            if at == len(work):
                break
            pivot = at + int(np.argmax(np.abs(work[at:, column])))
            if abs(work[pivot, column]) < 1e-7:
                continue
            work[[at, pivot]] = work[[pivot, at]]
            work[at] /= work[at, column]
            others = np.flatnonzero(np.abs(work[:, column]) > 1e-12)
            others = others[others != at]
            work[others] -= np.outer(work[others, column], work[at])
            at += 1
        for row in work[:at]:
            people = set(owner[order[np.abs(row) > 1e-7]].tolist())
            if 0 < len(people) < limit:
                return people
    return set()


def unit_rows(campaign: Campaign, figures: list[tuple[np.ndarray, list[int]]]) -> tuple[np.ndarray, np.ndarray]:
    """0/1 rows over person x item and the person of each column."""
    n = len(campaign.units)
    rows = np.zeros((len(figures), n * 3))
    for i, (members, items) in enumerate(figures):
        for item in items:
            rows[i, np.flatnonzero(members) * 3 + item] = 1
    return rows, np.repeat(np.arange(n), 3)


def published(campaign: Campaign, with_theme: bool) -> tuple[list[tuple[np.ndarray, list[int]]], ...]:
    plan = protect_answers(
        campaign.parents, campaign.units, campaign.answers, themes={"theme": ITEMS} if with_theme else None
    )
    means = [(m.members(u), [j]) for j, q in enumerate(ITEMS) for m in [plan.means[q]] for u in m.published()]
    means += [(m.members(u), [0, 1, 2]) for m in plan.theme_means.values() for u in m.published()]
    shares = [(m.members(u), [j]) for j, q in enumerate(ITEMS) for m in [plan.distributions[q]] for u in m.published()]
    return means, shares


def attack_units(seed: int) -> None:
    campaign = Campaign(seed)
    means, shares = published(campaign, with_theme=bool(seed % 2))
    for figures, limit in ((means + shares, 6), (shares, 10)):
        rows, owner = unit_rows(campaign, figures)
        assert not few_people(rows, owner, limit, campaign.g), seed


def threshold_only(campaign: Campaign) -> list[tuple[np.ndarray, list[int]]]:
    figures = []
    for unit in campaign.parents:
        inside = {unit}
        while more := {u for u, above in campaign.parents.items() if above in inside} - inside:
            inside |= more
        for item, question in enumerate(ITEMS):
            members = (campaign.units.isin(inside) & campaign.answers[question].notna()).to_numpy()
            if members.sum() >= 6:
                figures.append((members, [item]))
    return figures


def attack_breakdowns(seed: int) -> None:
    """Units, then breakdowns, then the same after a withdrawal and a late answer, all under one ledger."""
    campaign = Campaign(seed)
    plan = protect_answers(campaign.parents, campaign.units, campaign.answers[["q1"]])
    ledger = ledger_of_units(plan.means["q1"], plan.distributions["q1"], people=campaign.units.index)
    answered = campaign.people[campaign.answers["q1"].notna()]
    for wave in range(2):
        if wave and len(answered) > 1:
            late = answered.iloc[[0]].rename(index={answered.index[0]: "late"})
            answered = pd.concat([answered.drop(answered.index[int(campaign.g.integers(len(answered)))]), late])
        ledger = protect_breakdowns(answered, ["sex", "age", ["sex", "age"], ["unit", "sex"]], ledger=ledger).ledger
    names = {name: i for i, name in enumerate([*campaign.units.index, "late"])}
    for entries, limit in ((list(ledger), 6), ([e for e in ledger if e.tier is Tier.DISTRIBUTION], 10)):
        rows = np.zeros((len(entries), len(names)))
        for i, entry in enumerate(entries):
            rows[i, [names[name] for name in entry.people]] = 1
        assert not few_people(rows, np.arange(len(names)), limit, campaign.g), seed


@pytest.mark.parametrize("seed", range(0, 300, 25))
def test_no_combination_of_unit_figures_is_about_few_people(seed: int) -> None:
    for one in range(seed, seed + 25):
        attack_units(one)


@pytest.mark.parametrize("seed", range(0, 40, 10))
def test_no_combination_with_breakdowns_waves_withdrawal_and_late_answer(seed: int) -> None:
    for one in range(seed, seed + 10):
        attack_breakdowns(one)


@pytest.mark.slow
def test_ten_thousand_campaigns() -> None:
    for seed in range(10_000):
        attack_units(seed)
        if seed % 4 == 0:
            attack_breakdowns(seed)


def test_the_attack_succeeds_against_a_plain_threshold() -> None:
    broken = 0
    for seed in range(60):
        campaign = Campaign(seed)
        rows, owner = unit_rows(campaign, threshold_only(campaign))
        broken += bool(few_people(rows, owner, 6, campaign.g))
    assert broken > 30


def test_bounds_tell_no_small_group_and_do_tell_one_behind_a_threshold() -> None:
    def tightest(figures: list[tuple[np.ndarray, list[int]]], campaign: Campaign) -> float:
        rows, _ = unit_rows(campaign, figures)
        rows = rows[:, ::3]
        patterns, group = np.unique(rows, axis=1, return_inverse=True)
        sizes = np.bincount(group)
        known = patterns @ np.bincount(group, weights=campaign.answers["q1"].fillna(3))
        bounds = np.column_stack([sizes, 5 * sizes])
        widths = [4.0]
        for k in np.flatnonzero((sizes < 6) & patterns.any(axis=0)):
            ends = []
            for sign in (1, -1):
                solved = linprog(sign * (np.arange(len(sizes)) == k), A_eq=patterns, b_eq=known, bounds=bounds)
                ends.append(sign * solved.fun)
            widths.append((ends[1] - ends[0]) / sizes[k])
        return min(widths)

    protected, plain = [], []
    for seed in range(12):
        campaign = Campaign(seed)
        plan = protect_answers(campaign.parents, campaign.units, campaign.answers[["q1"]])
        mean = plan.means["q1"]
        protected.append(tightest([(mean.members(u), [0]) for u in mean.published()], campaign))
        plain.append(tightest([f for f in threshold_only(campaign) if f[1] == [0]], campaign))
    assert min(protected) > 4 * TERMS.tight
    assert min(plain) < 1e-6


@pytest.mark.parametrize("seed", range(0, 40, 10))
def test_the_audit_agrees_that_nothing_can_be_derived(seed: int) -> None:
    for one in range(seed, seed + 10):
        campaign = Campaign(one)
        plan = protect_answers(campaign.parents, campaign.units, campaign.answers, themes={"theme": ITEMS})
        parts = [(plan.theme_means["theme"], range(3), None)]
        parts += [(m[q], [j], None) for j, q in enumerate(ITEMS) for m in (plan.means, plan.distributions)]
        assert audit(release_units(parts)) == []


def test_a_ledger_does_not_give_away_the_twelfth() -> None:
    ledger, first = Ledger().ask("all", range(12))
    ledger, second = ledger.ask("without one", range(11))
    assert first.shown
    assert not second.shown
