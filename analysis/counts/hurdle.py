"""Hurdle models: whether at all, and how many once over the hurdle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy import special

from analysis.counts.count_part import fit_count_part, warn_runaway
from analysis.counts.densities import truncated_density
from analysis.counts.two_part import TwoPartFit, clustered_covariance, read_two_part
from analysis.errors import warn
from analysis.glm.families import BINOMIAL
from analysis.glm.irls import irls
from analysis.glm.separation import check_separation


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HurdleFit(TwoPartFit):
    """A hurdle model; the zero part is of P(y > 0). See `hurdle`."""

    title: ClassVar[str] = "Hurdle model"
    hurdle: ClassVar[bool] = True


def hurdle(
    data: pd.DataFrame,
    formula: str,
    *,
    outcome: str,
    exposure: str | None = None,
    cluster: str | None = None,
    dist: str = "negbin",
    zero_formula: str | None = None,
) -> HurdleFit:
    """Two processes: a logistic model of P(y > 0), and a count truncated at zero for the y above it.

    The count is negative binomial (`dist="negbin"`) or Poisson, log E of the untruncated count = x'b + log(exposure);
    the exposure belongs to the count part only. `zero_formula` gives the zero part terms of its own.
    Definition and standard errors (observed information) as pscl::hurdle (Mullahy 1986, J Econometrics 33:341-365;
    Zeileis, Kleiber & Jackman 2008, J Stat Softw 27(8)).

    >>> import pandas as pd
    >>> from analysis.counts import hurdle
    >>> people = pd.DataFrame({"days": [0, 2, 0, 1, 0, 3, 5, 1, 0, 0], "shift": [0, 0, 0, 0, 0, 1, 1, 1, 1, 0]})
    >>> fit = hurdle(people, "shift", outcome="days", dist="poisson")
    >>> fit.tidy().loc[:, ["part", "term", "estimate"]].round(2).values.tolist()
    [['count', 'Intercept', -0.13], ['count', 'shift', 1.17], ['zero', 'Intercept', -0.69], ['zero', 'shift', 1.79]]
    """
    notes: list[str] = []
    rows = read_two_part(data, formula, zero_formula, outcome=outcome, exposure=exposure, cluster=cluster, dist=dist)
    positive = rows.y > 0
    above = np.flatnonzero(positive)
    count_design = rows.count_frame.take(above).design()
    count = fit_count_part(
        lambda dist: truncated_density(rows.y[above], dist),
        count_design,
        offset=rows.offset[above],
        y=rows.y[above],
        weight=rows.weight[above],
        dist=dist,
    )
    if count.poisson_limit:
        warn("The counts above zero have no more spread than Poisson: theta is infinite.", notes)
    warn_runaway([*count_design.terms, "theta"], count.runs_away, notes)
    zero_design = rows.zero_frame.design()
    events = rows.weight * positive
    zero = irls(zero_design.matrix, zero_design.terms, events, rows.weight, BINOMIAL)
    check_separation(zero_design.matrix, zero_design.terms, events, rows.weight, zero, binomial=True)
    p, q = len(count_design.terms), len(zero_design.terms)
    covariance = np.zeros((p + q, p + q))
    covariance[:p, :p], covariance[p:, p:] = count.covariance[:p, :p], zero.covariance
    naive = covariance
    if rows.clusters is not None:
        width = len(count.covariance)
        bread = np.zeros((width + q, width + q))
        bread[:width, :width], bread[width:, width:] = count.covariance, zero.covariance
        count_scores = np.zeros((len(rows.y), width))
        count_scores[above] = count.scores
        zero_scores = zero_design.matrix * (positive - special.expit(zero.eta))[:, None]
        keep = [*range(p), *range(width, width + q)]
        covariance = clustered_covariance(rows, bread, [count_scores, zero_scores])[np.ix_(keep, keep)]
    return HurdleFit(
        terms=(*count_design.terms, *zero_design.terms),
        parts=("count",) * p + ("zero",) * q,
        coefficients=np.concatenate([count.coefficients, zero.coefficients]),
        covariance=covariance,
        naive_covariance=naive,
        robust="" if cluster is None else "cluster",
        n=rows.n,
        n_dropped=rows.n_dropped,
        warnings=tuple(notes),
        dist=dist,
        theta=count.theta,
        std_error_log_theta=count.std_error_log_theta,
        log_likelihood=count.value + float(BINOMIAL.kernel(events, rows.weight, zero.eta).sum()),
        zeros=rows.zeros,
        count_design=count_design,
        zero_design=zero_design,
        exposure=exposure,
    )
