"""Gray's test: do the cumulative incidences of a cause differ between groups?"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from analysis.survival.risk_table import risk_table


def gray_tests(
    stop: np.ndarray, code: np.ndarray, group: np.ndarray, stratum: np.ndarray, rho: float
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """chisq, df and p_value for each cause 1..c in `code` (0 censored), and what could not be computed.

    The score of a group is the weighted sum of its events minus those expected if the subdistribution hazards were
    equal, where n_k (1 - F_k) / S_k stands for the number that would be at risk; scores and their covariance add up
    over strata. Source: Gray (1988), Ann. Statist. 16, 1141-1154, section 3.
    """
    k, causes = int(group.max()) + 1, int(code.max())
    if k < 2:
        empty = np.empty(0)
        return {"chisq": empty, "df": empty.astype(int), "p_value": empty}, ()
    chisq, notes = np.empty(causes), []
    for cause in range(1, causes + 1):
        kind = np.where(code == 0, 0, np.where(code == cause, 1, 2))
        score, covariance = np.zeros(k - 1), np.zeros((k - 1, k - 1))
        for layer in np.unique(stratum):
            rows = stratum == layer
            s, v = _one_stratum(stop[rows], kind[rows], group[rows], k, rho)
            score, covariance = score + s, covariance + v
        if np.linalg.matrix_rank(covariance) < k - 1:
            notes.append(f"Gray's test for cause {cause} cannot be computed: too few events in one of the groups.")
            chisq[cause - 1] = np.nan
            continue
        chisq[cause - 1] = score @ np.linalg.solve(covariance, score)
    return {"chisq": chisq, "df": np.full(causes, k - 1), "p_value": chi2.sf(chisq, k - 1)}, tuple(notes)


def _one_stratum(
    stop: np.ndarray, kind: np.ndarray, group: np.ndarray, k: int, rho: float
) -> tuple[np.ndarray, np.ndarray]:
    """Score (k-1,) and covariance (k-1, k-1) of kind 1 (the cause) against 2 (other causes)."""
    whole = risk_table(None, stop, group * 3 + kind, 3 * k)
    counts = whole.counts.reshape(-1, k, 3)
    happened = (counts[:, :, 1:].sum(axis=(1, 2))) > 0
    leaving = counts.sum(axis=2)
    risk = (np.bincount(group, minlength=k) - (np.cumsum(leaving, axis=0) - leaving))[happened].astype(float)
    mine, other = counts[happened, :, 1].astype(float), counts[happened, :, 2].astype(float)
    present = risk > 0
    safe = np.where(present, risk, 1.0)
    survival = np.cumprod(np.where(present, (risk - mine - other) / safe, 1.0), axis=0)
    survival_before = np.vstack([np.ones(k), survival[:-1]])
    incidence = np.cumsum(np.where(present, survival_before * mine / safe, 0.0), axis=0)
    incidence_before = np.vstack([np.zeros(k), incidence[:-1]])

    alive = np.where(present & (survival_before > 0), survival_before, 1.0)
    share = np.where(present, risk / alive, 0.0)  # (t, k): h_r of the paper
    at_risk = share * (1 - incidence_before)  # R_r
    total, total_at_risk, events = share.sum(axis=1), at_risk.sum(axis=1), mine.sum(axis=1)
    pooled = np.cumsum(events / total)
    pooled_before = np.concatenate([[0.0], pooled[:-1]])
    weight = np.maximum(1 - pooled_before, 0) ** rho

    score = (weight[:, None] * (mine - np.where(present, events[:, None] * at_risk / total_at_risk[:, None], 0))).sum(
        axis=0
    )
    a = -weight[:, None, None] * share[:, :, None] * share[:, None, :] / total[:, None, None]
    a[:, np.arange(k), np.arange(k)] += weight[:, None] * share
    c = np.cumsum(a * (events / (total * (1 - pooled_before)))[:, None, None], axis=0)
    return score[:-1], _covariance(a, c, risk, mine, other, survival, alive, present, pooled, total)[:-1, :-1]


def _covariance(
    a: np.ndarray,
    c: np.ndarray,
    risk: np.ndarray,
    mine: np.ndarray,
    other: np.ndarray,
    survival: np.ndarray,
    alive: np.ndarray,
    present: np.ndarray,
    pooled: np.ndarray,
    total: np.ndarray,
) -> np.ndarray:
    """Sum over times u and groups r of (x + (c(end) - c(u)) y)^2 dV, multiplied out so that one pass is enough."""
    k = risk.shape[1]
    events = mine.sum(axis=1)
    end = c[-1]
    covariance = np.zeros((k, k))
    for r in range(k):
        gone = (1 - pooled) / np.where(survival[:, r] > 0, survival[:, r], 1.0)
        own = np.where(survival[:, r] > 0, 1 - gone, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ties = np.where(events > 1, 1 - (events - 1) / (total * alive[:, r] - 1), 1.0)
            own_jump = ties * alive[:, r] * events / (total * risk[:, r])
            ties = np.where(other[:, r] > 1, 1 - (other[:, r] - 1) / (risk[:, r] - 1), 1.0)
            other_jump = ties * alive[:, r] ** 2 * other[:, r] / risk[:, r] ** 2
        own_jump = np.where(present[:, r] & (events > 0), own_jump, 0.0)
        other_jump = np.where((survival[:, r] > 0) & (other[:, r] > 0), other_jump, 0.0)
        for x, y, jump in (
            (a[:, :, r] - own[:, None] * c[:, :, r], own, own_jump),
            (gone[:, None] * c[:, :, r], -gone, other_jump),
        ):
            cross = np.outer(end[:, r], (x * (y * jump)[:, None]).sum(axis=0))
            covariance += (x * jump[:, None]).T @ x + cross + cross.T + np.outer(end[:, r], end[:, r]) * (y**2 @ jump)
    return covariance
