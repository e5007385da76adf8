"""Counts and rates: Poisson, negative binomial, and two-part models for many zeros."""

from analysis.counts.poisson import PoissonFit, poisson

__all__ = ["PoissonFit", "poisson"]
