"""A fitted Cox model: its table of terms, its glance, and the questions one can ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats

from analysis.results import Fit, tidy_frame
from analysis.survival.baseline import baseline_hazard, predicted_survival
from analysis.survival.concordance import concordance
from analysis.survival.cox_residuals import residuals
from analysis.survival.cox_sample import CoxSample
from analysis.survival.partial_likelihood import PartialLikelihood, Point
from analysis.survival.proportionality import proportionality


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CoxFit(Fit):
    """A Cox model. `covariance` is the robust one where there are clusters (or weights that are not whole numbers)
    and `naive_covariance` the inverse information.

    score_statistic: chi-square of all coefficients being 0, from the information; robust_score: the same from the
    grouped scores, or None. linear_predictor: (n,) x'b with the covariates at their means as 0.
    """

    title: ClassVar[str] = "Cox proportional hazards"

    naive_covariance: np.ndarray
    robust: bool
    events: int
    ties: str
    log_likelihood: float
    log_likelihood_null: float
    score_statistic: float
    iterations: int
    sample: CoxSample = field(repr=False)
    likelihood: PartialLikelihood = field(repr=False)
    point: Point = field(repr=False)

    def tidy(self, *, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """One row per term; with `exponentiate` hazard ratios. Beside a robust std_error stands `std_error_naive`."""
        extra = {"std_error_naive": np.sqrt(np.diag(self.naive_covariance))} if self.robust else None
        return tidy_frame(
            self.terms, self.coefficients, self.std_errors, level=level, exponentiate=exponentiate, extra=extra
        )

    def glance(self) -> dict[str, Any]:
        """The whole model: sizes, log-likelihoods, the three tests against no association, AIC, concordance."""
        p = len(self.terms)
        ratio = 2 * (self.log_likelihood - self.log_likelihood_null)
        wald = float(self.coefficients @ np.linalg.lstsq(self.covariance, self.coefficients)[0])
        tests = {"likelihood_ratio": ratio, "wald": wald, "score": self.score_statistic}
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "events": self.events,
            "log_likelihood": self.log_likelihood,
            "log_likelihood_null": self.log_likelihood_null,
            "df": p,
            "aic": 2 * (p - self.log_likelihood),
            "bic": float(np.log(self.events)) * p - 2 * self.log_likelihood,
            **{
                name: value
                for test, statistic in tests.items()
                for name, value in (
                    (test, statistic),
                    (f"{test}_p_value", float(stats.chi2.sf(statistic, p)) if p else 1.0),
                )
            },
            "concordance": self.concordance,
            "strata": self.sample.strata.count,
            "clusters": self.sample.n_clusters,
            "ties": self.ties,
            "iterations": self.iterations,
        }

    @cached_property
    def concordance(self) -> float:
        """Harrell's C: how often, of two who can be compared, the one with the higher hazard has the event first."""
        return concordance(self)

    @property
    def linear_predictor(self) -> np.ndarray:
        """(n,) x'b, where a row with all covariates at their means has 0 (as R's `linear.predictors`)."""
        return self.sample.X @ self.point.beta

    def proportionality(self) -> pd.DataFrame:
        """The score test of proportional hazards for each term and globally: frame `term, chisq, df, p_value`.

        The alternative is a coefficient b + c g(t) with g the Kaplan-Meier transform of time (Grambsch and Therneau
        1994, Biometrika 81:515, as R's cox.zph from survival 3 on computes it).
        """
        return proportionality(self)

    def baseline(self, *, centred: bool = False) -> pd.DataFrame:
        """The cumulative baseline hazard by stratum; see `analysis.survival.baseline.baseline_hazard`."""
        return baseline_hazard(self, centred=centred)

    def predict_survival(
        self, new_data: pd.DataFrame, times: Sequence[float] | None = None, *, level: float = 0.95
    ) -> pd.DataFrame:
        """Survival of each row of `new_data` at `times`; see `analysis.survival.baseline.predicted_survival`."""
        return predicted_survival(self, new_data, times=times, level=level)

    def residuals(self, kind: str = "martingale") -> pd.Series | pd.DataFrame:
        """Residuals by kind; see `analysis.survival.cox_residuals.residuals`."""
        return residuals(self, kind)
