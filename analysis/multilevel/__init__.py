"""Rows within units: mixed models, marginal models, intraclass correlations, unit means."""

from analysis.multilevel.gee import GEE, gee
from analysis.multilevel.icc import IntraclassCorrelation, icc
from analysis.multilevel.linear_mixed import LinearMixed, linear_mixed
from analysis.multilevel.logistic_mixed import LogisticMixed, logistic_mixed
from analysis.multilevel.within_between import within_between

__all__ = [
    "GEE",
    "IntraclassCorrelation",
    "LinearMixed",
    "LogisticMixed",
    "gee",
    "icc",
    "linear_mixed",
    "logistic_mixed",
    "within_between",
]
