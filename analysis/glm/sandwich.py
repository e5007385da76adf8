"""Robust covariances: bread from the model, meat from the rows or from clusters of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import TooFewGroups


def sandwich(bread: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """bread S'S bread for score rows S: White's (1980) HC0, or Liang & Zeger's (1986) when S has one row per cluster.

    Without a small-sample factor, as in coxph and geeglm.
    """
    changes = scores @ bread
    covariance: np.ndarray = changes.T @ changes
    return covariance


def cluster_codes(data: pd.DataFrame, cluster: str, kept: np.ndarray) -> tuple[np.ndarray, int]:
    """Each kept row's cluster as a number from 0, and how many clusters there are (at least two)."""
    codes, labels = pd.factorize(data[cluster].iloc[kept] if len(kept) < len(data) else data[cluster])
    if len(labels) < 2:
        raise TooFewGroups(
            f"{cluster!r} has one cluster only: robust standard errors need many (40 is a usual minimum)."
        )
    return codes, len(labels)


def cluster_sums(scores: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """The sum of the score rows of each cluster, (groups, p)."""
    return np.column_stack([np.bincount(codes, weights=column, minlength=groups) for column in scores.T])
