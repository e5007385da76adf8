"""Time to an event: curves and tests without a model, regression, competing events and movement between states."""

from analysis.survival.cox import cox
from analysis.survival.cox_fit import CoxFit
from analysis.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from analysis.survival.fine_gray import FineGray, fine_gray
from analysis.survival.frailty_cox import FrailtyCoxFit, frailty_cox
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.logrank import LogRank, logrank
from analysis.survival.survival_quantile import survival_quantile

__all__ = [
    "CoxFit",
    "cox",
    "FrailtyCoxFit",
    "frailty_cox",
    "fine_gray",
    "FineGray",
    "CumulativeIncidence",
    "LogRank",
    "cumulative_incidence",
    "kaplan_meier",
    "logrank",
    "survival_quantile",
]
