"""Disclosure: what is published and withheld beside threshold-only and hide-only, and how long large campaigns take."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from analysis.disclosure import (
    audit,
    protect_answers,
    protect_breakdowns,
    protect_tree,
    release_rows,
    release_units,
)
from benchmarks.section import Row, Section

CAMPAIGNS = 2_000
UNITS, ANSWERS, QUESTIONS, PER_THEME = 10_000, 100_000, 70, 4

Parents = dict[int, int | None]


def generated_tree(g: np.random.Generator, units: int) -> tuple[Parents, dict[int, int]]:
    """Three to twelve units under each, leaders counted in the unit above those they lead, 1 to 19 answers in the
    lowest."""
    parents: Parents = {0: None}
    level = [0]
    while len(parents) < units:
        below = []
        for above in level:
            for _ in range(int(g.integers(3, 13))):
                if len(parents) < units:
                    below.append(len(parents))
                    parents[len(parents)] = above
        level = below
    inner = set(parents.values())
    return parents, {unit: int(g.integers(1, 4) if unit in inner else g.integers(1, 20)) for unit in parents}


def _cells(parents: Parents, shown: dict[int, int]) -> dict[int, int]:
    left = dict(shown)
    for unit in shown:
        above = parents[unit]
        while above is not None and above not in shown:
            above = parents[above]
        if above is not None:
            left[above] -= shown[unit]
    return left


def _threshold(parents: Parents, direct: dict[int, int]) -> dict[int, int]:
    total = dict(direct)
    for unit in sorted(parents, reverse=True):
        above = parents[unit]
        if above is not None:
            total[above] += total[unit]
    return {unit: n for unit, n in total.items() if n >= 6}


def _hide_only(parents: Parents, shown: dict[int, int]) -> dict[int, int]:
    """Whole reports only: while a difference is about few, the smallest report it is made with is hidden."""
    shown = dict(shown)
    while True:
        few = [unit for unit, n in _cells(parents, shown).items() if 0 < n < 6]
        if not few:
            return shown
        unit = max(few)
        below = [u for u in shown if _next_shown(parents, shown, u) == unit]
        del shown[min(below, key=lambda u: shown[u]) if below else unit]


def _next_shown(parents: Parents, shown: dict[int, int], unit: int) -> int | None:
    above = parents[unit]
    while above is not None and above not in shown:
        above = parents[above]
    return above


def _campaigns() -> list[Row]:
    g = np.random.default_rng(6)
    eligible = leaks = leaking = kept = hidden_kept = withheld = shown_answers = 0
    for _ in range(CAMPAIGNS):
        parents, direct = generated_tree(g, int(g.integers(5, 80)))
        plain = _threshold(parents, direct)
        plan = protect_tree(parents, direct)
        found = sum(0 < n < 6 for n in _cells(parents, plain).values())
        eligible += len(plain)
        leaks += found
        leaking += found > 0
        kept += len(plan.published)
        hidden_kept += len(_hide_only(parents, plain))
        withheld += sum(plan.withheld.values())
        shown_answers += sum(plain.values())
    share, hide = kept / eligible, hidden_kept / eligible
    return [
        Row(
            f"eligible units published, {CAMPAIGNS:,} campaigns",
            f"{share:.1%}",
            f"threshold only: 100 %, {leaks:,} small groups told in {leaking / CAMPAIGNS:.0%} of the campaigns",
            "-",
            "100 %",
            share == 1,
        ),
        Row("the same against hiding only", f"{share:.1%}", f"{hide:.1%}", f"{share / hide:.2f}", "> 1", share > hide),
        Row(
            "answers withheld, summed over the reports",
            f"{withheld / shown_answers:.2%}",
            "0 %",
            "-",
            "< 2 %",
            withheld / shown_answers < 0.02,
        ),
    ]


def _large() -> list[Row]:
    g = np.random.default_rng(7)
    parents, direct = generated_tree(g, UNITS)
    started = time.perf_counter()
    protect_tree(parents, direct)
    tree_time = time.perf_counter() - started
    own = np.repeat(list(direct), list(direct.values()))
    units = pd.Series(np.append(own, g.choice(own, max(0, ANSWERS - len(own)))))
    names = [f"q{i}" for i in range(QUESTIONS)]
    answers = pd.DataFrame(g.integers(1, 6, (len(units), QUESTIONS)).astype(float), columns=names)
    answers = answers.mask(g.random(answers.shape) < 0.03)
    started = time.perf_counter()
    plan = protect_answers(parents, units, answers)
    protected = time.perf_counter() - started
    derived = 0
    for question in names:
        values = answers[question].fillna(0).to_numpy()
        release = release_units([(m[question], [0], values) for m in (plan.means, plan.distributions)])
        derived += sum(finding.kind != "scale end" for finding in audit(release))
    whole = time.perf_counter() - started
    size = f"{UNITS:,} units, {len(units):,} answers"
    return [
        Row(f"{size}: one tree", f"{tree_time:.2f} s", "none", "-", "< 1 s", tree_time < 1),
        Row(f"{size}, {QUESTIONS} questions: protected", f"{protected:.1f} s", "none", "-", "-", True),
        Row(
            f"{size}, {QUESTIONS} questions, both tiers: protected and audited",
            f"{whole:.1f} s, {derived} findings",
            "none",
            "-",
            "< 60 s, none",
            whole < 60 and derived == 0,
        ),
    ]


def _means_by_group() -> Row:
    g = np.random.default_rng(8)
    people = pd.DataFrame({"occupation": g.integers(0, 40, 100_000), "sex": g.choice(["f", "m"], 100_000)})
    values = g.integers(1, 6, 100_000)
    started = time.perf_counter()
    plan = protect_breakdowns(people, ["occupation", "sex"])
    for shown in plan.people.values():
        values[np.fromiter(shown, dtype=np.int64, count=len(shown))].mean()
    taken = time.perf_counter() - started
    return Row("mean by group, 100,000 rows, protected", f"{taken:.2f} s", "none", "-", "< 0.5 s", taken < 0.5)


def _audit_bites() -> Row:
    everyone = np.arange(40)
    found = audit(release_rows([("all", everyone), ("all but one", everyone[1:])]))
    return Row("the audit finds one left over", f"{len(found)} finding", "1", "-", "1", len(found) == 1)


def measure() -> Section:
    return Section(
        name="disclosure",
        title="Disclosure",
        rows=[*_campaigns(), *_large(), _means_by_group(), _audit_bites()],
        note="Hiding only: whole reports, the smallest one of a telling difference hidden first. "
        "Attacks on 10,000 campaigns: `pytest -m slow tests/attacks/test_disclosure_campaigns.py`.",
    )
