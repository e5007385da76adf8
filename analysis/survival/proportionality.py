"""The score test of proportional hazards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import BadArgument
from analysis.survival.risk_sets import find_risk_sets

if TYPE_CHECKING:
    from analysis.survival.cox_fit import CoxFit
    from analysis.survival.cox_sample import CoxSample


def proportionality(fit: CoxFit) -> pd.DataFrame:
    """Score tests of c = 0 in a coefficient b + c g(t): frame `term, chisq, df, p_value`, the last row GLOBAL.

    A term of several columns (a factor, a spline) is tested as a whole. g is the transform of `kaplan_meier_transform`,
    centred at the events. The information is the naive one, of the 2p coefficients (b, c) together. Grambsch and
    Therneau 1994, Biometrika 81:515; R's cox.zph since survival 3.
    """
    p = len(fit.terms)
    if p == 0:
        raise BadArgument("A model without terms has no proportionality to test.")
    likelihood, point = fit.likelihood, fit.point
    sets = likelihood.sets
    transform = kaplan_meier_transform(fit.sample, sets.time)
    g = transform - np.average(transform, weights=likelihood.events.counts)
    increments = likelihood.increments(point)
    means = likelihood.mean_sums(point)
    blocks = []
    for factor in (np.ones_like(g), g, g * g):
        weighted = increments.times(factor)
        blocks.append(likelihood.information(likelihood.expected(point, weighted), weighted, means))
    information = np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]])
    score = likelihood.score(likelihood.expected(point, increments.times(g)), g)
    groups = columns_by_term(fit)
    rows = [(name, *_score_test(information, score, columns)) for name, columns in groups.items()]
    rows.append(("GLOBAL", *_score_test(information, score, np.arange(p))))
    frame = pd.DataFrame(rows, columns=["term", "chisq", "df"])
    frame["p_value"] = stats.chi2.sf(frame["chisq"], frame["df"])
    return frame


def kaplan_meier_transform(sample: CoxSample, times: np.ndarray) -> np.ndarray:
    """At each of `times`, 1 minus the Kaplan-Meier estimate just before, of all rows together and unweighted."""
    sets = find_risk_sets(sample.stop, sample.event, sample.start, np.zeros(len(sample.stop), dtype=np.int64))
    at_risk = sets.sums(np.ones(len(sample.stop)))
    events = np.bincount(sets.last[sample.event], minlength=sets.n_times)
    survival = np.concatenate([[1.0], np.cumprod(1 - events / at_risk)])
    return 1 - survival[np.searchsorted(sets.time, times, side="left")]


def columns_by_term(fit: CoxFit) -> dict[str, np.ndarray]:
    """The positions of each formula term's columns among the fit's terms."""
    position = {term: j for j, term in enumerate(fit.terms)}
    groups = {}
    for entry in fit.sample.design.model_spec.structure:
        columns = [position[str(name)] for name in entry.columns if str(name) in position]
        if columns:
            groups[str(entry.term)] = np.array(columns)
    return groups


def _score_test(information: np.ndarray, score: np.ndarray, columns: np.ndarray) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the time coefficients of `columns`, given all the fixed ones."""
    p = len(score)
    kept = np.concatenate([np.arange(p), p + columns])
    u = np.concatenate([np.zeros(p), score[columns]])
    return float(u @ np.linalg.solve(information[np.ix_(kept, kept)], u)), len(columns)
