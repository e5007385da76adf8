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
from analysis.multilevel.groups import gather
from analysis.multilevel.working_correlation import KINDS
from analysis.results import Fit


@dataclass(frozen=True)
class Family:
    """A distribution with its canonical link: `mean` of the linear predictor, `variance` of the mean, a first guess."""

    outcome: str
    mean: Callable[[np.ndarray], np.ndarray]
    variance: Callable[[np.ndarray], np.ndarray]
    link: Callable[[float], float]


FAMILIES = {
    "gaussian": Family("number", lambda eta: eta, np.ones_like, float),
    "binomial": Family("binary", expit, lambda mu: mu * (1 - mu), lambda m: float(np.log(m / (1 - m)))),
    "poisson": Family("count", np.exp, lambda mu: mu, lambda m: float(np.log(m))),
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
        return FAMILIES[self.family].mean(self.design.rows(data) @ self.coefficients)


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
    if family not in FAMILIES:
        raise BadArgument(f"family is one of {', '.join(FAMILIES)}; it was {family!r}.")
    if correlation not in KINDS:
        raise BadArgument(f"correlation is one of {', '.join(KINDS)}; it was {correlation!r}.")
    kind = FAMILIES[family]
    design = build_design(data, formula, also=(outcome, group))
    y = outcome_vector(data, outcome, design.kept, kind=kind.outcome)
    if np.ptp(y) == 0:
        raise ConstantColumn(f"The outcome {outcome!r} has the same value in all {len(y)} complete rows.")
    groups = gather(data, group, design.kept, least=1 if correlation == "independence" else 2)
    X, y = design.matrix[groups.order], y[groups.order]
    working = KINDS[correlation](groups)
    coefficients = np.zeros(X.shape[1])
    if family != "gaussian":
        centre = linalg.lstsq(X, np.full(len(y), kind.link(float(y.mean()))))[0]
        coefficients = centre
    scale, parameter = 1.0, 0.0
    for iteration in range(1, 101):
        mu = kind.mean(X @ coefficients)
        root = np.sqrt(kind.variance(mu))
        if not np.isfinite(root).all() or root.min() <= 0:
            raise NoConvergence(_advice(family))
        residuals = (y - mu) / root
        gradient = X * root[:, None]  # canonical link: d mu / d eta is the variance
        if iteration > 1:  # the first step is the ordinary regression
            scale = float(residuals @ residuals) / len(y)
            parameter = working.estimate(residuals, scale)
        divided = working.divide(gradient, parameter)
        bread = gradient.T @ divided
        step = linalg.solve(bread, divided.T @ residuals, assume_a="sym")
        coefficients = coefficients + step
        if np.abs(X @ step).max() <= 1e-10 * max(1.0, float(np.abs(X @ coefficients).max())) and iteration > 1:
            break
    else:
        raise NoConvergence(_advice(family))
    scores = groups.sums(divided * residuals[:, None])
    inverse = np.linalg.inv(bread)
    notes: list[str] = []
    if groups.count < 40:
        warn(
            f"Robust errors of {groups.count} groups are too small; 40 or more are needed to trust the intervals.",
            notes,
        )
    return GEE(
        terms=design.terms,
        coefficients=coefficients,
        covariance=inverse @ (scores.T @ scores) @ inverse,
        n=len(y),
        n_dropped=design.n_dropped,
        warnings=tuple(notes),
        outcome=outcome,
        group=group,
        family=family,
        correlation=correlation,
        n_groups=groups.count,
        largest_group=int(groups.sizes.max()),
        correlation_parameter=parameter,
        scale=scale,
        covariance_naive=scale * inverse,
        iterations=iteration,
        design=design,
    )


def _advice(family: str) -> str:
    if family == "binomial":
        return "The estimates do not settle: a term may divide the outcome perfectly. Look at the outcome by each term."
    return 'The estimates do not settle. Scale the columns, look for extreme values, or try correlation="independence".'
