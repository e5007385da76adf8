"""Scales: how reliable they are, whether units agree on them, how they are scored, whether their structure holds."""

from analysis.reliability.agreement import rwg
from analysis.reliability.alpha import Alpha, cronbach_alpha
from analysis.reliability.cfa import CFA, cfa
from analysis.reliability.invariance import Invariance, invariance
from analysis.reliability.item_statistics import item_statistics
from analysis.reliability.omega import Omega, omega_total
from analysis.reliability.score import score

__all__ = [
    "CFA",
    "Alpha",
    "Invariance",
    "Omega",
    "cfa",
    "cronbach_alpha",
    "invariance",
    "item_statistics",
    "omega_total",
    "rwg",
    "score",
]
