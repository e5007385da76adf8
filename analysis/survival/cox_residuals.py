"""The residuals of a Cox model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import BadArgument
from analysis.survival.score_residuals import event_means, score_residuals

if TYPE_CHECKING:
    from analysis.survival.cox_fit import CoxFit

KINDS = ("martingale", "deviance", "score", "schoenfeld", "scaled_schoenfeld", "dfbeta", "dfbetas")


def residuals(fit: CoxFit, kind: str = "martingale") -> pd.Series | pd.DataFrame:
    """Residuals of `kind`, as R's residuals.coxph gives them.

    By row, labelled as the data (those left out are not there):
      martingale         observed minus expected events;
      deviance           the martingale residuals made symmetric;
      score              a column per term, the row's part of the score (integral of (x - mean) dM);
      dfbeta, dfbetas    how much each coefficient would change without the row, as such or in standard errors
                         (one step; weighted).
    By event, in the order of strata and time, labelled by the event's time:
      schoenfeld         a column per term, the covariates less their mean in the risk set;
      scaled_schoenfeld  the same times the covariance and the number of events, plus the coefficient: a smooth curve
                         of these against time is the coefficient as it changes.
    """
    index, terms = fit.sample.index, list(fit.terms)
    if kind == "martingale":
        return pd.Series(martingale(fit), index=index, name=kind)
    if kind == "deviance":
        return pd.Series(_deviance(martingale(fit), fit.sample.event), index=index, name=kind)
    if kind in ("schoenfeld", "scaled_schoenfeld"):
        values = schoenfeld(fit)
        if kind == "scaled_schoenfeld":
            values = values @ fit.naive_covariance * fit.events + fit.coefficients
        times = fit.sample.stop[fit.likelihood.events.rows]
        return pd.DataFrame(values, columns=terms, index=pd.Index(times, name="time"))
    if kind in ("score", "dfbeta", "dfbetas"):
        scores = score_residuals(fit.likelihood, fit.point) * fit.sample.scale
        if kind == "score":
            values = scores if fit.sample.weights is None else scores / fit.sample.weights[:, None]
        else:
            values = scores @ fit.naive_covariance
            if kind == "dfbetas":
                values = values / np.sqrt(np.diag(fit.naive_covariance))
        return pd.DataFrame(values, columns=terms, index=index)
    raise BadArgument(f"kind is one of {', '.join(KINDS)}; it was {kind!r}.")


def martingale(fit: CoxFit) -> np.ndarray:
    """Observed minus expected events of each row, unweighted: (n,)."""
    expected = fit.likelihood.expected(fit.point, fit.likelihood.increments(fit.point))
    if fit.sample.weights is not None:
        expected = expected / fit.sample.weights
    return fit.sample.event - expected


def schoenfeld(fit: CoxFit) -> np.ndarray:
    """The covariates of each event less their mean over those at risk: (events, p), on the covariates' own scale."""
    likelihood, events = fit.likelihood, fit.likelihood.events
    means = event_means(likelihood, likelihood.increments(fit.point), likelihood.mean_sums(fit.point))
    return (likelihood.X[events.rows] - means[events.at]) * fit.sample.scale


def _deviance(residual: np.ndarray, event: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(event, np.log(event - residual), 0.0)
    return np.sign(residual) * np.sqrt(-2 * (residual + logs))
