"""From register rows to what a study counts: spells, outcomes, time at risk, and who was included."""

from analysis.cohort.inclusion_flow import inclusion_flow
from analysis.cohort.lexis import split_time
from analysis.cohort.merge_spells import merge_spells
from analysis.cohort.outcome_definition import OutcomeDefinition
from analysis.cohort.outcomes import Outcomes, outcomes
from analysis.cohort.person_time import person_time
from analysis.cohort.state_histories import STATES, state_histories

__all__ = [
    "STATES",
    "OutcomeDefinition",
    "Outcomes",
    "inclusion_flow",
    "merge_spells",
    "outcomes",
    "person_time",
    "split_time",
    "state_histories",
]
