"""Who is at risk at which event time, as two positions per row.

A row is at risk in (start, stop]: it joins the risk sets of the event times after `start` and leaves after its last
event time at or before `stop`. With the distinct event times of every stratum laid end to end on one axis, a risk set
is a run of that axis, so that

    a sum over each risk set  = rows binned at the end (minus at the beginning) of their run, summed from the end back;
    a sum over each row's run = a running sum along the axis, read at the two ends of the run.

The two are each other's transpose. Neither needs the rows sorted, and both cost one pass over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

# A table of whole-numbered times is used up to this many cells for each row; beyond it, a binary search.
TABLE_CELLS_PER_ROW = 4


@dataclass(frozen=True, eq=False)
class RiskSets:
    """K event times, distinct within their stratum, in the order stratum, time.

    time, stratum: (K,); last: (n,) the last event time in the row's run, K where the run is empty;
    before: (n,) the event time just before the run, K where the run begins at the stratum's first, or None when
    nobody enters late; begins, ends: the stretch of each stratum with more than one event time, the longest first.
    """

    time: np.ndarray
    stratum: np.ndarray
    last: np.ndarray
    before: np.ndarray | None
    begins: np.ndarray
    ends: np.ndarray

    @property
    def n_times(self) -> int:
        return len(self.time)

    def sums(self, risk: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """Sum of `risk` (n,), or of `risk` times each column of `values` (n, p), over each risk set: (K,) or (K, p)."""
        n, size = len(self.last), self.n_times + 1
        if values is None:
            bins = np.bincount(self.last, risk, size)
            if self.before is not None:
                bins -= np.bincount(self.before, risk, size)
        else:
            if self.before is None:
                data, places = risk, self.last
            else:
                data, places = np.empty(2 * n), np.empty(2 * n, dtype=self.last.dtype)
                data[0::2], places[0::2] = risk, self.last
                np.negative(risk, out=data[1::2])
                places[1::2] = self.before
            ends = np.arange(0, len(data) + 1, max(len(data) // max(n, 1), 1), dtype=self.last.dtype)
            bins = sparse.csc_array((data, places, ends), shape=(size, n)) @ values
        bins = bins[:-1]
        # From the end back: bins seen in reverse order.
        self._accumulate(bins[::-1], self.n_times - self.ends, self.n_times - self.begins)
        return bins

    def running(self, increments: np.ndarray) -> np.ndarray:
        """Running sums of `increments` (K, ...) within each stratum, with a last entry of 0: (K + 1, ...)."""
        path = np.zeros((self.n_times + 1, *increments.shape[1:]))
        path[:-1] = increments
        self._accumulate(path, self.begins, self.ends)
        return path

    def spread(self, increments: np.ndarray) -> np.ndarray:
        """Sum of `increments` (K, ...) over each row's run of event times: (n, ...)."""
        path = self.running(increments)
        total = path[self.last]
        if self.before is not None:
            total -= path[self.before]
        return total

    @staticmethod
    def _accumulate(values: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> None:
        """Turn values into running sums within each stretch, in place.

        Few strata are summed one after another; many short ones all at once, place by place. A single running sum over
        all strata would be simpler, but would leave small strata with the rounding of the large ones before them.
        """
        longest = int((ends - begins).max(initial=0))
        if len(begins) <= longest:
            for begin, end in zip(begins, ends, strict=True):
                np.cumsum(values[begin:end], axis=0, out=values[begin:end])
            return
        reached = np.searchsorted(begins - ends, -np.arange(longest), side="left")
        for place in range(1, longest):
            here = begins[: reached[place]] + place
            values[here] += values[here - 1]


def find_risk_sets(stop: np.ndarray, event: np.ndarray, start: np.ndarray | None, stratum: np.ndarray) -> RiskSets:
    """The risk sets of rows at risk in (start, stop] with an event (boolean) at stop, by stratum code (0, 1, ...)."""
    times = np.unique(stop[event])
    upto_stop = _count_up_to(times, stop)
    upto_start = None if start is None else _count_up_to(times, start)
    base = stratum * len(times)
    cells = np.unique(base[event] + upto_stop[event] - 1)
    n_strata = int(stratum.max()) + 1 if len(stratum) else 0
    size = n_strata * len(times)
    table = _table_below(cells, size) if size <= TABLE_CELLS_PER_ROW * len(stop) + 1000 else None
    firsts = _count_below(cells, table, np.arange(n_strata + 1) * len(times))
    first = firsts[stratum]
    end = _count_below(cells, table, base + upto_stop)
    dump = len(cells)
    begin = first if upto_start is None else _count_below(cells, table, base + upto_start)
    at_risk = end > begin
    last = np.where(at_risk, end - 1, dump)
    before = None
    if upto_start is not None and (begin > first).any():
        before = np.where(at_risk & (begin > first), begin - 1, dump)
    lengths = np.diff(firsts)
    several = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths > 1)]
    index = np.int32 if 2 * len(stop) < np.iinfo(np.int32).max else np.int64
    return RiskSets(
        time=times[cells % max(len(times), 1)] if dump else times,
        stratum=cells // max(len(times), 1),
        last=last.astype(index),
        before=None if before is None else before.astype(index),
        begins=firsts[:-1][several],
        ends=firsts[1:][several],
    )


def _count_up_to(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How many of the sorted distinct `times` are at or before each value."""
    if len(times) and times[0] >= 0 and times[-1] < TABLE_CELLS_PER_ROW * len(values) + 1000:
        whole = np.minimum(values, times[-1]).astype(np.int64)
        if (times == np.floor(times)).all() and (values >= 0).all():
            table = np.cumsum(np.bincount(times.astype(np.int64)))
            return table[whole]
    order = np.argsort(values)  # a search in order stays in the processor's cache
    counts = np.empty(len(values), dtype=np.int64)
    counts[order] = np.searchsorted(times, values[order], side="right")
    return counts


def _table_below(cells: np.ndarray, size: int) -> np.ndarray:
    """At 0 ... `size`, how many of the sorted `cells` are below."""
    table = np.zeros(size + 1, dtype=np.int64)
    table[cells + 1] = 1
    return np.cumsum(table)


def _count_below(cells: np.ndarray, table: np.ndarray | None, values: np.ndarray) -> np.ndarray:
    """How many of the sorted `cells` are below each value, by their table if there is one."""
    return np.searchsorted(cells, values, side="left") if table is None else table[values]
