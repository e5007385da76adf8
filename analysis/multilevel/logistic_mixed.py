"""Logistic mixed model: a 0/1 outcome of rows within units, with a random intercept per unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.design import Design, build_design, outcome_vector
from analysis.errors import NoEvents, Separation, warn
from analysis.glm.families import BINOMIAL
from analysis.glm.irls import irls
from analysis.glm.separation import check_separation
from analysis.multilevel.groups import gather
from analysis.multilevel.laplace import LaplaceLikelihood
from analysis.multilevel.laplace_search import maximise
from analysis.results import Fit


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LogisticMixed(Fit):
    """A fitted logistic mixed model; `sd_group` is the random intercept's standard deviation on the log-odds scale.

    `std_error_sd_group` comes from the same Hessian as `covariance`; `group_effects` are the modes, with the outcome's
    log-odds shifted by them.
    """

    title: ClassVar[str] = "Logistic mixed model (Laplace)"

    outcome: str
    group: str
    n_groups: int
    events: int
    sd_group: float
    std_error_sd_group: float
    log_likelihood: float
    iterations: int
    group_effects: pd.DataFrame
    design: Design = field(repr=False)

    @property
    def var_group(self) -> float:
        """Variance between groups on the log-odds scale."""
        return self.sd_group**2

    @property
    def icc(self) -> float:
        """Latent intraclass correlation, var / (var + pi^2 / 3) (Snijders & Bosker 2012)."""
        return self.var_group / (self.var_group + np.pi**2 / 3)

    @property
    def median_odds_ratio(self) -> float:
        """Median odds ratio between two random groups, exp(sqrt(2 var) z_0.75) (Larsen & Merlo 2005)."""
        return float(np.exp(np.sqrt(2 * self.var_group) * 0.6744897501960817))

    @property
    def df_residual(self) -> int:
        """Rows less parameters, as df.residual() of lme4."""
        return self.n - len(self.terms) - 1

    def glance(self) -> dict[str, Any]:
        """Size, events, variance between groups and likelihood."""
        parameters = len(self.terms) + 1
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "events": self.events,
            "groups": self.n_groups,
            "var_group": self.var_group,
            "sd_group": self.sd_group,
            "icc": self.icc,
            "median_odds_ratio": self.median_odds_ratio,
            "log_likelihood": self.log_likelihood,
            "aic": 2 * parameters - 2 * self.log_likelihood,
            "bic": np.log(self.n) * parameters - 2 * self.log_likelihood,
            "iterations": self.iterations,
        }

    def predict(self, data: pd.DataFrame, *, groups: bool = False) -> np.ndarray:
        """Probability for rows of `data` in a group with random effect 0, or with `groups` in each row's own group."""
        eta = self.design.rows(data) @ self.coefficients
        if groups:
            known = self.group_effects.set_index(self.group)["Intercept"]
            eta = eta + data[self.group].map(known).fillna(0.0).to_numpy(float)
        return expit(eta)


def logistic_mixed(data: pd.DataFrame, formula: str, *, outcome: str, group: str) -> LogisticMixed:
    r"""Logistic model with a random intercept per group, as glmer(outcome ~ formula + (1 | group), binomial).

    .. math:: \operatorname{logit} P(y_{gi} = 1) = x_{gi}\beta + \sigma u_g, \quad u_g \sim N(0, 1)

    The likelihood is Laplace's approximation (Breslow & Clayton 1993, JASA 88:9-25; Bates et al. 2015); standard errors
    come from its Hessian in all parameters, as vcov() of glmer. Odds ratios are within groups: compare people of the
    same unit. A variance of 0 is a result, with a warning. Rows that miss anything are dropped and counted.

    >>> rng = np.random.default_rng(2)
    >>> unit = np.repeat(np.arange(100), 20)
    >>> frame = pd.DataFrame({"unit": unit, "conflict": rng.normal(size=2000)})
    >>> logit = -1 + 0.6 * frame.conflict + 0.8 * rng.normal(size=100)[unit]
    >>> frame["absent"] = (rng.random(2000) < 1 / (1 + np.exp(-logit))).astype(int)
    >>> fit = logistic_mixed(frame, "conflict", outcome="absent", group="unit")
    >>> fit.tidy(exponentiate=True).round(2)[["term", "estimate", "conf_low", "conf_high"]]
            term  estimate  conf_low  conf_high
    0  Intercept      0.44      0.36       0.52
    1   conflict      1.86      1.66       2.08
    """
    design = build_design(data, formula, also=(outcome, group))
    y = outcome_vector(data, outcome, design.kept, kind="binary")
    groups = gather(data, group, design.kept)
    events = int(y.sum())
    if events in (0, len(y)):
        raise NoEvents(
            f"The outcome {outcome!r} is {int(y[0])} in all {len(y)} complete rows. There is nothing to model."
        )
    likelihood = LaplaceLikelihood(np.ascontiguousarray(design.matrix[groups.order]), y[groups.order], groups)
    one = np.ones(len(y))
    solution = irls(likelihood.X, design.terms, likelihood.y, one, BINOMIAL)
    check_separation(likelihood.X, design.terms, likelihood.y, one, solution, binomial=True)
    counts = groups.sums(likelihood.y)
    if ((counts == 0) | (counts == groups.sizes)).all():
        raise Separation(
            f"The outcome {outcome!r} is the same for everybody within every group of {group!r}, so the groups "
            "divide it perfectly and their variance is infinite. Model the groups themselves, one row each."
        )
    theta, point, covariance, iterations = maximise(likelihood, solution.coefficients)
    sd = abs(float(theta[-1]))
    notes: list[str] = []
    if sd == 0:
        warn(
            f"The variance between groups of {group!r} is estimated as 0: the fit equals a logistic regression.", notes
        )
    effects = pd.DataFrame({group: groups.labels, "Intercept": sd * point.modes * np.sign(theta[-1] or 1.0)})
    return LogisticMixed(
        terms=design.terms,
        coefficients=theta[:-1],
        covariance=covariance[:-1, :-1],
        n=len(y),
        n_dropped=design.n_dropped,
        warnings=tuple(notes),
        outcome=outcome,
        group=group,
        n_groups=groups.count,
        events=events,
        sd_group=sd,
        std_error_sd_group=float(np.sqrt(covariance[-1, -1])),
        log_likelihood=point.log_likelihood,
        iterations=iterations,
        group_effects=effects,
        design=design,
    )
