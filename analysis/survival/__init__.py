"""Time to an event: curves and tests without a model, regression, competing events and movement between states."""

from analysis.survival.cox import cox
from analysis.survival.cox_fit import CoxFit
from analysis.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from analysis.survival.expected_time import expected_time
from analysis.survival.fine_gray import FineGray, fine_gray
from analysis.survival.frailty_cox import FrailtyCoxFit, frailty_cox
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.logrank import LogRank, logrank
from analysis.survival.state_occupation import StateOccupation, state_occupation
from analysis.survival.survival_quantile import survival_quantile

__all__ = [
    "CoxFit",
    "CumulativeIncidence",
    "FineGray",
    "FrailtyCoxFit",
    "LogRank",
    "StateOccupation",
    "cox",
    "cumulative_incidence",
    "expected_time",
    "fine_gray",
    "frailty_cox",
    "kaplan_meier",
    "logrank",
    "state_occupation",
    "survival_quantile",
]
