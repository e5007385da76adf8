"""The events of a Cox model, time by time, and what of a tied event's risk has left before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.survival.risk_sets import RiskSets


@dataclass(frozen=True, eq=False)
class TiedEvents:
    """The events in the order of their event times.

    rows: (E,) positions of the rows with an event; at: (E,) their event time; first: (K,) where each time's events
    begin; fraction: (E,) the share f of the tied events' risk that has left, 0 for Breslow; mean_weight: (K,);
    tied: whether any fraction is above 0.
    """

    rows: np.ndarray
    at: np.ndarray
    first: np.ndarray
    fraction: np.ndarray
    mean_weight: np.ndarray
    tied: bool

    @property
    def counts(self) -> np.ndarray:
        """(K,) how many events each time has."""
        return np.diff(self.first, append=len(self.rows))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums of `values` (E, ...) over the events of each time: (K, ...)."""
        return np.add.reduceat(values, self.first, axis=0) if len(self.first) < len(values) else values


def tied_events(sets: RiskSets, event: np.ndarray, weights: np.ndarray | None, ties: str) -> TiedEvents:
    """The events of the rows where `event` is true, for `ties` "efron" or "breslow"."""
    rows = np.flatnonzero(event)
    rows = rows[np.argsort(sets.last[rows], kind="stable")]
    at = sets.last[rows]
    first = np.searchsorted(at, np.arange(sets.n_times))
    count = np.diff(first, append=len(rows))
    place = np.arange(len(rows)) - first[at]
    tied = ties == "efron" and bool((count > 1).any())
    fraction = place / count[at] if tied else np.zeros(len(rows))
    if weights is None:
        mean_weight = np.ones(sets.n_times)
    else:
        mean_weight = np.add.reduceat(weights[rows], first) / count if len(first) else np.zeros(0)
    return TiedEvents(rows, at, first, fraction, mean_weight, tied)
