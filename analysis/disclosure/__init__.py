"""What may be shown of answers to a survey, and what is withheld so that nothing points at anyone (RULES 3).

>>> plan = protect_tree({"org": None, "a": "org", "b": "org"}, {"org": 1, "a": 12, "b": 7})
>>> plan.published
{'org': 19, 'a': 12, 'b': 7}
>>> plan.withheld
{'org': 1}
"""

from analysis.disclosure.answers import AnswerPlan, plans_of, protect_answers
from analysis.disclosure.audit import Finding, audit
from analysis.disclosure.breakdowns import BreakdownPlan, ledger_of_units, protect_breakdowns
from analysis.disclosure.figures import shown_means, shown_shares
from analysis.disclosure.ledger import Judgement, Ledger
from analysis.disclosure.organisations import check_cells, check_organisations
from analysis.disclosure.policy import TERMS, Policy, Sensitivity, Tier
from analysis.disclosure.relations import health_relation
from analysis.disclosure.release import Release, release_rows, release_units
from analysis.disclosure.tree import TreePlan, protect_tree

__all__ = [
    "TERMS",
    "AnswerPlan",
    "BreakdownPlan",
    "Finding",
    "Judgement",
    "Ledger",
    "Policy",
    "Release",
    "Sensitivity",
    "Tier",
    "TreePlan",
    "audit",
    "check_cells",
    "check_organisations",
    "health_relation",
    "ledger_of_units",
    "plans_of",
    "protect_answers",
    "protect_breakdowns",
    "protect_tree",
    "release_rows",
    "release_units",
    "shown_means",
    "shown_shares",
]
