"""Counts and rates: Poisson, negative binomial, and two-part models for many zeros."""

from analysis.counts.negative_binomial import NegativeBinomialFit, negative_binomial
from analysis.counts.poisson import PoissonFit, poisson

__all__ = ["NegativeBinomialFit", "PoissonFit", "negative_binomial", "poisson"]
