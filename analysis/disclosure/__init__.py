"""What may be shown of answers to a survey, and what is withheld so that nothing points at anyone (RULES 3).

>>> plan = protect_tree({"org": None, "a": "org", "b": "org"}, {"org": 1, "a": 12, "b": 7})
>>> plan.published
{'org': 19, 'a': 12, 'b': 7}
>>> plan.withheld
{'org': 1}
"""

from analysis.disclosure.policy import TERMS, Policy, Sensitivity
from analysis.disclosure.tree import TreePlan, protect_tree

__all__ = [
    "TERMS",
    "Policy",
    "Sensitivity",
    "TreePlan",
    "protect_tree",
]
