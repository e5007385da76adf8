"""Cox regression with a shared gamma frailty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.errors import NoConvergence, TooFewGroups, warn
from analysis.results import Fit
from analysis.survival.cox_estimate import maximise
from analysis.survival.cox_sample import cox_sample
from analysis.survival.frailty_likelihood import FrailtyLikelihood, FrailtyPoint
from analysis.survival.partial_likelihood import PartialLikelihood
from analysis.survival.risk_sets import find_risk_sets
from analysis.survival.tied_events import tied_events

SMALLEST, LARGEST = 1e-5, 1e4
# Up to this many groups the covariance uses the whole information, as R does.
FEW_GROUPS = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FrailtyCoxFit(Fit):
    """A Cox model with a shared gamma frailty of mean 1 and variance `theta`.

    log_likelihood: integrated over the frailties; log_likelihood_no_frailty: of the plain Cox model;
    theta_std_error: from the curvature of the profile, nan where theta is 0; frailties: (G,) by group.
    """

    title: ClassVar[str] = "Cox proportional hazards with shared gamma frailty"

    theta: float
    theta_std_error: float
    events: int
    log_likelihood: float
    log_likelihood_no_frailty: float
    frailties: pd.Series = field(repr=False)

    def glance(self) -> dict[str, Any]:
        """The whole model, with `theta` and its likelihood-ratio test (half a chi-square: theta cannot be below 0)."""
        statistic = max(2 * (self.log_likelihood - self.log_likelihood_no_frailty), 0.0)
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "events": self.events,
            "groups": len(self.frailties),
            "theta": self.theta,
            "theta_std_error": self.theta_std_error,
            "theta_statistic": statistic,
            "theta_p_value": float(stats.chi2.sf(statistic, 1)) / 2 if statistic > 0 else 1.0,
            "kendall_tau": self.theta / (self.theta + 2),
            "log_likelihood": self.log_likelihood,
            "log_likelihood_no_frailty": self.log_likelihood_no_frailty,
            "aic": 2 * (len(self.terms) + 1 - self.log_likelihood),
        }


def frailty_cox(
    data: pd.DataFrame, formula: str, *, stop: str, event: str, group: str, start: str | None = None
) -> FrailtyCoxFit:
    """A Cox model in which the rows of a group (a person's spells, a unit) share an unseen hazard ratio.

    h(t | x, group g) = z_g h0(t) exp(x'b), where z_g is gamma distributed with mean 1 and variance theta. For each
    theta the penalised partial likelihood (Efron's ties) gives b and z; theta maximises the likelihood integrated over
    z. The standard errors are those of b at the estimated theta. Theta of 0 is the plain Cox model.

    Sources: Nielsen et al. 1992, Scandinavian Journal of Statistics 19:25; Therneau, Grambsch and Pankratz 2003,
    JCGS 12:156. Agrees with R's coxph(... + frailty(group)), whose search for theta stops earlier.

    >>> spells = pd.DataFrame({
    ...     "person": [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 6],
    ...     "days": [8, 11, 9, 45, 60, 5, 4, 13, 80, 66, 25, 34, 15, 10, 12],
    ...     "again": [1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0],
    ...     "nights": [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]})
    >>> fit = frailty_cox(spells, "nights", stop="days", event="again", group="person")
    >>> round(fit.glance()["theta"], 2), fit.tidy()["estimate"].round(2).tolist()
    (3.25, [1.74])
    """
    sample = cox_sample(data, formula, stop=stop, event=event, start=start, cluster=group)
    if sample.cluster is None or sample.n_clusters < 2:
        raise TooFewGroups(f"{group!r} has a single value: a shared frailty needs several groups.")
    sets = find_risk_sets(sample.stop, sample.event, sample.start, sample.strata.code)
    partial = PartialLikelihood(sample.X, None, sets, tied_events(sets, sample.event, None, "efron"))
    plain = maximise(partial, sample.design.terms)
    events = np.bincount(sample.cluster, sample.event, sample.n_clusters)
    likelihood = FrailtyLikelihood(partial, sample.cluster, events)
    best = _best(likelihood, plain.point.beta)
    notes: list[str] = []
    if best is None:
        warn(f"The variance between values of {group!r} is estimated as 0: this is the plain Cox model.", notes)
        beta, effects, theta, value = plain.point.beta, np.zeros(sample.n_clusters), 0.0, plain.point.log_likelihood
        covariance, theta_error = np.linalg.inv(plain.information), np.nan
    else:
        beta, effects, theta, value = best.beta, best.effects, best.theta, best.log_likelihood
        covariance = likelihood.covariance(best, exact=sample.n_clusters <= FEW_GROUPS)
        theta_error = _theta_error(likelihood, best)
    return FrailtyCoxFit(
        terms=sample.design.terms,
        coefficients=beta / sample.scale,
        covariance=covariance / np.outer(sample.scale, sample.scale),
        n=len(sample.stop),
        n_dropped=sample.design.n_dropped,
        warnings=tuple(notes),
        theta=theta,
        theta_std_error=theta_error,
        events=int(sample.event.sum()),
        log_likelihood=value,
        log_likelihood_no_frailty=plain.point.log_likelihood,
        frailties=pd.Series(np.exp(effects), index=pd.Index(sample.cluster_labels, name=group), name="frailty"),
    )


def _best(likelihood: FrailtyLikelihood, beta: np.ndarray) -> FrailtyPoint | None:
    """The fit at the theta where the slope crosses 0 from above; None where it is downwards from the start."""
    effects = np.zeros(len(likelihood.events))
    latest = likelihood.maximise(SMALLEST, beta, effects)
    if likelihood.slope(latest) <= 0:
        return None
    low = high = 0.1
    latest = likelihood.maximise(high, latest.beta, latest.effects)
    while likelihood.slope(latest) > 0 and high < LARGEST:
        low, high = high, high * 4
        latest = likelihood.maximise(high, latest.beta, latest.effects)
    if likelihood.slope(latest) > 0:
        raise NoConvergence(
            f"The variance between groups has no maximum below {LARGEST:g}: the groups differ too much for a frailty. "
            "Use them as strata in cox(), or join small groups."
        )
    if low == high:
        low = SMALLEST

    def slope(log_theta: float) -> float:
        nonlocal latest
        latest = likelihood.maximise(float(np.exp(log_theta)), latest.beta, latest.effects)
        return likelihood.slope(latest)

    root = optimize.brentq(slope, np.log(low), np.log(high), xtol=1e-10, rtol=1e-12)
    return likelihood.maximise(float(np.exp(root)), latest.beta, latest.effects)


def _theta_error(likelihood: FrailtyLikelihood, best: FrailtyPoint) -> float:
    step = 1e-3 * best.theta
    up = likelihood.slope(likelihood.maximise(best.theta + step, best.beta, best.effects))
    down = likelihood.slope(likelihood.maximise(best.theta - step, best.beta, best.effects))
    curvature = (down - up) / (2 * step)
    return float(1 / np.sqrt(curvature)) if curvature > 0 else np.nan
