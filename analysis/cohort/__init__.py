"""From register rows to what a study counts: spells, outcomes, time at risk, and who was included."""

from analysis.cohort.merge_spells import merge_spells

__all__ = ["merge_spells"]
