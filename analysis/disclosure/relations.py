"""Health complaints are told of the whole organisation only, and only as a relation (RULES 3.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.policy import TERMS, Policy, Sensitivity, Tier
from analysis.errors import BadArgument


@dataclass(frozen=True)
class Relation:
    """How a working condition goes with a complaint: rank correlation (-1 to 1) among `n` people, no level of
    either."""

    condition: str
    complaint: str
    correlation: float
    n: int


def health_relation(
    answers: pd.DataFrame,
    condition: str,
    complaint: str,
    sensitivity: dict[str, Sensitivity],
    policy: Policy = TERMS,
) -> Relation | None:
    """Spearman's correlation of a condition with a complaint over the whole organisation; None where too few
    answered both or all answered alike. A level of the complaint cannot be asked for here.

    `answers`: all respondents of the organisation.
    """
    if sensitivity.get(complaint) is not Sensitivity.HEALTH or sensitivity.get(condition) is Sensitivity.HEALTH:
        raise BadArgument("A relation is between a working condition and a health complaint, in that order.")
    if policy.needed(Tier.MEAN, sensitivity.get(condition, Sensitivity.ORDINARY), whole=True) is None:
        return None
    both = answers[[condition, complaint]].dropna()
    if len(both) < policy.whole_from or (both.nunique() < 2).any():
        return None
    ranks = both.rank().to_numpy()
    return Relation(condition, complaint, round(float(np.corrcoef(ranks.T)[0, 1]), 2), len(both))
