"""Yes/no outcomes: odds ratios and risk ratios."""

from analysis.binary.logistic import LogisticFit, logistic
from analysis.binary.risk_ratio import RiskRatioFit, risk_ratio

__all__ = ["LogisticFit", "RiskRatioFit", "logistic", "risk_ratio"]
