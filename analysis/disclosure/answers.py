"""All questions and themes of a campaign at the level of single answers, in both tiers (RULES 3.1-3.8, 3.11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure.admit_single import SingleAdmission
from analysis.disclosure.admit_whole import Known
from analysis.disclosure.admitted import Admitted, admit_answers, admit_cells
from analysis.disclosure.policy import TERMS, Policy, Sensitivity, Tier
from analysis.disclosure.theme_answers import admit_theme
from analysis.disclosure.unit_tree import Unit, UnitTree, unit_tree
from analysis.errors import BadArgument, require_columns


@dataclass(frozen=True, eq=False)
class AnswerPlan:
    """`means` and `distributions` by question, `theme_means` by theme; what is not in them is not told at all.

    `hidden`: question or theme -> why nothing is told of it. `outside`: respondents without a unit, who are in no
    report.
    """

    tree: UnitTree
    policy: Policy
    themes: Mapping[str, Sequence[str]]
    means: dict[str, Admitted]
    distributions: dict[str, Admitted]
    theme_means: dict[str, Admitted]
    hidden: dict[str, str]
    outside: int

    def why_not(self, unit: Unit, question: str, tier: Tier = Tier.MEAN) -> str | None:
        """The sentence for a report where a figure is missing, or None where it is there. It tells no count."""
        found = (self.means | self.theme_means if tier is Tier.MEAN else self.distributions).get(question)
        if found is None:
            return self.hidden.get(question, "Only the mean is told of a theme.")
        if found.shown[self.tree.at[unit]]:
            return None
        return f"Not shown: together with other figures it would point at fewer than {found.fewest} who answered."


@dataclass(frozen=True, eq=False)
class _Campaign:
    tree: UnitTree
    unit: np.ndarray
    policy: Policy
    tops: np.ndarray
    singles: dict[int, SingleAdmission] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)

    def single(self, minimum: int) -> SingleAdmission:
        return self.singles.setdefault(minimum, SingleAdmission(minimum, self.policy.distribution_from))

    def limit(self, tier: Tier, sensitivity: Sensitivity) -> tuple[int, np.ndarray] | None:
        """(fewest answers, units that may show it), or None where nobody may."""
        anywhere = self.policy.needed(tier, sensitivity, whole=False)
        whole = self.policy.needed(tier, sensitivity, whole=True)
        if anywhere is not None:
            return anywhere, np.ones(len(self.tree.units), dtype=bool)
        return None if whole is None else (whole, self.tops)

    def admitted(
        self, name: str, tier: Tier, cell: np.ndarray, shown: np.ndarray, rows: np.ndarray, fewest: int
    ) -> Admitted:
        given = np.bincount(self.unit[rows & (self.unit >= 0)], minlength=len(self.tree.units))
        return Admitted(name, tier, self.tree, cell, shown, self.tree.subtree_totals(given), fewest)

    def distribution(self, mean: Admitted, rows: np.ndarray, sensitivity: Sensitivity) -> Admitted | None:
        limit = self.limit(Tier.DISTRIBUTION, sensitivity)
        if limit is None:
            return None
        minimum, allowed = limit
        shown = mean.shown & (mean.counts >= minimum) & allowed
        cell = admit_cells(self.tree, mean.cell, shown, minimum, self.known.setdefault(minimum, {}))
        return self.admitted(mean.name, Tier.DISTRIBUTION, cell, shown, rows, minimum)


def protect_answers(
    parents: Mapping[Unit, Unit | None] | pd.Series,
    units: pd.Series,
    answers: pd.DataFrame,
    *,
    sensitivity: Mapping[str, Sensitivity] | None = None,
    themes: Mapping[str, Sequence[str]] | None = None,
    policy: Policy = TERMS,
) -> AnswerPlan:
    """Whose answer to which question is in which unit's mean and percentages, so that nobody's can be derived.

    `units`: each respondent's own unit (missing: none). `answers`: one row per respondent, one column per question,
    missing where not answered. `themes`: theme -> its questions, for themes whose mean is told beside those of the
    questions.
    `sensitivity`: question or theme -> class, ordinary where it is not named; a theme's class holds for its questions.

    >>> units = pd.Series(["a"] * 12 + ["b"] * 7 + ["org"])
    >>> plan = protect_answers({"org": None, "a": "org", "b": "org"}, units, pd.DataFrame({"q1": [3] * 20}))
    >>> plan.means["q1"].published(), plan.distributions["q1"].published()
    ({'org': 19, 'a': 12, 'b': 7}, {'org': 12, 'a': 12})
    """
    themes = themes or {}
    classes = dict(sensitivity or {})
    require_columns(answers, [question for questions in themes.values() for question in questions])
    if len(units) != len(answers):
        raise BadArgument(f"There are {len(units)} units for {len(answers)} rows of answers; give one for each.")
    tree = unit_tree(parents)
    unit = tree.positions(units)
    campaign = _Campaign(tree, unit, policy, tree.above < 0)
    plan = AnswerPlan(tree, policy, themes, {}, {}, {}, {}, int((unit < 0).sum()))
    told: set[str] = set()
    for theme, questions in themes.items():
        repeated = told.intersection(questions)
        if repeated:
            raise BadArgument(f"The question {min(repeated)!r} is in two themes; it can be told beside one only.")
        told.update(questions)
        _plan_theme(campaign, plan, theme, answers[list(questions)], classes)
    for question in answers.columns:
        if question not in told:
            _plan_question(campaign, plan, question, answers[question], classes.get(question, Sensitivity.ORDINARY))
    return plan


def _plan_question(
    campaign: _Campaign, plan: AnswerPlan, question: str, answers: pd.Series, sensitivity: Sensitivity
) -> None:
    limit = campaign.limit(Tier.MEAN, sensitivity)
    if limit is None:
        plan.hidden[question] = _only_as(sensitivity)
        return
    minimum, allowed = limit
    rows = answers.notna().to_numpy()
    own = np.bincount(campaign.unit[rows & (campaign.unit >= 0)], minlength=len(campaign.tree.units))
    shown = (campaign.tree.subtree_totals(own) >= minimum) & allowed
    cell = admit_answers(campaign.tree, campaign.unit, rows, shown, campaign.single(minimum))
    _tell(campaign, plan, campaign.admitted(question, Tier.MEAN, cell, shown, rows, minimum), rows, sensitivity)


def _plan_theme(
    campaign: _Campaign, plan: AnswerPlan, theme: str, answers: pd.DataFrame, classes: dict[str, Sensitivity]
) -> None:
    named = {classes[name] for name in (theme, *answers.columns) if name in classes}
    if len(named) > 1:
        raise BadArgument(f"The theme {theme!r} and its questions differ in sensitivity; give them one class.")
    sensitivity = named.pop() if named else Sensitivity.ORDINARY
    limit = campaign.limit(Tier.MEAN, sensitivity)
    if limit is None:
        plan.hidden.update(dict.fromkeys((theme, *answers.columns), _only_as(sensitivity)))
        return
    minimum, allowed = limit
    rows = answers.notna().to_numpy()
    cells = admit_theme(campaign.tree, campaign.unit, rows, allowed, minimum, campaign.single(minimum))
    complete = rows.all(axis=1)
    plan.theme_means[theme] = campaign.admitted(theme, Tier.MEAN, cells.theme, cells.theme_shown, complete, minimum)
    for j, question in enumerate(answers.columns):
        mean = campaign.admitted(question, Tier.MEAN, cells.questions[:, j], cells.shown[:, j], rows[:, j], minimum)
        _tell(campaign, plan, mean, rows[:, j], sensitivity)


def _tell(campaign: _Campaign, plan: AnswerPlan, mean: Admitted, rows: np.ndarray, sensitivity: Sensitivity) -> None:
    plan.means[mean.name] = mean
    distribution = campaign.distribution(mean, rows, sensitivity)
    if distribution is not None:
        plan.distributions[mean.name] = distribution


def _only_as(sensitivity: Sensitivity) -> str:
    return f"{sensitivity.value.capitalize()}: told only as relations with working conditions, never as a level."


def plans_of(plan: AnswerPlan) -> Iterator[Admitted]:
    """All that is published by a plan, one question or theme and tier at a time."""
    yield from plan.theme_means.values()
    yield from plan.means.values()
    yield from plan.distributions.values()
