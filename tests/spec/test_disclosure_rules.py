"""RULES 3 as literal tables: the input beside the answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import (
    TERMS,
    Ledger,
    Policy,
    Sensitivity,
    Tier,
    audit,
    check_cells,
    check_organisations,
    health_relation,
    protect_answers,
    protect_breakdowns,
    protect_tree,
    release_rows,
    release_units,
    shown_means,
    shown_shares,
)
from analysis.errors import BadArgument

ORG = {"org": None, "a": "org", "b": "org"}

# parents, direct -> published, withheld
TREES = [
    ("3.1 five answers", {"org": None}, {"org": 5}, {}, {}),
    ("3.1 six answers", {"org": None}, {"org": 6}, {"org": 6}, {}),
    ("3.6 the top leader", ORG, {"org": 1, "a": 12, "b": 7}, {"org": 19, "a": 12, "b": 7}, {"org": 1}),
    ("3.6 six leaders", ORG, {"org": 6, "a": 12, "b": 7}, {"org": 25, "a": 12, "b": 7}, {}),
    ("3.6 five in a hidden unit", ORG, {"a": 12, "b": 5}, {"org": 12, "a": 12}, {"org": 5}),
    ("3.6 hidden unit and leader are six", ORG, {"org": 1, "a": 12, "b": 5}, {"org": 18, "a": 12}, {}),
    (
        "3.6 union of hidden groups",
        {"org": None, "a": "org", "b": "org", "c": "org"},
        {"a": 9, "b": 2, "c": 3},
        {"org": 9, "a": 9},
        {"org": 5},
    ),
    (
        "3.8 the child gives one so that the parent can show five",
        {"org": None, "a": "org", "a1": "a"},
        {"org": 5, "a": 6, "a1": 1},
        {"org": 12, "a": 6},
        {"a": 1},
    ),
    ("no answers at all", ORG, {}, {}, {}),
]


@pytest.mark.parametrize(("rule", "parents", "direct", "published", "withheld"), TREES, ids=[t[0] for t in TREES])
def test_unit_trees(rule: str, parents: dict, direct: dict, published: dict, withheld: dict) -> None:
    plan = protect_tree(parents, direct)
    assert (plan.published, plan.withheld) == (published, withheld)
    assert set(plan.hidden) == set(parents) - set(published)
    for unit, records in plan.records.items():
        assert sum(direct.get(part, 0) for part in records) == published[unit]
    for reason in [*plan.hidden.values(), *plan.reasons.values()]:
        assert not any(digit in reason.replace("Fewer than 6", "") for digit in "0123456789")


KEYS = {
    "integers": ([1, 2, 3, 10], None),
    "floats with NaN": ([1.0, 2.0, 3.0, 10.0], float("nan")),
    "text": (["1", "2", "3", "10"], None),
    "numpy integers": ([np.int64(1), np.int64(2), np.int64(3), np.int64(10)], np.nan),
}


@pytest.mark.parametrize("kind", KEYS)
def test_the_kind_of_key_does_not_matter(kind: str) -> None:
    (top, two, three, ten), nothing = KEYS[kind]
    parents = {top: nothing, two: top, three: two, ten: two}
    plan = protect_tree(parents, {top: 5, two: 6, three: 1, ten: 1, nothing: 4})
    assert [int(unit) for unit in plan.published] == [1, 2]
    assert {int(u): sorted(int(r) for r in rows) for u, rows in plan.records.items()} == {1: [1, 2, 3, 10], 2: [2, 3]}
    assert {int(u): n for u, n in plan.withheld.items()} == {2: 1}
    assert plan.outside == 4


def test_booleans_and_categories_as_keys() -> None:
    plan = protect_tree({True: None, False: True}, {True: 1, False: 9})
    assert (plan.published, plan.withheld) == ({True: 9, False: 9}, {True: 1})
    names = pd.CategoricalIndex(["a", "b", "org"])
    units = pd.Series(pd.Categorical(["org", "org", None], categories=["org"]), index=names)
    direct = pd.Series([12, 7, 1], index=names)
    assert protect_tree(units, direct).published == {"org": 19, "a": 12, "b": 7}


@pytest.mark.parametrize(
    ("parents", "direct", "sentence"),
    [
        ({"a": "b", "b": "a"}, {}, "in a ring"),
        ({"a": "b"}, {}, "not units themselves: b"),
        ({"a": None}, {"a": -1}, "whole number"),
        ({"a": None}, {"a": 1.5}, "whole number"),
        ({"a": None}, {"x": 1}, "not a unit"),
    ],
)
def test_faults_are_sentences(parents: dict, direct: dict, sentence: str) -> None:
    with pytest.raises(BadArgument, match=sentence):
        protect_tree(parents, direct)


# sensitivity, tier, whole organisation -> fewest answers (None: never)
NEEDED = [
    (Sensitivity.ORDINARY, Tier.MEAN, False, 6),
    (Sensitivity.ORDINARY, Tier.DISTRIBUTION, False, 10),
    (Sensitivity.BULLYING, Tier.MEAN, False, None),
    (Sensitivity.BULLYING, Tier.MEAN, True, 10),
    (Sensitivity.UNWANTED_SEXUAL_ATTENTION, Tier.DISTRIBUTION, True, 10),
    (Sensitivity.UNEQUAL_TREATMENT, Tier.MEAN, False, 10),
    (Sensitivity.HEALTH, Tier.MEAN, True, None),
]


@pytest.mark.parametrize(("sensitivity", "tier", "whole", "needed"), NEEDED)
def test_sensitive_themes(sensitivity: Sensitivity, tier: Tier, whole: bool, needed: int | None) -> None:
    assert TERMS.needed(tier, sensitivity, whole) == needed


def test_a_campaign_may_tell_of_large_regions_by_its_own_policy() -> None:
    policy = Policy(sensitive_regions_from=100)
    assert policy.needed(Tier.MEAN, Sensitivity.BULLYING, whole=False) == 100
    with pytest.raises(BadArgument):
        Policy(mean_from=10, distribution_from=6)


@pytest.mark.parametrize(
    ("n", "mean", "distribution"), [(5, {}, {}), (6, {"u": 6}, {}), (9, {"u": 9}, {}), (10, {"u": 10}, {"u": 10})]
)
def test_means_from_six_and_percentages_from_ten(n: int, mean: dict, distribution: dict) -> None:
    plan = protect_answers({"u": None}, pd.Series(["u"] * 12), pd.DataFrame({"q": [3.0] * n + [np.nan] * (12 - n)}))
    assert (plan.means["q"].published(), plan.distributions["q"].published()) == (mean, distribution)


def test_a_unit_of_seven_is_kept_out_of_the_percentages_above_it() -> None:
    units = pd.Series(["a"] * 20 + ["b"] * 7)
    plan = protect_answers(ORG, units, pd.DataFrame({"q": [1, 2, 3] * 9}))
    assert plan.means["q"].published() == {"org": 27, "a": 20, "b": 7}
    assert plan.distributions["q"].published() == {"org": 20, "a": 20}


@pytest.mark.parametrize(("n", "in_unit", "in_org"), [(10, 10, 10), (11, 10, 16), (7, 6, 12)])
def test_a_unit_gives_an_answer_upwards_unless_that_would_cost_its_percentages(
    n: int, in_unit: int, in_org: int
) -> None:
    units = pd.Series(["a"] * n + ["org"] * 5)
    plan = protect_answers({"org": None, "a": "org"}, units, pd.DataFrame({"q": [2.0] * len(units)}))
    assert plan.means["q"].published() == {"org": in_org, "a": in_unit}


def test_classes_of_sensitivity_in_units() -> None:
    units = pd.Series(["a"] * 12 + ["b"] * 9)
    classes = {"mob": Sensitivity.BULLYING, "unequal": Sensitivity.UNEQUAL_TREATMENT, "pain": Sensitivity.HEALTH}
    answers = pd.DataFrame({"mob": [1.0] * 21, "unequal": [2.0] * 21, "pain": [3.0] * 21})
    plan = protect_answers(ORG, units, answers, sensitivity=classes)
    assert plan.means["mob"].published() == {"org": 21}
    assert plan.means["unequal"].published() == {"org": 21, "a": 11}
    assert "pain" not in plan.means
    assert "relations" in str(plan.why_not("org", "pain"))


@pytest.mark.parametrize(("partial", "question"), [(0, 14), (1, 14), (5, 14), (6, 20)])
def test_partial_responders_are_not_isolated_by_the_theme(partial: int, question: int) -> None:
    answers = pd.DataFrame({"q1": [3.0] * (14 + partial), "q2": [2.0] * 14 + [np.nan] * partial})
    plan = protect_answers({"u": None}, pd.Series(["u"] * len(answers)), answers, themes={"t": ["q1", "q2"]})
    assert plan.theme_means["t"].published() == {"u": 14}
    assert plan.means["q1"].published() == {"u": question}
    assert plan.means["q2"].published() == {"u": 14}


def test_means_at_the_ends_of_the_scale() -> None:
    units = pd.Series(["a"] * 8 + ["b"] * 8 + ["org"] * 6)
    values = np.array([5.0] * 8 + [1.0] * 7 + [2.0] + [3.0] * 5 + [4.0])
    plan = protect_answers(ORG, units, pd.DataFrame({"q": values}))
    shown = shown_means(plan.means["q"], values, (1, 5))
    at = plan.tree.at
    assert np.isnan(shown.mean[at["a"]])
    assert shown.above[at["a"]] == 4.5
    assert shown.mean[at["b"]] == 9 / 8
    assert shown.mean[at["org"]] == pytest.approx(values.mean())


def test_answers_that_are_alike_are_not_told_by_what_a_report_adds() -> None:
    units = pd.Series(["a"] * 8 + ["org"] * 6)
    values = np.array([1.0, 2, 3, 4, 5, 3, 3, 3] + [5.0] * 6)
    plan = protect_answers({"org": None, "a": "org"}, units, pd.DataFrame({"q": values}))
    shown = shown_means(plan.means["q"], values, (1, 5))
    assert np.isnan(shown.mean[plan.tree.at["org"]])
    assert shown.mean[plan.tree.at["a"]] == 3
    mean = plan.means["q"]
    assert {finding.kind for finding in audit(release_units([(mean, [0], values)]))} == {"scale end"}
    assert audit(release_units([(mean.only(~np.isnan(shown.mean)), [0], values)])) == []
    alike = protect_answers({"u": None}, pd.Series(["u"] * 12), pd.DataFrame({"q": [2.0] * 12}))
    assert np.isnan(shown_shares(alike.distributions["q"], np.full(12, 2.0), np.arange(1, 6))).all()


@pytest.mark.parametrize(
    ("organisations", "reason"),
    [
        (["a"] * 6 + ["b"] * 6, "Fewer than 3"),
        (["a"] * 4 + ["b"] * 4 + ["c"] * 4, None),
        (["a"] * 85 + ["b"] * 10 + ["c"] * 5, None),
        (["a"] * 86 + ["b"] * 10 + ["c"] * 4, "more than 85 %"),
    ],
)
def test_research_cells_do_not_point_at_one_organisation(organisations: list[str], reason: str | None) -> None:
    found = check_organisations(pd.Series(organisations))
    assert (found is None) if reason is None else (found is not None and reason in found)


def test_research_cells_of_few_people_are_refused() -> None:
    frame = pd.DataFrame({"cell": ["x"] * 5 + ["y"] * 6, "organisation": list("abcab") + list("abcabc")})
    assert list(check_cells(frame, "cell", "organisation")) == ["x"]


def test_health_is_told_as_a_relation_only() -> None:
    answers = pd.DataFrame({"demands": range(12), "pain": [x // 2 for x in range(12)]})
    classes = {"pain": Sensitivity.HEALTH}
    relation = health_relation(answers, "demands", "pain", classes)
    assert relation is not None and (relation.correlation, relation.n) == (0.99, 12)
    assert health_relation(answers.head(9), "demands", "pain", classes) is None
    with pytest.raises(BadArgument):
        health_relation(answers, "pain", "demands", classes)


def test_breakdowns_leave_out_before_they_hide() -> None:
    people = pd.DataFrame({"sex": ["f"] * 10 + ["m"] * 10, "age": (["-39"] * 7 + ["40+"] * 3) * 2})
    plan = protect_breakdowns(people, ["sex", "age", ["sex", "age"]])
    assert plan.published[(("sex", "f"), ("age", "-39"))] == 7
    assert plan.published[()] == 20
    assert plan.hidden[(("sex", "f"), ("age", "40+"))] == "Fewer than 6 answers."
    assert plan.published[(("sex", "f"),)] == 7
    assert plan.withheld[(("sex", "f"),)] == 3


@pytest.mark.parametrize("kind", [int, float, str, "category"])
def test_the_kind_of_key_does_not_matter_in_breakdowns(kind: object) -> None:
    codes = pd.Series([1] * 9 + [2] * 8 + [10] * 3 + [None] * 2, dtype="Float64")
    age = pd.Series([True, False] * 11)
    keys = codes.astype("float64") if kind is float else codes.astype("Int64").astype("str" if kind is str else "Int64")
    keys = keys.astype("category") if kind == "category" else keys.where(codes.notna())
    plan = protect_breakdowns(pd.DataFrame({"unit": keys, "age": age}), ["unit", "age"])
    counts = {tuple((column, int(float(value))) for column, value in cell): n for cell, n in plan.published.items()}
    units = {(("unit", 1),): 9, (("unit", 2),): 8}
    assert counts == {(): 17, (("age", 0),): 11} | units
    assert plan.hidden.keys() == {(("unit", keys[17]),), (("age", True),)}
    assert plan.unknown == {"age": 0, "unit": 2}


def test_a_reissue_with_one_answer_less_is_held_back() -> None:
    people = pd.DataFrame({"sex": ["f"] * 8 + ["m"] * 9})
    first = protect_breakdowns(people, ["sex"])
    second = protect_breakdowns(people.drop(index=0), ["sex"], ledger=first.ledger)
    assert first.published[(("sex", "f"),)] == 8
    assert (("sex", "f"),) in second.hidden
    assert second.published[(("sex", "m"),)] == 9


def test_ledger_is_not_changed_by_asking() -> None:
    empty = Ledger()
    after, judged = empty.ask("all", range(12))
    assert (len(empty), len(after), judged.shown) == (0, 1, True)


EVERYONE = np.arange(30)
# name, rows, values -> kinds found
AUDITS = [
    ("nested and safe", [EVERYONE, EVERYONE[:20]], None, set()),
    ("one left over", [EVERYONE, EVERYONE[:29]], None, {"derived"}),
    ("few by themselves", [EVERYONE[:5]], None, {"derived"}),
    ("union of two", [EVERYONE, EVERYONE[:14], EVERYONE[14:27]], None, {"derived"}),
    ("five and five crossing", [EVERYONE[:10], EVERYONE[5:15], EVERYONE[:15]], None, {"derived"}),
    ("all at the end", [EVERYONE[:8]], np.full(30, 5.0), {"scale end"}),
]


@pytest.mark.parametrize(("name", "rows", "values", "kinds"), AUDITS, ids=[a[0] for a in AUDITS])
def test_the_audit_finds(name: str, rows: list[np.ndarray], values: np.ndarray | None, kinds: set[str]) -> None:
    findings = audit(release_rows([(str(i), row) for i, row in enumerate(rows)], values))
    assert {finding.kind for finding in findings} == kinds


@pytest.mark.parametrize(("left", "found"), [(5, True), (6, True), (9, True), (10, False)])
def test_the_audit_holds_distributions_to_ten(left: int, found: bool) -> None:
    rows = [("all", EVERYONE), ("part", EVERYONE[: 30 - left])]
    assert bool(audit(release_rows(rows, tier=Tier.DISTRIBUTION))) == found
