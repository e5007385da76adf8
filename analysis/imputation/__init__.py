"""Missing values: several draws of what they may have been, and one answer from all of them."""

from analysis.imputation.impute import Imputations, impute
from analysis.imputation.pool import PooledFit, pool
from analysis.imputation.rubin import Combined, combine

__all__ = ["Combined", "Imputations", "PooledFit", "combine", "impute", "pool"]
