"""Zero-inflated models: those who can have no events at all, mixed with a count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from analysis.counts.count_part import fit_count_part, warn_runaway
from analysis.counts.densities import inflated_density
from analysis.counts.two_part import TwoPartFit, clustered_covariance, read_two_part
from analysis.errors import warn


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ZeroInflatedFit(TwoPartFit):
    """A zero-inflated model; the zero part is of P(structural zero). See `zero_inflated`."""

    title: ClassVar[str] = "Zero-inflated model"


def zero_inflated(
    data: pd.DataFrame,
    formula: str,
    *,
    outcome: str,
    exposure: str | None = None,
    cluster: str | None = None,
    dist: str = "negbin",
    zero_formula: str | None = None,
) -> ZeroInflatedFit:
    """A mixture: P(y = 0) = p + (1 - p) f(0), and P(y) = (1 - p) f(y) above 0, with logit p = z'c.

    The mean of f is exp(x'b) times the exposure. f is negative binomial (`dist="negbin"`)
    or Poisson; the exposure belongs to the count part only. `zero_formula` gives the zero part terms of its own.
    Definition and standard errors (observed information) as pscl::zeroinfl
    (Lambert 1992, Technometrics 34:1-14; Zeileis, Kleiber & Jackman 2008, J Stat Softw 27(8)).

    >>> import numpy as np
    >>> import pandas as pd
    >>> from analysis.counts import zero_inflated
    >>> generator = np.random.default_rng(4)
    >>> days = np.where(generator.random(500) < 0.3, 0, generator.poisson(2, 500))
    >>> fit = zero_inflated(pd.DataFrame({"days": days}), "1", outcome="days", dist="poisson")
    >>> fit.tidy().part.tolist()
    ['count', 'zero']
    """
    notes: list[str] = []
    rows = read_two_part(data, formula, zero_formula, outcome=outcome, exposure=exposure, cluster=cluster, dist=dist)
    count_design, zero_design = rows.count_frame.design(), rows.zero_frame.design()
    part = fit_count_part(
        lambda dist: inflated_density(rows.y, dist),
        count_design,
        offset=rows.offset,
        y=rows.y,
        weight=rows.weight,
        dist=dist,
        zero_design=zero_design,
    )
    if part.poisson_limit:
        warn("The count part has no more spread than Poisson: theta is infinite.", notes)
    p, q = len(count_design.terms), len(zero_design.terms)
    naive = part.covariance[: p + q, : p + q]
    names = [*count_design.terms, *(f"zero part {term}" for term in zero_design.terms), "theta"]
    warn_runaway(names, part.runs_away, notes)
    covariance = naive
    if rows.clusters is not None:
        covariance = clustered_covariance(rows, part.covariance, [part.scores])[: p + q, : p + q]
    return ZeroInflatedFit(
        terms=(*count_design.terms, *zero_design.terms),
        parts=("count",) * p + ("zero",) * q,
        coefficients=part.coefficients,
        covariance=covariance,
        naive_covariance=naive,
        robust="" if cluster is None else "cluster",
        n=rows.n,
        n_dropped=rows.n_dropped,
        warnings=tuple(notes),
        dist=dist,
        theta=part.theta,
        std_error_log_theta=part.std_error_log_theta,
        log_likelihood=part.value,
        zeros=rows.zeros,
        count_design=count_design,
        zero_design=zero_design,
        exposure=exposure,
    )
