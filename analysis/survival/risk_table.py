"""How many are at risk, and what happens to them, at each distinct time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RiskTable:
    """time: (t,) distinct exit times, ascending; n_risk: (t,) with start < time <= stop; counts: (t, c) exits by
    outcome code 0..c-1, where 0 is censored."""

    time: np.ndarray
    n_risk: np.ndarray
    counts: np.ndarray

    @property
    def n_censored(self) -> np.ndarray:
        return self.counts[:, 0]

    @property
    def n_event(self) -> np.ndarray:
        """Events of any kind."""
        return self.counts[:, 1:].sum(axis=1)


def risk_table(start: np.ndarray | None, stop: np.ndarray, outcome: np.ndarray, n_outcomes: int) -> RiskTable:
    """Counts from one sort of the exits and, with delayed entry, one of the entries."""
    time, place = np.unique(stop, return_inverse=True)
    counts = np.bincount(place * n_outcomes + outcome, minlength=time.size * n_outcomes).reshape(-1, n_outcomes)
    n_risk = stop.size - np.concatenate([[0], np.cumsum(counts.sum(axis=1))[:-1]])
    if start is not None:
        n_risk = n_risk - (start.size - np.searchsorted(np.sort(start), time, side="left"))
    return RiskTable(time, n_risk, counts)
