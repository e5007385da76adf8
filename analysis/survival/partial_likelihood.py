"""Cox's partial likelihood: its value, score, information and score residuals, with Breslow's or Efron's ties.

With risk r_i = w_i exp(x_i b), risk-set sums S0, S1 (of r and r x) and the sums E0, E1 over the events tied at a time,
the d events of a time have the denominators D_j = S0 - f_j E0, where f_j = j / d for Efron and 0 for Breslow, each
with the mean weight m of these events. Everything below is a sum over such denominators (Efron 1977, JASA 72:557;
Therneau and Grambsch 2000, Modeling Survival Data, ch. 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.survival.risk_sets import RiskSets

CHUNK = 1 << 15
# Below this a squared denominator leaves the range of floating point; a beta that gets there is no estimate.
VANISHING = 1e-150


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


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at one `beta`. Risks are scaled by exp(-shift) so that none overflows.

    risk: (n,); dying: (K,) E0 or None without Efron ties; denominators: (E,) D.
    """

    beta: np.ndarray
    shift: float
    risk: np.ndarray
    denominators: np.ndarray
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Increments:
    """Sums over the denominators of each event time, all (K,): of m/D, m f/D, m/D^2, m f/D^2 and m f^2/D^2."""

    hazard: np.ndarray
    spared: np.ndarray
    square: np.ndarray
    square_spared: np.ndarray
    square_twice_spared: np.ndarray

    def times(self, factor: np.ndarray) -> Increments:
        """Each increment times `factor` (K,)."""
        return Increments(
            self.hazard * factor,
            self.spared * factor,
            self.square * factor,
            self.square_spared * factor,
            self.square_twice_spared * factor,
        )


@dataclass(frozen=True, eq=False)
class MeanSums:
    """at_risk: (K, p) S1; dying: (K, p) E1, or None without Efron ties."""

    at_risk: np.ndarray
    dying: np.ndarray | None

    def crossed(self, increments: Increments) -> tuple[np.ndarray, np.ndarray | None]:
        """Sums over the denominators of m (S1 - f E1)/D^2, and the same times f."""
        if self.dying is None:
            return increments.square[:, None] * self.at_risk, None
        path = increments.square[:, None] * self.at_risk - increments.square_spared[:, None] * self.dying
        spared = increments.square_spared[:, None] * self.at_risk - increments.square_twice_spared[:, None] * self.dying
        return path, spared


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """X: (n, p) centred covariates in C order; weights: (n,) or None where all are 1; offset: (n,) or None."""

    X: np.ndarray
    weights: np.ndarray | None
    sets: RiskSets
    events: TiedEvents
    offset: np.ndarray | None = None

    def at(self, beta: np.ndarray) -> Point:
        """The log partial likelihood at `beta`; -inf where that is too far out to be computed."""
        eta = self.X @ beta
        if self.offset is not None:
            eta += self.offset
        shift = float(eta.max()) if len(eta) else 0.0
        eta -= shift
        rows, at = self.events.rows, self.events.at
        chosen = eta[rows]
        risk = np.exp(eta, out=eta)
        if self.weights is not None:
            risk *= self.weights
        at_risk = self.sets.sums(risk)
        dying = self.events.sums(risk[rows])
        # A difference of sums can lose what is left of a small risk set; those who die in it are surely there.
        at_risk = np.maximum(at_risk, dying)
        denominators = at_risk[at]
        if self.events.tied:
            denominators -= self.events.fraction * dying[at]
        if not denominators.min(initial=1.0) > VANISHING:
            value = -np.inf
        elif self.weights is None:
            value = chosen.sum() - np.log(denominators).sum()
        else:
            value = self.weights[rows] @ chosen - self.events.mean_weight[at] @ np.log(denominators)
        return Point(beta, shift, risk, denominators, float(value))

    def increments(self, point: Point) -> Increments:
        """The sums over each time's denominators, times their mean weight."""
        events, m = self.events, self.events.mean_weight
        inverse = 1 / point.denominators
        square = inverse * inverse
        if not events.tied:
            none = np.zeros(len(m))
            return Increments(m * events.sums(inverse), none, m * events.sums(square), none, none)
        f = events.fraction
        return Increments(
            m * events.sums(inverse),
            m * events.sums(f * inverse),
            m * events.sums(square),
            m * events.sums(f * square),
            m * events.sums(f * f * square),
        )

    def expected(self, point: Point, increments: Increments) -> np.ndarray:
        """Each row's weighted expected number of events, w_i exp(x_i b) times its cumulated hazard: (n,)."""
        expected = self.sets.spread(increments.hazard)
        expected *= point.risk
        if self.events.tied:
            rows = self.events.rows
            expected[rows] -= point.risk[rows] * increments.spared[self.events.at]
        return expected

    def score(self, expected: np.ndarray, time_factor: np.ndarray | None = None) -> np.ndarray:
        """The gradient X'(w event - expected): (p,). With `time_factor` (K,), that of covariates times it."""
        rows = self.events.rows
        observed = np.ones(len(rows)) if self.weights is None else self.weights[rows]
        if time_factor is not None:
            observed = observed * time_factor[self.events.at]
        excess = -expected
        excess[rows] += observed
        return self.X.T @ excess

    def mean_sums(self, point: Point) -> MeanSums:
        """The risk-set sums of r x."""
        dying = None
        if self.events.tied:
            rows, n = self.events.rows, len(self.X)
            begins = np.append(self.events.first, len(rows))
            dying = sparse.csr_array((point.risk[rows], rows, begins), shape=(len(begins) - 1, n)) @ self.X
        return MeanSums(self.sets.sums(point.risk, self.X), dying)

    def information(self, expected: np.ndarray, increments: Increments, means: MeanSums) -> np.ndarray:
        """Minus the second derivative: X' diag(expected) X less the part of the means, (p, p)."""
        p = self.X.shape[1]
        total = np.zeros((p, p))
        for begin in range(0, len(expected), CHUNK):
            block = self.X[begin : begin + CHUNK]
            total += block.T @ (block * expected[begin : begin + CHUNK, None])
        path, spared = means.crossed(increments)
        total -= means.at_risk.T @ path
        if spared is not None and means.dying is not None:
            total += means.dying.T @ spared
        return (total + total.T) / 2

    def event_means(self, point: Point, increments: Increments, means: MeanSums) -> np.ndarray:
        """The covariates' mean over the denominators of each event time: (K, p)."""
        scale = 1 / (self.events.counts * self.events.mean_weight)
        mean = means.at_risk * (increments.hazard * scale)[:, None]
        if means.dying is not None:
            mean -= means.dying * (increments.spared * scale)[:, None]
        return mean

    def score_residuals(self, point: Point) -> np.ndarray:
        """Each row's weighted contribution to the score, (n, p): the integral of (x - mean) dM."""
        increments, means = self.increments(point), self.mean_sums(point)
        path, spared = means.crossed(increments)
        excess = -self.expected(point, increments)
        rows, at = self.events.rows, self.events.at
        observed = np.ones(len(rows)) if self.weights is None else self.weights[rows]
        excess[rows] += observed
        residuals = self.sets.spread(path)
        if spared is not None:
            residuals[rows] -= spared[at]
        residuals *= point.risk[:, None]
        residuals += self.X * excess[:, None]
        residuals[rows] -= observed[:, None] * self.event_means(point, increments, means)[at]
        return residuals

    def grouped_scores(
        self, group: np.ndarray, n_groups: int, point: Point, expected: np.ndarray, means: MeanSums
    ) -> np.ndarray:
        """The score residuals summed over groups, (n_groups, p), without making a residual for each row."""
        increments = self.increments(point)
        path, spared = means.crossed(increments)
        rows, at, sets = self.events.rows, self.events.at, self.sets
        observed = np.ones(len(rows)) if self.weights is None else self.weights[rows]
        excess = -expected
        excess[rows] += observed
        ends = np.arange(len(group) + 1, dtype=group.dtype)
        total = sparse.csc_array((excess, group, ends), shape=(n_groups, len(group))) @ self.X
        shape = (n_groups, sets.n_times + 1)
        running = sets.running(path)
        total += sparse.coo_array((point.risk, (group, sets.last)), shape=shape) @ running
        if sets.before is not None:
            total -= sparse.coo_array((point.risk, (group, sets.before)), shape=shape) @ running
        subtract = observed[:, None] * self.event_means(point, increments, means)[at]
        if spared is not None:
            subtract += point.risk[rows, None] * spared[at]
        ends = np.arange(len(rows) + 1, dtype=group.dtype)
        total -= sparse.csc_array((np.ones(len(rows)), group[rows], ends), shape=(n_groups, len(rows))) @ subtract
        return total
