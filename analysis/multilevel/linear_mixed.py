"""Linear mixed model: rows within units, with a random intercept (and random slopes) per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.columns import plain_column
from analysis.design import Design, build_design, outcome_vector
from analysis.errors import BadArgument, BadOutcome, ConstantColumn, TooFewGroups, warn
from analysis.multilevel.groups import gather
from analysis.multilevel.profiled import ProfiledLikelihood
from analysis.results import Fit


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LinearMixed(Fit):
    """A fitted linear mixed model; `covariance` is that of the fixed effects, as vcov() of lme4.

    `var_group` is the variance between groups of the intercept, `var_resid` that within; with slopes `group_covariance`
    (q, q) holds all of them, in the order of `random_terms`. `group_effects` are the best linear unbiased predictions.
    `deviance` is the REML criterion, or -2 log-likelihood with method="ml".
    """

    title: ClassVar[str] = "Linear mixed model"

    method: str
    outcome: str
    group: str
    n_groups: int
    var_resid: float
    random_terms: tuple[str, ...]
    group_covariance: np.ndarray
    group_effects: pd.DataFrame
    deviance: float
    design: Design = field(repr=False)

    @property
    def var_group(self) -> float:
        """Variance of the random intercept."""
        return float(self.group_covariance[0, 0])

    @property
    def icc(self) -> float:
        """Share of the variance not explained by the fixed effects that lies between groups (at 0 of every slope)."""
        return self.var_group / (self.var_group + self.var_resid)

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood, restricted with REML; REML values compare only between fits with the same fixed effects."""
        return -self.deviance / 2

    @property
    def df_model(self) -> int:
        """Number of parameters: fixed effects, (co)variances of the random effects, residual variance."""
        q = len(self.random_terms)
        return len(self.terms) + q * (q + 1) // 2 + 1

    @property
    def df_residual(self) -> int:
        """Rows less parameters, as df.residual() of lme4."""
        return self.n - self.df_model

    def glance(self) -> dict[str, Any]:
        """Size, variance components (`var_<column>` for a slope), intraclass correlation and likelihood."""
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "groups": self.n_groups,
            "var_group": self.var_group,
            "var_resid": self.var_resid,
            "sd_group": self.var_group**0.5,
            "sd_resid": self.var_resid**0.5,
            **{f"var_{term}": float(self.group_covariance[k, k]) for k, term in enumerate(self.random_terms) if k},
            "icc": self.icc,
            "log_likelihood": self.log_likelihood,
            "reml" if self.method == "reml" else "deviance": self.deviance,
            "aic": self.deviance + 2 * self.df_model,
            "bic": self.deviance + np.log(self.n) * self.df_model,
        }

    def predict(self, data: pd.DataFrame, *, groups: bool = False) -> np.ndarray:
        """Expected outcome of rows of `data`: for the average group, or with `groups` for each row's own."""
        expected = self.design.rows(data) @ self.coefficients
        if groups:
            effects = self.group_effects.set_index(self.group).reindex(data[self.group]).fillna(0.0)
            for term in self.random_terms:
                values = 1.0 if term == "Intercept" else data[term].to_numpy(float)
                expected = expected + effects[term].to_numpy() * values
        return expected


def linear_mixed(
    data: pd.DataFrame,
    formula: str,
    *,
    outcome: str,
    group: str,
    slopes: str | Sequence[str] = (),
    method: str = "reml",
) -> LinearMixed:
    r"""Linear mixed model by restricted maximum likelihood, as lmer(outcome ~ formula + (1 | group)).

    .. math:: y_{gi} = x_{gi}\beta + z_{gi} u_g + e_{gi}, \quad u_g \sim N(0, \Sigma), \quad e_{gi} \sim N(0, \sigma^2)

    `method="ml"` gives maximum likelihood instead. `slopes` names columns whose effect varies between groups,
    correlated with the intercept: (1 + x | group). Errors and intervals are Wald's with the normal distribution, as of
    lme4's vcov. Rows that miss anything, the group too, are dropped and counted. Fixed effects and residual variance
    are profiled out (Laird & Ware 1982, Biometrics 38:963-974; Bates, Machler, Bolker & Walker 2015, J Stat Softw 67).

    >>> rng = np.random.default_rng(1)
    >>> unit = np.repeat(np.arange(40), 10)
    >>> frame = pd.DataFrame({"unit": unit, "demands": rng.normal(size=400)})
    >>> frame["strain"] = 2 + 0.5 * frame.demands + rng.normal(size=40)[unit] + rng.normal(size=400)
    >>> fit = linear_mixed(frame, "demands", outcome="strain", group="unit")
    >>> fit.tidy().round(2)[["term", "estimate", "std_error"]]
            term  estimate  std_error
    0  Intercept      1.93       0.14
    1    demands      0.50       0.06
    >>> round(fit.icc, 2)
    0.38
    """
    if method not in ("reml", "ml"):
        raise BadArgument(f'method is "reml" or "ml"; it was {method!r}.')
    slope_columns = [slopes] if isinstance(slopes, str) else list(slopes)
    design = build_design(data, formula, also=(outcome, group, *slope_columns))
    y = outcome_vector(data, outcome, design.kept)
    groups = gather(data, group, design.kept)
    n, p = design.matrix.shape
    q = 1 + len(slope_columns)
    if groups.count <= q:
        raise TooFewGroups(
            f"Column {group!r} has {groups.count} groups, too few for {q} random effects. "
            "Leave out slopes, or use the group as a fixed effect: C(" + group + ")."
        )
    if n <= p + 1:
        raise BadOutcome(f"{n} complete rows are too few for {p} coefficients. Use fewer terms.")
    if np.ptp(y) == 0:
        raise ConstantColumn(f"The outcome {outcome!r} has the same value in all {n} complete rows.")
    Z = np.ones((n, q))
    for k, column in enumerate(slope_columns, start=1):
        values = plain_column(data[column], column, design.kept)
        if isinstance(values, pd.Categorical):
            raise BadArgument(f"The slope {column!r} is not a number. Code it as numbers, such as 0 and 1, first.")
        if np.ptp(values.astype(float)) == 0:
            raise ConstantColumn(f"The slope {column!r} has the same value in all {n} complete rows. Leave it out.")
        Z[:, k] = values
    scale = np.sqrt((Z**2).mean(axis=0))
    order = groups.order
    likelihood = ProfiledLikelihood(design.matrix[order], (Z / scale)[order], y[order], groups, reml=method == "reml")
    theta = likelihood.search()
    found = likelihood.at(theta)
    L = np.zeros((q, q))
    L[likelihood.lower] = theta
    notes: list[str] = []
    random_terms = ("Intercept", *slope_columns)
    if theta[0] == 0 and q == 1:
        warn(f"The variance between groups of {group!r} is estimated as 0: the fit equals a linear regression.", notes)
    elif q > 1 and np.linalg.svd(L, compute_uv=False)[-1] < 1e-4 * max(np.abs(theta).max(), 1e-8):
        warn("The random effects lie on a boundary (a variance of 0 or a correlation of 1). Try fewer slopes.", notes)
    if found.residual_variance <= 1e-14 * float(np.var(y)):
        warn("The terms and groups reproduce the outcome exactly; the residual variance is 0.", notes)
    effects = pd.DataFrame(found.effects / scale, columns=list(random_terms))
    effects.insert(0, group, groups.labels)
    return LinearMixed(
        terms=design.terms,
        coefficients=found.coefficients,
        covariance=found.residual_variance * found.unscaled,
        n=n,
        n_dropped=design.n_dropped,
        warnings=tuple(notes),
        method=method,
        outcome=outcome,
        group=group,
        n_groups=groups.count,
        var_resid=found.residual_variance,
        random_terms=random_terms,
        group_covariance=found.residual_variance * (L @ L.T) / np.outer(scale, scale),
        group_effects=effects,
        deviance=found.deviance,
        design=design,
    )
