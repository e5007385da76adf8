"""Cox's partial likelihood: its value, score and information, with Breslow's or Efron's ties.

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
from analysis.survival.tied_events import TiedEvents

CHUNK = 1 << 15
# Below this a squared denominator leaves the range of floating point; a beta that gets there is no estimate.
VANISHING = 1e-150


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at one `beta`. Risks are scaled by exp(-shift) so that none overflows.

    risk: (n,) r; denominators: (E,) D, one for each event.
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

    def event_weights(self) -> np.ndarray:
        """The weight of each event: (E,)."""
        rows = self.events.rows
        return np.ones(len(rows)) if self.weights is None else self.weights[rows]

    def excess(self, expected: np.ndarray, time_factor: np.ndarray | None = None) -> np.ndarray:
        """Weighted events less the expected ones: (n,). An event counts `time_factor` (K,) at its time, or once."""
        observed = self.event_weights()
        if time_factor is not None:
            observed = observed * time_factor[self.events.at]
        excess = -expected
        excess[self.events.rows] += observed
        return excess

    def score(self, expected: np.ndarray, time_factor: np.ndarray | None = None) -> np.ndarray:
        """The gradient: (p,). With `time_factor`, also in `expected`, that of the covariates times this factor."""
        return self.X.T @ self.excess(expected, time_factor)

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
