"""Risk ratios by modified Poisson regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from analysis.binary.logistic import require_both
from analysis.counts.poisson import fit_poisson
from analysis.glm.fit import GlmFit
from analysis.glm.observations import Observations, observe
from analysis.glm.sandwich import sandwich


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RiskRatioFit(GlmFit):
    """A modified Poisson regression; coefficients are log risk ratios. See `risk_ratio`."""

    title: ClassVar[str] = "Modified Poisson regression"


def risk_ratio(data: pd.DataFrame, formula: str, *, outcome: str, cluster: str | None = None) -> RiskRatioFit:
    """Risk ratios of a yes/no outcome: log P(y = 1) = x'b, fitted as Poisson with robust errors.

    The covariance is the sandwich HC0 (Zou 2004, Am J Epidemiol 159:702-706); with `cluster` its meat is summed by
    cluster (Zou & Donner 2013, Stat Methods Med Res 22:661-670). The model's own errors, which are too wide here,
    stand beside as `std_error_naive`.

    >>> import pandas as pd
    >>> from analysis.binary import risk_ratio
    >>> people = pd.DataFrame({"ill": [1, 0, 0, 0, 1, 1, 1, 0], "shift": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = risk_ratio(people, "shift", outcome="ill")
    >>> fit.tidy(exponentiate=True).set_index("term").estimate.round(3).to_dict()
    {'Intercept': 0.25, 'shift': 3.0}
    """
    observations = observe(data, formula, outcome=outcome, kind="binary", cluster=cluster)
    require_both(observations, outcome)
    fields = fit_poisson(observations, None)
    if cluster is None:
        scores = _scores(observations, fields["coefficients"])
        fields |= {"covariance": sandwich(fields["naive_covariance"], scores), "robust": "HC0"}
    return RiskRatioFit(**fields)


def _scores(observations: Observations, coefficients: np.ndarray) -> np.ndarray:
    """Rows whose squares add up to those of x (y - risk): one for each cell, from its numbers of zeros and ones."""
    design = observations.design.matrix
    risk = np.exp(design @ coefficients)
    ones = observations.cell_y
    squares = ones * (1 - risk) ** 2 + (observations.cell_size - ones) * risk**2
    scores: np.ndarray = design * np.sqrt(squares)[:, None]
    return scores
