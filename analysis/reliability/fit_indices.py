"""How well a measurement model fits: chi-square, CFI, TLI, RMSEA with interval, SRMR, as lavaan defines them.

Hu & Bentler 1999, Struct Equ Modeling 6:1-55; RMSEA's interval: Browne & Cudeck 1993; its groups: Steiger 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from analysis.reliability.measurement_model import Moments, Sample


@dataclass(frozen=True)
class FitIndices:
    """`rmsea_low` and `rmsea_high` bound a 90 % interval; the baseline model has no covariances at all."""

    chisq: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    baseline_chisq: float
    baseline_df: int
    log_likelihood: float
    aic: float
    bic: float


def fit_indices(
    discrepancy: float, samples: Sequence[Sample], implied: Sequence[Moments], *, parameters: int, means: bool
) -> FitIndices:
    """All indices from the discrepancy at the maximum and the implied moments of each group."""
    groups, n = len(samples), sum(sample.n for sample in samples)
    p = len(samples[0].mean)
    df = groups * (p * (p + 1) // 2 + (p if means else 0)) - parameters
    chisq = max(n * discrepancy, 0.0) if df else 0.0
    log_dets = [float(np.linalg.slogdet(sample.covariance)[1]) for sample in samples]
    baseline = sum(
        s.n * (np.log(np.diag(s.covariance)).sum() - log_det) for s, log_det in zip(samples, log_dets, strict=True)
    )
    baseline_df = groups * p * (p - 1) // 2
    excess = max(chisq - df, 0.0)
    baseline_excess = max(baseline - baseline_df, excess)
    cfi = 1.0 if baseline_excess == 0 else 1 - excess / baseline_excess
    tli = 1.0 if df == 0 else (baseline / baseline_df - chisq / df) / (baseline / baseline_df - 1)
    low, high = (_rmsea(_noncentrality(chisq, df, share), df, n, groups) for share in (0.95, 0.05))
    saturated = -0.5 * sum(s.n * (p * np.log(2 * np.pi) + d + p) for s, d in zip(samples, log_dets, strict=True))
    log_likelihood = saturated - n * discrepancy / 2
    return FitIndices(
        chisq=chisq,
        df=df,
        p_value=float(stats.chi2.sf(chisq, df)) if df else 1.0,
        cfi=float(cfi),
        tli=float(tli),
        rmsea=_rmsea(excess, df, n, groups),
        rmsea_low=low,
        rmsea_high=high,
        srmr=_srmr(samples, implied, means=means),
        baseline_chisq=float(baseline),
        baseline_df=baseline_df,
        log_likelihood=float(log_likelihood),
        aic=float(2 * parameters - 2 * log_likelihood),
        bic=float(np.log(n) * parameters - 2 * log_likelihood),
    )


def _rmsea(noncentrality: float, df: int, n: int, groups: int) -> float:
    return float(np.sqrt(noncentrality / (df * n) * groups)) if df else 0.0


def _noncentrality(chisq: float, df: int, share: float) -> float:
    """The noncentrality at which `share` of the distribution lies below `chisq`; 0 where even none is too much."""
    if df == 0 or stats.chi2.cdf(chisq, df) < share:
        return 0.0
    high = chisq + 10.0
    while stats.ncx2.cdf(chisq, df, high) > share:
        high *= 2
    return float(optimize.brentq(lambda x: stats.ncx2.cdf(chisq, df, x) - share, 1e-12, high, xtol=1e-10))


def _srmr(samples: Sequence[Sample], implied: Sequence[Moments], *, means: bool) -> float:
    """Root mean square of residuals in the items' own standard deviations (Bentler), averaged over groups by size."""
    n = sum(sample.n for sample in samples)
    total = 0.0
    for sample, moments in zip(samples, implied, strict=True):
        scale = np.sqrt(np.diag(sample.covariance))
        rest = (sample.covariance - moments.covariance) / np.outer(scale, scale)
        squares = list(rest[np.tril_indices(len(scale))] ** 2)
        if means and moments.mean is not None:
            squares += list(((sample.mean - moments.mean) / scale) ** 2)
        total += sample.n / n * float(np.sqrt(np.mean(squares)))
    return total
