"""The fit that Poisson, logistic and modified Poisson regression share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import BadArgument, require_columns
from analysis.glm.families import BINOMIAL, Family
from analysis.glm.irls import Solution, irls
from analysis.glm.observations import Observations
from analysis.glm.separation import check_separation
from analysis.results import Fit, tidy_frame

MEANS = {"poisson": np.exp, "negative_binomial": np.exp, "binomial": special.expit}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GlmFit(Fit):
    """A generalised linear model with its canonical link.

    `covariance` is robust where robust errors were asked for; `naive_covariance` is always the model's own.
    `deviance` and `null_deviance` are those of the single rows, also where the fit went by cells.
    """

    family: str
    log_likelihood: float
    deviance: float
    null_deviance: float
    pearson: float
    naive_covariance: np.ndarray
    observations: Observations
    exposure: str | None
    robust: str

    @property
    def df_residual(self) -> int:
        return self.n - len(self.terms)

    @property
    def extra_parameters(self) -> int:
        """Parameters of the likelihood beside the coefficients."""
        return 0

    def tidy(self, *, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """One row per term; with robust errors the model's own stand beside them as `std_error_naive`."""
        naive = {"std_error_naive": np.sqrt(np.diag(self.naive_covariance))} if self.robust else None
        return tidy_frame(
            self.terms, self.coefficients, self.std_errors, level=level, exponentiate=exponentiate, extra=naive
        )

    def glance(self) -> dict[str, Any]:
        """`n, n_dropped, events, log_likelihood, aic, bic, deviance, null_deviance, df_residual, dispersion` and,
        where they are used, `person_years` (the sum of the exposure) and `clusters`. Dispersion is Pearson's chi-square
        by its degrees of freedom."""
        parameters = len(self.terms) + self.extra_parameters
        glance = {
            **super().glance(),
            "events": float(self.observations.y.sum()),
            "log_likelihood": self.log_likelihood,
            "aic": 2 * parameters - 2 * self.log_likelihood,
            "bic": float(np.log(self.n)) * parameters - 2 * self.log_likelihood,
            "deviance": self.deviance,
            "null_deviance": self.null_deviance,
            "df_residual": self.df_residual,
            "dispersion": self.pearson / self.df_residual if self.df_residual > 0 else float("inf"),
        }
        if self.observations.exposure is not None:
            glance["person_years"] = float(self.observations.exposure.sum())
        if self.observations.clusters is not None:
            glance["clusters"] = self.observations.n_clusters
        return glance

    def predict(self, new_data: pd.DataFrame | None = None) -> np.ndarray:
        """The expected outcome of the rows used, or of new data (with its exposure column where the model has one)."""
        mean = MEANS[self.family]
        if new_data is None:
            fitted = self.observations.spread(mean(self.observations.design.matrix @ self.coefficients))
            return fitted if self.observations.exposure is None else fitted * self.observations.exposure
        fitted = mean(self.observations.design.rows(new_data) @ self.coefficients)
        if self.exposure is None:
            return fitted
        require_columns(new_data, [self.exposure])
        size = new_data[self.exposure].to_numpy(dtype=float)
        if not (size > 0).all():
            raise BadArgument(f"{self.exposure!r} must be above 0 in all rows of the new data.")
        return fitted * size

    def score_residual(self) -> np.ndarray:
        """What the score of each row used multiplies its covariates by, (n,): y - expected."""
        return self.observations.y - self.predict()

    def information_weight(self) -> np.ndarray:
        """What each row used weighs in the information, (n,): its expected second derivative."""
        mean = self.predict()
        return mean * (1 - mean) if self.family == "binomial" else mean

    def scores(self) -> np.ndarray:
        """The score of each row used, (n, p)."""
        matrix = self.observations.spread(self.observations.design.matrix)
        return matrix * self.score_residual()[:, None]


def solve(observations: Observations, family: Family) -> Solution:
    """Iterate on the cells, and refuse an outcome that a term divides perfectly."""
    design, y, size = observations.design, observations.cell_y, observations.cell_size
    solution = irls(design.matrix, design.terms, y, size, family)
    check_separation(design.matrix, design.terms, y, size, solution, binomial=family is BINOMIAL)
    return solution


def null_mean(observations: Observations) -> float:
    """The mean of one unit in the model with an intercept only."""
    return float(observations.cell_y.sum() / observations.cell_size.sum())
