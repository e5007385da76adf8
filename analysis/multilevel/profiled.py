"""The profiled likelihood of the linear mixed model: fixed effects and residual variance solved for, the rest a search.

With relative covariance factor L (the random effects have covariance s^2 L L') the outcome's covariance in a group is
s^2 V, V = I + Z L L' Z'. Only q x q matrices per group appear (Bates, Machler, Bolker & Walker 2015, J Stat Softw
67(1), section 3), so an evaluation costs a pass over groups, not over rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from analysis.errors import NoConvergence
from analysis.multilevel.groups import Groups


@dataclass(frozen=True)
class Profile:
    """The likelihood at one L: `deviance` is -2 log-likelihood (REML or ML), `gradient` its slope in L."""

    deviance: float
    gradient: np.ndarray
    coefficients: np.ndarray
    unscaled: np.ndarray  # (X'V^-1X)^-1, the coefficients' covariance per residual variance
    residual_variance: float
    effects: np.ndarray  # (groups, q)


class ProfiledLikelihood:
    """Cross-products by group of X (n, p), Z (n, q) and y (n,), all in the groups' order; evaluated by `at(lower)`."""

    def __init__(self, X: np.ndarray, Z: np.ndarray, y: np.ndarray, groups: Groups, *, reml: bool) -> None:
        n, p = X.shape
        q = Z.shape[1]
        # Orthonormal columns and the residuals of least squares: no digits are lost however X is scaled.
        Q, self.R = linalg.qr(X, mode="economic", check_finite=False)
        self.least_squares = Q.T @ y
        rest = y - Q @ self.least_squares
        self.n, self.p, self.q, self.reml = n, p, q, reml
        self.ZZ = np.empty((groups.count, q, q))
        self.ZX = np.empty((groups.count, q, p))
        self.Zy = np.empty((groups.count, q))
        for a in range(q):
            self.ZX[:, a] = groups.sums(Q * Z[:, [a]])
            self.Zy[:, a] = groups.sums(Z[:, a] * rest)
            for b in range(a + 1):
                self.ZZ[:, a, b] = self.ZZ[:, b, a] = groups.sums(Z[:, a] * Z[:, b])
        self.yy = float(rest @ rest)
        self.lower = np.tril_indices(q)

    def at(self, theta: np.ndarray) -> Profile:
        """Everything at the relative covariance factor with lower triangle `theta`."""
        L = np.zeros((self.q, self.q))
        L[self.lower] = theta
        M = np.eye(self.q) + L.T @ self.ZZ @ L
        inverse = np.linalg.inv(M)
        kernel = L @ inverse @ L.T  # V^-1 = I - Z kernel Z'
        kZX = kernel @ self.ZX
        kZy = np.einsum("gab,gb->ga", kernel, self.Zy)
        A = np.eye(self.p) - np.einsum("gap,gar->pr", self.ZX, kZX, optimize=True)
        b = -np.einsum("gap,ga->p", self.ZX, kZy)
        factor = linalg.cho_factor(A, check_finite=False)
        shift = linalg.cho_solve(factor, b)
        rss = self.yy - float(np.einsum("ga,ga->", self.Zy, kZy)) - float(b @ shift)
        df = self.n - self.p if self.reml else self.n
        variance = rss / df
        log_det = float(np.linalg.slogdet(M)[1].sum())
        deviance = log_det + df * (1 + np.log(2 * np.pi * variance))
        Zr = self.Zy - self.ZX @ shift
        VZr = Zr - np.einsum("gab,gbc,gc->ga", self.ZZ, kernel, Zr, optimize=True)  # Z'V^-1 r
        slope = (self.ZZ - self.ZZ @ kernel @ self.ZZ).sum(axis=0) - VZr.T @ VZr / variance
        if self.reml:
            deviance += 2 * np.log(np.abs(np.diag(factor[0]))).sum() + 2 * np.log(np.abs(np.diag(self.R))).sum()
            VZX = self.ZX - self.ZZ @ kZX
            slope -= np.einsum("gap,pr,gbr->ab", VZX, linalg.cho_solve(factor, np.eye(self.p)), VZX, optimize=True)
        inverse_R = linalg.solve_triangular(self.R, np.eye(self.p))
        return Profile(
            deviance=float(deviance),
            gradient=2 * (slope @ L)[self.lower],
            coefficients=linalg.solve_triangular(self.R, self.least_squares + shift),
            unscaled=inverse_R @ linalg.cho_solve(factor, inverse_R.T),
            residual_variance=variance,
            effects=np.einsum("gab,gb->ga", kernel, Zr),
        )

    def search(self) -> np.ndarray:
        """The lower triangle that makes the deviance least."""
        return self._search_one() if self.q == 1 else self._search_many()

    def _search_one(self) -> np.ndarray:
        """A grid finds the valley (there may be two), the root of the derivative its bottom to the last digits."""
        scale = 1 / np.sqrt(max(float(self.ZZ.mean()), 1e-300))  # where information within and between groups balance
        grid = np.concatenate(([0.0], scale * np.logspace(-3, 4, 36)))
        deviances = [self.at(np.array([theta])).deviance for theta in grid]
        best = int(np.argmin(deviances))
        if best == len(grid) - 1:
            raise NoConvergence(
                "The variance between groups grows without bound beside the residual variance. "
                "Check that the outcome varies within groups."
            )

        def derivative(theta: float) -> float:
            return float(self.at(np.array([theta])).gradient[0])

        low, high = (grid[max(best - 1, 0)], grid[best + 1])
        low = low if low > 0 else min(1e-7 * scale, high / 2)
        if derivative(low) >= 0:
            return np.zeros(1)
        return np.array([optimize.brentq(derivative, low, high, xtol=1e-14 * scale, rtol=1e-14)])

    def _search_many(self) -> np.ndarray:
        on_diagonal = self.lower[0] == self.lower[1]
        best = None
        for start in (1.0, 0.2):
            found = optimize.minimize(
                self._deviance_and_gradient,
                np.where(on_diagonal, start, 0.0),
                jac=True,
                method="L-BFGS-B",
                bounds=optimize.Bounds(np.where(on_diagonal, 0.0, -np.inf), np.full(len(on_diagonal), np.inf)),
                options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-9},
            )
            if best is None or found.fun < best.fun:
                best = found
        if best is None or not np.isfinite(best.fun):
            raise NoConvergence(
                "The variances of the random effects did not settle. Try fewer slopes, or centre their columns."
            )
        return self._polish(best.x, on_diagonal & (best.x <= 0))

    def _deviance_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        profile = self.at(theta)
        return profile.deviance, profile.gradient

    def _polish(self, theta: np.ndarray, on_bound: np.ndarray) -> np.ndarray:
        """Newton steps with a Hessian from differences of the gradient, for the digits a line search cannot see."""
        free = np.flatnonzero(~on_bound)
        for _ in range(5):
            here = self.at(theta)
            hessian = np.empty((len(free), len(free)))
            for column, k in enumerate(free):
                step = np.zeros_like(theta)
                step[k] = 1e-5 * max(1.0, abs(theta[k]))
                ahead, behind = self.at(theta + step), self.at(theta - step)
                hessian[:, column] = (ahead.gradient - behind.gradient)[free] / (2 * step[k])
            move = np.linalg.lstsq((hessian + hessian.T) / 2, -here.gradient[free], rcond=1e-10)[0]
            trial = theta.copy()
            trial[free] += move
            after = self.at(trial)
            if not after.deviance <= here.deviance + 1e-9:
                break
            theta = trial
            if np.abs(move).max() < 1e-10:
                break
        return theta
