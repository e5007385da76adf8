"""Generalised estimating equations: population-averaged effects for rows that belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.special import expit

from analysis.design import Design, build_design, outcome_vector
from analysis.errors import BadArgument, ConstantColumn, NoConvergence, warn
from analysis.glm.families import BINOMIAL, POISSON
from analysis.glm.irls import irls
from analysis.glm.separation import check_separation
from analysis.multilevel.groups import gather
from analysis.multilevel.working_correlation import CORRELATIONS, WorkingCorrelation
from analysis.results import Fit

MOST_STEPS = 100
ADVICE = 'The estimates do not settle. Look for extreme values, scale the columns, or try correlation="independence".'

# What the outcome must be, the mean for a linear predictor (canonical link) and the variance for a mean.
KINDS = {"gaussian": "number", "binomial": "binary", "poisson": "count"}
MEANS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"gaussian": np.asarray, "binomial": expit, "poisson": np.exp}
VARIANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "gaussian": np.ones_like,
    "binomial": lambda mean: mean * (1 - mean),
    "poisson": np.asarray,
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GEE(Fit):
    """A fitted marginal model; `covariance` is the robust (sandwich) one, `covariance_naive` trusts the correlation.

    `correlation_parameter` is the estimated working correlation (0 with independence), `scale` the dispersion.
    """

    title: ClassVar[str] = "Generalised estimating equations"

    outcome: str
    group: str
    family: str
    correlation: str
    n_groups: int
    largest_group: int
    correlation_parameter: float
    scale: float
    covariance_naive: np.ndarray
    iterations: int
    design: Design = field(repr=False)

    def glance(self) -> dict[str, Any]:
        """Size, working correlation and dispersion."""
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "groups": self.n_groups,
            "largest_group": self.largest_group,
            "family": self.family,
            "correlation": self.correlation,
            "correlation_parameter": self.correlation_parameter,
            "scale": self.scale,
            "iterations": self.iterations,
        }

    def predict(self, data: pd.DataFrame) -> np.ndarray:
        """Expected outcome (a probability, a count) of rows of `data`, averaged over groups."""
        return MEANS[self.family](self.design.rows(data) @ self.coefficients)


def gee(
    data: pd.DataFrame,
    formula: str,
    *,
    outcome: str,
    group: str,
    family: str = "gaussian",
    correlation: str = "independence",
) -> GEE:
    r"""Marginal model by generalised estimating equations with robust errors, as geeglm of geepack.

    .. math:: \sum_g D_g' V_g^{-1} (y_g - \mu_g) = 0, \quad V_g = \phi A_g^{1/2} R(\alpha) A_g^{1/2}

    `family` is "gaussian", "binomial" or "poisson", with identity, logit or log link; `correlation` is "independence",
    "exchangeable" or "ar1" (rows of a group in the order of the data). Scale and correlation are moment estimates over
    all rows and all pairs. Errors are the sandwich over groups, without small-sample correction: with fewer than 40
    groups they are too small (Liang & Zeger 1986, Biometrika 73:13-22; Halekoh, Hojsgaard & Yan 2006, J Stat
    Softw 15(2)).

    >>> rng = np.random.default_rng(3)
    >>> person = np.repeat(np.arange(300), 4)
    >>> frame = pd.DataFrame({"person": person, "wave": np.tile(np.arange(4), 300)})
    >>> frame["ill"] = (rng.random(1200) < 0.1 + 0.05 * frame.wave + 0.3 * (rng.random(300) < 0.2)[person]).astype(int)
    >>> fit = gee(frame, "wave", outcome="ill", group="person", family="binomial", correlation="exchangeable")
    >>> fit.tidy().round(2)[["term", "estimate", "std_error"]]
            term  estimate  std_error
    0  Intercept     -1.49       0.13
    1       wave      0.23       0.06
    """
    if family not in KINDS:
        raise BadArgument(f"family is one of {', '.join(KINDS)}; it was {family!r}.")
    if correlation not in CORRELATIONS:
        raise BadArgument(f"correlation is one of {', '.join(CORRELATIONS)}; it was {correlation!r}.")
    design = build_design(data, formula, also=(outcome, group))
    y = outcome_vector(data, outcome, design.kept, kind=KINDS[family])
    if np.ptp(y) == 0:
        raise ConstantColumn(f"The outcome {outcome!r} has the same value in all {len(y)} complete rows.")
    groups = gather(data, group, design.kept, shared=correlation != "independence")
    X, y = design.matrix[groups.order], y[groups.order]
    # Orthonormal columns: no digits are lost however X is scaled.
    Q, R = linalg.qr(X, mode="economic", check_finite=False)
    solved = _solve(Q, y, R @ _independent(X, y, design.terms, family), family, CORRELATIONS[correlation](groups))
    scores = groups.sums(solved.divided * solved.residuals[:, None])
    back = linalg.solve_triangular(R, np.linalg.inv(solved.bread))
    unscaled = linalg.solve_triangular(R, back.T)
    notes: list[str] = []
    if groups.count < 40:
        warn(f"Robust errors of {groups.count} groups are too small: trust the intervals from about 40 groups.", notes)
    return GEE(
        terms=design.terms,
        coefficients=linalg.solve_triangular(R, solved.coefficients),
        covariance=back @ (scores.T @ scores) @ back.T,
        n=len(y),
        n_dropped=design.n_dropped,
        warnings=tuple(notes),
        outcome=outcome,
        group=group,
        family=family,
        correlation=correlation,
        n_groups=groups.count,
        largest_group=int(groups.sizes.max()),
        correlation_parameter=solved.correlation,
        scale=solved.scale,
        covariance_naive=solved.scale * unscaled,
        iterations=solved.iterations,
        design=design,
    )


@dataclass(frozen=True)
class _Solved:
    """Where the equations hold: `bread` (p, p) is D'R^-1 D, `divided` (n, p) R^-1 D, `residuals` Pearson's."""

    coefficients: np.ndarray
    scale: float
    correlation: float
    bread: np.ndarray
    divided: np.ndarray
    residuals: np.ndarray
    iterations: int


def _solve(X: np.ndarray, y: np.ndarray, coefficients: np.ndarray, family: str, working: WorkingCorrelation) -> _Solved:
    """Fisher scoring from the `coefficients` of the independent fit, scale and correlation anew at every step."""
    for iteration in range(1, MOST_STEPS + 1):
        mu = MEANS[family](X @ coefficients)
        root = np.sqrt(VARIANCES[family](mu))
        if not np.isfinite(root).all() or root.min() <= 0:
            raise NoConvergence(ADVICE)
        residuals = (y - mu) / root
        gradient = X * root[:, None]  # canonical link: d mu / d eta is the variance
        scale = float(residuals @ residuals) / len(y)
        correlation = working.estimate(residuals, scale)
        divided = working.divide(gradient, correlation)
        bread = gradient.T @ divided
        step = linalg.solve(bread, divided.T @ residuals, assume_a="sym")
        coefficients = coefficients + step
        if np.abs(X @ step).max() <= 1e-10 * max(1.0, float(np.abs(X @ coefficients).max())):
            return _Solved(coefficients, scale, correlation, bread, divided, residuals, iteration)
    raise NoConvergence(ADVICE)


def _independent(X: np.ndarray, y: np.ndarray, terms: tuple[str, ...], family: str) -> np.ndarray:
    """Coefficients of the ordinary regression, checked for separation: where the iterations start."""
    if family == "gaussian":
        return linalg.lstsq(X, y)[0]
    one = np.ones(len(y))
    solution = irls(X, terms, y, one, BINOMIAL if family == "binomial" else POISSON)
    check_separation(X, terms, y, one, solution, binomial=family == "binomial")
    return solution.coefficients
