"""The weighted risk sets of the subdistribution hazard, as cumulative sums over sorted times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.survival.risk_table import risk_table

CENSORED, CAUSE, COMPETING = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Subdistribution:
    """Rows sorted by `stop`. kind: CENSORED, CAUSE or COMPETING; X: (n, p), centred.

    Someone with a competing event at s stays in the risk set of a later time t with weight G(t-) / G(s-), where G is
    the Kaplan-Meier curve of censoring.
    """

    stop: np.ndarray
    kind: np.ndarray
    X: np.ndarray

    @cached_property
    def times(self) -> np.ndarray:
        """(m,) distinct times of the cause."""
        return np.unique(self.stop[self.kind == CAUSE])

    @cached_property
    def events(self) -> np.ndarray:
        """(m,) events of the cause at each of `times`."""
        return np.bincount(np.searchsorted(self.times, self.stop[self.kind == CAUSE])).astype(float)

    @cached_property
    def passed(self) -> np.ndarray:
        """(n,) how many of `times` lie at or before each stop."""
        return np.searchsorted(self.times, self.stop, side="right")

    @cached_property
    def competing(self) -> np.ndarray:
        """Positions of the competing events."""
        return np.flatnonzero(self.kind == COMPETING)

    def uncensored(self, times: np.ndarray) -> np.ndarray:
        """G(t-): the probability of not being censored before t."""
        return self._censoring[1][np.searchsorted(self._censoring[0], times, side="left")]

    @cached_property
    def _censoring(self) -> tuple[np.ndarray, np.ndarray]:
        table = risk_table(None, self.stop, (self.kind == CENSORED).astype(np.int64), 2)
        curve = np.concatenate([[1.0], np.cumprod(1 - table.n_event / table.n_risk)])
        if table.time[0] == 0:  # as in crr, where nothing lies before 0: G(0-) is G(0)
            curve[0] = curve[1]
        return table.time, curve

    @cached_property
    def later(self) -> np.ndarray:
        """(m,) G(t-) at `times`."""
        return self.uncensored(self.times)

    @cached_property
    def own(self) -> np.ndarray:
        """(c,) G(s-) of each competing event."""
        return self.uncensored(self.stop[self.competing])

    @cached_property
    def _first(self) -> np.ndarray:
        return np.searchsorted(self.stop, self.times, side="left")

    def risk_sums(self, values: np.ndarray) -> np.ndarray:
        """Sum of `values` (n,) or (n, p) over the weighted risk set at each of `times`."""
        still = np.add.reduceat(values, self._first, axis=0)[::-1].cumsum(axis=0)[::-1]
        columns = values[:, None] if values.ndim == 1 else values
        later = self.later.reshape(-1, *[1] * (values.ndim - 1))
        left = np.stack([self.left_sums(columns[:, j]) for j in range(columns.shape[1])], axis=1)
        return still + later * left.reshape(still.shape)

    def left_sums(self, values: np.ndarray) -> np.ndarray:
        """(m,) sum of values / G(s-) over the competing events before each of `times`."""
        weights = values[self.competing] / self.own
        m = self.times.size
        return np.bincount(self.passed[self.competing], weights=weights, minlength=m + 1).cumsum()[:m]

    def over_own_risk(self, jumps: np.ndarray) -> np.ndarray:
        """Weighted sum of `jumps` (m,) or (m, p) over the times at which each row is at risk: (n,) or (n, p)."""
        zero = np.zeros((1, *jumps.shape[1:]))
        before = np.concatenate([zero, np.cumsum(jumps, axis=0)])
        later = self.later.reshape(-1, *[1] * (jumps.ndim - 1))
        weighted = np.concatenate([zero, np.cumsum(jumps * later, axis=0)])
        total = before[self.passed]
        own = self.own.reshape(-1, *[1] * (jumps.ndim - 1))
        total[self.competing] += (weighted[-1] - weighted[self.passed[self.competing]]) / own
        return total
