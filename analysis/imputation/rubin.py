"""Rubin's rules: one estimate and its uncertainty from those of several completed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Combined:
    """`total` = `within` + (1 + 1/m) `between`, all (p, p); `df`, `riv`, `fmi` and `share` (lambda) by term."""

    estimate: np.ndarray
    within: np.ndarray
    between: np.ndarray
    total: np.ndarray
    df: np.ndarray
    riv: np.ndarray
    fmi: np.ndarray
    share: np.ndarray


def combine(estimates: np.ndarray, covariances: np.ndarray, df_complete: float) -> Combined:
    r"""Combine estimates (m, p) and covariances (m, p, p), with Barnard & Rubin's degrees of freedom by term.

    .. math:: T = \bar U + (1 + 1/m) B, \quad \lambda = (1 + 1/m) B / T, \quad \nu_{old} = (m - 1) / \lambda^2, \quad
        \nu_{obs} = \frac{\nu_{com} + 1}{\nu_{com} + 3} \nu_{com} (1 - \lambda), \quad
        \nu = \frac{\nu_{old}\,\nu_{obs}}{\nu_{old} + \nu_{obs}}

    riv = (1 + 1/m) B / U, fmi = (riv + 2 / (df + 3)) / (1 + riv) (Rubin 1987; Barnard & Rubin 1999, Biometrika
    86:948-955). Where nothing differs between imputations df is infinite: the interval is the fit's.

    >>> found = combine(np.array([[1.0], [1.2], [1.1]]), np.full((3, 1, 1), 0.04), df_complete=100)
    >>> float(found.estimate[0].round(2)), float(found.total[0, 0].round(4)), float(found.df[0].round(1))
    (1.1, 0.0533, 22.3)
    """
    m = len(estimates)
    mean = estimates.mean(axis=0)
    within = covariances.mean(axis=0)
    away = estimates - mean
    between = away.T @ away / (m - 1)
    total = within + (1 + 1 / m) * between
    U, B, T = np.diag(within), np.diag(between), np.diag(total)
    same = (1 + 1 / m) * B <= 1e-14 * U
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(same, 0.0, (1 + 1 / m) * B / T)
        riv = np.where(same, 0.0, (1 + 1 / m) * B / U)
        clipped = np.maximum(share, 1e-4)  # as mice does, so that nearly equal imputations give finite df
        old = (m - 1) / clipped**2
        if np.isinf(df_complete):
            df = old
        else:
            observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - clipped)
            df = old * observed / (old + observed)
        df = np.where(same, np.inf, df)
        fmi = np.where(same, 0.0, (riv + 2 / (df + 3)) / (1 + riv))
    return Combined(mean, within, between, total, df, riv, fmi, share)
