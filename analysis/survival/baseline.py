"""The baseline hazard of a Cox model and the survival it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, require_columns
from analysis.results import critical_value

if TYPE_CHECKING:
    from analysis.survival.cox_fit import CoxFit


def baseline_hazard(fit: CoxFit, *, centred: bool = False) -> pd.DataFrame:
    """The cumulative baseline hazard: frame (strata columns,) `time, n_event, cumulative_hazard, survival`.

    One row for each distinct exit time of a stratum. The hazard is that of someone whose covariates are all 0, or with
    `centred` all at the mean of the rows used. Breslow's estimator; for Efron's ties his version of it (as R's
    basehaz, where `centred=True` is the default, and leaves 0/1 columns at 0).
    """
    sample, sets, point = fit.sample, fit.likelihood.sets, fit.point
    increments = fit.likelihood.increments(point).hazard
    at_mean = np.exp(-point.shift)
    level = at_mean if centred else at_mean * np.exp(-sample.mean / sample.scale @ point.beta)
    path = sets.running(increments) * level
    bounds = np.searchsorted(sets.stratum, np.arange(sample.strata.count + 1))
    order = np.argsort(sample.strata.code, kind="stable")
    ends = np.cumsum(np.bincount(sample.strata.code, minlength=sample.strata.count))
    frames = []
    for g, rows in enumerate(np.split(order, ends[:-1])):
        times, place = np.unique(sample.stop[rows], return_inverse=True)
        hazard = path[_cells(sets.time, bounds[g], bounds[g + 1], times, len(path) - 1)]
        events = np.bincount(place, weights=sample.event[rows], minlength=len(times)).astype(int)
        frame = pd.DataFrame(
            {"time": times, "n_event": events, "cumulative_hazard": hazard, "survival": np.exp(-hazard)}
        )
        frames.append(sample.strata.beside(g, frame) if len(sample.strata.labels.columns) else frame)
    return pd.concat(frames, ignore_index=True)


def predicted_survival(
    fit: CoxFit, new_data: pd.DataFrame, *, times: Sequence[float] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Predicted survival: frame `row, time, survival, std_error, conf_low, conf_high, cumulative_hazard`.

    `row` is the label of the row in `new_data`, which holds the formula's columns and those of the strata. `times` are
    any times within the follow-up of the row's stratum; without them, the stratum's event times. The intervals are on
    the log scale; the errors account for the hazard's and the coefficients' uncertainty (Tsiatis 1981, Annals of
    Statistics 9:93; R's survfit.coxph).
    """
    sample, likelihood, point = fit.sample, fit.likelihood, fit.point
    z = critical_value(level)
    stratum = _strata_of(fit, new_data)
    X = (sample.design.rows(new_data) - sample.mean) / sample.scale
    risk = np.exp(X @ point.beta - point.shift)
    increments = likelihood.increments(point)
    hazard = likelihood.sets.running(increments.hazard)
    square = likelihood.sets.running(increments.square)
    means = likelihood.sets.running(likelihood.mean_sums(point).crossed(increments)[0])
    covariance = fit.covariance * np.outer(sample.scale, sample.scale)
    bounds = np.searchsorted(likelihood.sets.stratum, np.arange(sample.strata.count + 1))
    frames = []
    for i, label in enumerate(new_data.index):
        begin, end = bounds[stratum[i]], bounds[stratum[i] + 1]
        grid = likelihood.sets.time[begin:end] if times is None else _within_follow_up(fit, stratum[i], times)
        cells = _cells(likelihood.sets.time, begin, end, grid, len(hazard) - 1)
        cumulative = hazard[cells] * risk[i]
        distance = hazard[cells, None] * X[i] - means[cells]
        variance = (square[cells] + np.einsum("kp,pq,kq->k", distance, covariance, distance)) * risk[i] ** 2
        error = np.sqrt(variance)
        frames.append(
            pd.DataFrame(
                {
                    "row": [label] * len(grid),
                    "time": grid,
                    "survival": np.exp(-cumulative),
                    "std_error": np.exp(-cumulative) * error,
                    "conf_low": np.exp(-cumulative - z * error),
                    "conf_high": np.minimum(np.exp(-cumulative + z * error), 1.0),
                    "cumulative_hazard": cumulative,
                }
            )
        )
    if not frames:
        raise BadArgument("new_data has no rows: give one row for each person to predict for.")
    return pd.concat(frames, ignore_index=True)


def _cells(event_times: np.ndarray, begin: int, end: int, times: np.ndarray, none: int) -> np.ndarray:
    """The stratum's last event time at or before each of `times`, `none` before the first."""
    place = begin + np.searchsorted(event_times[begin:end], times, side="right") - 1
    return np.where(place < begin, none, place)


def _strata_of(fit: CoxFit, new_data: pd.DataFrame) -> np.ndarray:
    labels = fit.sample.strata.labels
    columns = list(labels.columns)
    if not columns:
        return np.zeros(len(new_data), dtype=int)
    require_columns(new_data, columns)
    known = {tuple(values): g for g, values in enumerate(labels.itertuples(index=False, name=None))}
    wanted = list(new_data[columns].itertuples(index=False, name=None))
    unknown = [values for values in wanted if values not in known]
    if unknown:
        raise BadArgument(
            f"The model has no stratum {', '.join(columns)} = {unknown[0]!r}, so it cannot predict for it."
        )
    return np.array([known[values] for values in wanted])


def _within_follow_up(fit: CoxFit, stratum: int, times: Sequence[float]) -> np.ndarray:
    grid = np.atleast_1d(np.asarray(times, dtype=float))
    last = fit.sample.stop[fit.sample.strata.code == stratum].max()
    wrong = grid[~((grid >= 0) & (grid <= last))]
    if len(wrong):
        raise BadArgument(f"times must lie within the follow-up, 0 to {last:g}; {wrong[0]:g} does not.")
    return grid
