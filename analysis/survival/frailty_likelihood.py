"""The penalised partial likelihood of a shared gamma frailty, for a given variance of the frailty."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, special

from analysis.errors import NoConvergence
from analysis.survival.partial_likelihood import Increments, PartialLikelihood, Point

MAX_ITERATIONS = 100
MAX_HALVINGS = 30
CONVERGED = 1e-18
SOLVED = 1e-24
FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class FrailtyPoint:
    """The maximum for one theta: coefficients `beta` (p,) and log frailties `effects` (G,), of mean exp 1."""

    theta: float
    beta: np.ndarray
    effects: np.ndarray
    point: Point
    expected: np.ndarray
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class FrailtyLikelihood:
    """The partial likelihood with a term b_g for each group: plus the log density of exp(b_g), gamma of mean 1.

    group: (n,) codes of the rows' groups; events: (G,) how many events each group has.
    """

    partial: PartialLikelihood
    group: np.ndarray
    events: np.ndarray

    def at(self, beta: np.ndarray, effects: np.ndarray) -> Point:
        """The unpenalised likelihood with the groups' effects as offset."""
        return replace(self.partial, offset=effects[self.group]).at(beta)

    def maximise(self, theta: float, beta: np.ndarray, effects: np.ndarray) -> FrailtyPoint:
        """Newton's method from `beta` and `effects`, each step solved by conjugate gradients."""
        nu = 1 / theta
        point = self.at(beta, effects)
        value = point.log_likelihood + nu * np.sum(effects - np.exp(effects))
        for _ in range(MAX_ITERATIONS):
            increments = self.partial.increments(point)
            expected = self.partial.expected(point, increments)
            score = np.concatenate(
                [
                    self.partial.score(expected),
                    self.events - self._by_group(expected) + nu * (1 - np.exp(effects)),
                ]
            )
            step = self._solve(point, expected, increments, nu * np.exp(effects), score)
            decrement = float(score @ step)
            if decrement < CONVERGED:
                break
            p = len(beta)
            for _ in range(MAX_HALVINGS):
                new_beta, new_effects = point.beta + step[:p], effects + step[p:]
                trial = self.at(new_beta, new_effects)
                new_value = trial.log_likelihood + nu * np.sum(new_effects - np.exp(new_effects))
                if np.isfinite(new_value) and new_value >= value - 1e-12 * abs(value):
                    break
                step = step / 2
            else:
                if decrement < FLAT:
                    break
                raise self._failed(theta)
            point, effects, value = trial, new_effects, new_value
        else:
            raise self._failed(theta)
        return FrailtyPoint(theta, point.beta, effects, point, expected, self._integrated(theta, point, effects))

    def slope(self, fit: FrailtyPoint) -> float:
        """Derivative of the integrated log-likelihood, maximised over all else, with respect to theta."""
        nu, d = 1 / fit.theta, self.events
        by_nu = fit.effects - np.log1p(d / nu) + special.digamma(nu + d) - special.digamma(nu)
        return float(-np.sum(by_nu) * nu**2)

    def covariance(self, fit: FrailtyPoint, *, exact: bool) -> np.ndarray:
        """Covariance of the coefficients (p, p): the inverse of the penalised information's part for them.

        Unless `exact`, the information that different groups share is left out, as R does with more than five groups
        (its `sparse` frailty): what is left of the groups' block is its diagonal.
        """
        p, n_groups = len(fit.beta), len(self.events)
        increments = self.partial.increments(fit.point)
        own, cross = np.zeros((p, p)), np.zeros((n_groups, p))
        for j in range(p):
            own[:, j], cross[:, j] = self._product(fit.point, fit.expected, increments, np.eye(p)[j], None)
        penalty = np.exp(fit.effects) / fit.theta
        if exact:
            block = np.zeros((n_groups, n_groups))
            for g in range(n_groups):
                block[:, g] = self._product(fit.point, fit.expected, increments, np.zeros(p), np.eye(n_groups)[g])[1]
            reduction = cross.T @ np.linalg.solve(block + np.diag(penalty), cross)
        else:
            diagonal = self._by_group(fit.expected) - self._squares(fit.point, increments) + penalty
            reduction = cross.T @ (cross / diagonal[:, None])
        return np.linalg.inv(own - reduction)

    def _integrated(self, theta: float, point: Point, effects: np.ndarray) -> float:
        """The log-likelihood with the frailties integrated out (Therneau and Grambsch 2000, section 9.2)."""
        nu, d = 1 / theta, self.events
        gamma = special.gammaln(nu + d) - special.gammaln(nu) - d * np.log(nu + d)
        return float(point.log_likelihood + nu * np.sum(effects) + np.sum(d - nu * np.log1p(d / nu) + gamma))

    def _by_group(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.group, values, len(self.events))

    def _product(
        self,
        point: Point,
        expected: np.ndarray,
        increments: Increments,
        beta: np.ndarray,
        effects: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The unpenalised information times a direction, without making the matrix."""
        partial, rows, at = self.partial, self.partial.events.rows, self.partial.events.at
        direction = partial.X @ beta
        if effects is not None:
            direction += effects[self.group]
        moved = point.risk * direction
        at_risk, dying = partial.sets.sums(moved), partial.events.sums(moved[rows])
        path = increments.square * at_risk - increments.square_spared * dying
        spared = increments.square_spared * at_risk - increments.square_twice_spared * dying
        change = expected * direction - point.risk * partial.sets.spread(path)
        change[rows] += point.risk[rows] * spared[at]
        return partial.X.T @ change, self._by_group(change)

    def _solve(
        self, point: Point, expected: np.ndarray, increments: Increments, penalty: np.ndarray, score: np.ndarray
    ) -> np.ndarray:
        """Conjugate gradients on the penalised information, preconditioned by its diagonal blocks."""
        p = len(point.beta)
        own = self.partial.information(expected, increments, self.partial.mean_sums(point))
        factor = linalg.cho_factor(own) if p else None
        diagonal = self._by_group(expected) + penalty

        def precondition(r: np.ndarray) -> np.ndarray:
            return np.concatenate([linalg.cho_solve(factor, r[:p]) if factor else r[:0], r[p:] / diagonal])

        step, residual = np.zeros_like(score), score.copy()
        direction = z = precondition(residual)
        energy = first = residual @ z
        for _ in range(10 * len(score)):
            if energy <= SOLVED * first or energy <= 1e-30:
                break
            image = np.concatenate(self._product(point, expected, increments, direction[:p], direction[p:]))
            image[p:] += penalty * direction[p:]
            length = energy / (direction @ image)
            step += length * direction
            residual -= length * image
            z = precondition(residual)
            energy, previous = residual @ z, energy
            direction = z + energy / previous * direction
        return step

    def _squares(self, point: Point, increments: Increments) -> np.ndarray:
        """For each group the sum over denominators of (its share of the risk)^2: (G,).

        A group's risk is constant between the entries and exits of its rows, so it is summed over these pieces.
        """
        sets, events, n_groups = self.partial.sets, self.partial.events, len(self.events)
        at_risk = sets.last < sets.n_times
        group, risk, end = self.group[at_risk], point.risk[at_risk], sets.last[at_risk] + 1
        begin = np.zeros_like(end)
        if sets.before is not None:
            before = sets.before[at_risk]
            begin = np.where(before < sets.n_times, before + 1, 0)
        owner, place = np.tile(group, 2), np.concatenate([begin, end])
        change = np.concatenate([risk, -risk])
        order = np.lexsort((place, owner))
        owner, place = owner[order], place[order]
        level = np.cumsum(change[order])
        cumulated = np.concatenate([[0.0], np.cumsum(increments.square)])
        same = owner[1:] == owner[:-1]
        pieces = np.where(same, level[:-1] ** 2 * (cumulated[place[1:]] - cumulated[place[:-1]]), 0.0)
        squares = np.bincount(owner[:-1], pieces, n_groups)
        if events.tied:
            size = sets.n_times + 1
            keys, which = np.unique(self.group[events.rows] * size + events.at, return_inverse=True)
            dying = np.bincount(which, point.risk[events.rows])
            latest = np.searchsorted(owner * np.int64(size) + place, keys, side="right") - 1
            k = keys % size
            tied = -2 * increments.square_spared[k] * level[latest] * dying
            tied += increments.square_twice_spared[k] * dying**2
            squares += np.bincount(keys // size, tied, n_groups)
        return squares

    def _failed(self, theta: float) -> NoConvergence:
        return NoConvergence(
            f"The frailty model did not converge at a frailty variance of {theta:.3g}. Try fewer terms, join rare "
            "levels of a factor, or fit cox() with cluster-robust errors instead."
        )
