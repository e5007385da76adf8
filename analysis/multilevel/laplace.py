"""The Laplace approximation to the likelihood of a logistic model with a random intercept.

With u_g standard normal and linear predictor x b + s u_g, a group's integral over u_g is replaced by that of a normal
density at the mode (Breslow & Clayton 1993, JASA 88:9-25; what lme4's glmer does with nAGQ = 1):

    log L = sum_g [ sum_i (y eta - log(1 + e^eta)) - u_g^2 / 2 - log(h_g) / 2 ],   h_g = 1 + s^2 sum_i p(1 - p)

Each group's mode is a scalar, so that Newton's method runs over all groups at once. The gradient is exact: it follows
the modes as b and s move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analysis.errors import NoConvergence
from analysis.multilevel.groups import Groups


@dataclass(frozen=True)
class Point:
    """The log-likelihood at (b, s), its gradient (p + 1,: b, then s), the modes u_g and curvatures h_g (groups,)."""

    log_likelihood: float
    gradient: np.ndarray
    modes: np.ndarray
    curvature: np.ndarray


class LaplaceLikelihood:
    """Design (n, p) and 0/1 outcome in the groups' order; `at(b, s)` evaluates, starting from the modes found last."""

    def __init__(self, X: np.ndarray, y: np.ndarray, groups: Groups) -> None:
        self.X, self.y, self.groups = X, y, groups
        self._modes = np.zeros(groups.count)

    def at(self, coefficients: np.ndarray, sd: float) -> Point:
        groups, y = self.groups, self.y
        fixed = self.X @ coefficients
        modes, probability = self._find_modes(fixed, sd)
        weight = probability * (1 - probability)
        slope = weight * (1 - 2 * probability)  # derivative of the weight
        residual = y - probability
        R, W, S = groups.sums(residual), groups.sums(weight), groups.sums(slope)
        h = 1 + sd**2 * W
        eta = fixed + sd * modes[groups.codes]
        # log(1 + e^eta) without overflow
        fit = float(y @ eta) - float(np.maximum(eta, 0).sum() + np.log1p(np.exp(-np.abs(eta))).sum())
        half = 0.5 * sd**2 / h
        per_row = residual - half[groups.codes] * slope + (half * sd**2 * S / h)[groups.codes] * weight
        mode_by_sd = (R - sd * modes * W) / h
        by_sd = float((modes * R - (sd * W + 0.5 * sd**2 * S * (modes + sd * mode_by_sd)) / h).sum())
        return Point(
            log_likelihood=fit - 0.5 * float(modes @ modes) - 0.5 * float(np.log(h).sum()),
            gradient=np.append(self.X.T @ per_row, by_sd),
            modes=modes,
            curvature=h,
        )

    def _find_modes(self, fixed: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
        """Modes u_g and the probabilities there: Newton's method, halved in the groups where it overshoots."""
        groups = self.groups
        modes = self._modes.copy()
        probability = expit(fixed + sd * modes[groups.codes])
        score = sd * groups.sums(self.y - probability) - modes
        for _ in range(100):
            step = score / (1 + sd**2 * groups.sums(probability * (1 - probability)))
            if np.abs(step).max() < 1e-11:
                self._modes = modes
                return modes, probability
            for _ in range(30):
                trial = modes + step
                probability = expit(fixed + sd * trial[groups.codes])
                trial_score = sd * groups.sums(self.y - probability) - trial
                worse = np.abs(trial_score) > np.abs(score) + 1e-12
                if not worse.any():
                    break
                step = np.where(worse, step / 2, step)
            modes, score = trial, trial_score
            if np.abs(step).max() < 1e-7:  # the next step would be its square: below rounding
                self._modes = modes
                return modes, probability
        raise NoConvergence(
            "The groups' random effects did not settle in 100 steps. Scale the columns, or use fewer terms."
        )

    def working_information(self, coefficients: np.ndarray, sd: float) -> np.ndarray:
        """Approximate information (p + 1, p + 1) at a point: weights held fixed. It gives the search its scale."""
        groups = self.groups
        modes, probability = self._find_modes(self.X @ coefficients, sd)
        weight = probability * (1 - probability)
        weighted = self.X * weight[:, None]
        sums, W = groups.sums(weighted), groups.sums(weight)
        h = 1 + sd**2 * W
        p = self.X.shape[1]
        information = np.zeros((p + 1, p + 1))
        information[:p, :p] = self.X.T @ weighted - (sums * (sd**2 / h)[:, None]).T @ sums
        information[p, p] = max(2 * float(((sd * W / h) ** 2).sum()), 1e-3)
        return information
