"""Counts and rates: Poisson, negative binomial, and two-part models for many zeros."""

from analysis.counts.hurdle import HurdleFit, hurdle
from analysis.counts.negative_binomial import NegativeBinomialFit, negative_binomial
from analysis.counts.poisson import PoissonFit, poisson
from analysis.counts.zero_inflated import ZeroInflatedFit, zero_inflated

__all__ = [
    "HurdleFit",
    "NegativeBinomialFit",
    "PoissonFit",
    "ZeroInflatedFit",
    "hurdle",
    "negative_binomial",
    "poisson",
    "zero_inflated",
]
