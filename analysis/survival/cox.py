"""Cox regression on counting-process data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, warn
from analysis.survival.cox_estimate import Estimate, maximise
from analysis.survival.cox_fit import CoxFit
from analysis.survival.cox_sample import CoxSample, cox_sample
from analysis.survival.partial_likelihood import PartialLikelihood
from analysis.survival.risk_sets import find_risk_sets
from analysis.survival.score_residuals import grouped_scores
from analysis.survival.tied_events import tied_events

TIES = ("efron", "breslow")
FEW_CLUSTERS = 10


def cox(
    data: pd.DataFrame,
    formula: str,
    *,
    stop: str,
    event: str,
    start: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    ties: str = "efron",
) -> CoxFit:
    """Cox's proportional hazards model, h(t | x) = h0(t) exp(x'b), by maximum partial likelihood.

    A row is at risk in (start, stop], from 0 without `start`, and `event` (0/1 or boolean) says whether it ends in an
    event; one person may have several rows (late entry, covariates that change, recurrent events). Each stratum has
    its own h0. `weights` are case weights above 0. Ties by Efron or Breslow; times that differ by rounding only are
    tied. Rows with a missing value in anything the model uses are left out and counted in `n_dropped`.

    With `cluster` the covariance is the grouped sandwich V (sum of u_c u_c') V, with V the inverse information and u_c
    a cluster's summed score residuals (Lin and Wei 1989, JASA 84:1074); `tidy` has the naive errors beside. Weights
    that are not whole numbers are no counts of rows, so they too give sandwich errors, each row its own cluster.

    Sources: Cox 1972, JRSS B 34:187; Andersen and Gill 1982, Annals of Statistics 10:1100; Efron 1977, JASA 72:557;
    Therneau and Grambsch 2000, Modeling Survival Data. Agrees with R's survival::coxph.

    >>> people = pd.DataFrame({
    ...     "days": [4, 9, 9, 12, 20, 25, 31, 40], "absent": [1, 1, 0, 1, 1, 0, 1, 0],
    ...     "demands": [5, 4, 3, 4, 2, 3, 1, 2]})
    >>> fit = cox(people, "demands", stop="days", event="absent")
    >>> fit.tidy(exponentiate=True)[["term", "estimate", "conf_low", "conf_high"]].round(2)
          term  estimate  conf_low  conf_high
    0  demands      3.63      0.92      14.36
    """
    if ties not in TIES:
        raise BadArgument(f"ties is {' or '.join(repr(t) for t in TIES)}; it was {ties!r}.")
    sample = cox_sample(
        data, formula, stop=stop, event=event, start=start, strata=strata, cluster=cluster, weights=weights
    )
    sets = find_risk_sets(sample.stop, sample.event, sample.start, sample.strata.code)
    likelihood = PartialLikelihood(
        sample.X, sample.weights, sets, tied_events(sets, sample.event, sample.weights, ties)
    )
    terms = sample.design.terms
    estimate = maximise(likelihood, terms)
    naive = np.linalg.inv(estimate.information) / np.outer(sample.scale, sample.scale)
    notes: list[str] = []
    for note in sample.notes:
        warn(note, notes)
    if cluster is not None and sample.n_clusters < FEW_CLUSTERS:
        warn(f"{cluster!r} has only {sample.n_clusters} values: robust errors from so few are often too small.", notes)
    robust = sample.cluster is not None or _fractional(sample.weights)
    return CoxFit(
        terms=terms,
        coefficients=estimate.point.beta / sample.scale,
        covariance=_sandwich(likelihood, estimate, sample) if robust else naive,
        n=len(sample.stop),
        n_dropped=sample.design.n_dropped,
        warnings=tuple(notes),
        naive_covariance=naive,
        robust=robust,
        events=int(sample.event.sum()),
        ties=ties,
        log_likelihood=estimate.point.log_likelihood,
        log_likelihood_null=estimate.null_log_likelihood,
        score_statistic=estimate.score_statistic,
        iterations=estimate.iterations,
        sample=sample,
        likelihood=likelihood,
        point=estimate.point,
    )


def _fractional(weights: np.ndarray | None) -> bool:
    return weights is not None and bool((weights != np.floor(weights)).any())


def _sandwich(likelihood: PartialLikelihood, estimate: Estimate, sample: CoxSample) -> np.ndarray:
    """V (sum over clusters of u u') V on the scale of the covariates as given."""
    group, n_groups = sample.cluster, sample.n_clusters
    if group is None:
        n_groups = len(sample.stop)
        group = np.arange(n_groups, dtype=np.int32)
    scores = grouped_scores(likelihood, group, n_groups, estimate.point, estimate.expected, estimate.means)
    bread = np.linalg.inv(estimate.information)
    influence = scores @ bread / sample.scale
    return influence.T @ influence
