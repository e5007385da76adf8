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
    origin = 0.0 if centred else sample.mean / sample.scale @ point.beta
    path = sets.running(fit.likelihood.increments(point).hazard) * np.exp(-point.shift - origin)
    order = np.lexsort((sample.stop, sample.strata.code))
    stratum, time, event = sample.strata.code[order], sample.stop[order], sample.event[order]
    new = np.flatnonzero(np.concatenate([[True], (np.diff(stratum) > 0) | (np.diff(time) > 0)]))
    n_event = np.add.reduceat(event.astype(np.int64), new)
    # The rows with an event are the event times, in the same order.
    cell = np.cumsum(n_event > 0) - 1
    first = np.searchsorted(sets.stratum, stratum[new])
    hazard = path[np.where(cell < first, sets.n_times, cell)]
    frame = pd.DataFrame(
        {"time": time[new], "n_event": n_event, "cumulative_hazard": hazard, "survival": np.exp(-hazard)}
    )
    labels = sample.strata.labels.iloc[stratum[new]].reset_index(drop=True)
    return pd.concat([labels, frame], axis=1)


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
    if len(new_data) == 0:
        raise BadArgument("new_data has no rows: give one row for each person to predict for.")
    stratum = _strata_of(fit, new_data)
    X = (sample.design.rows(new_data) - sample.mean) / sample.scale
    increments = likelihood.increments(point)
    hazard = likelihood.sets.running(increments.hazard)
    square = likelihood.sets.running(increments.square)
    means = likelihood.sets.running(likelihood.mean_sums(point).crossed(increments)[0])
    covariance = fit.covariance * np.outer(sample.scale, sample.scale)
    bounds = np.searchsorted(likelihood.sets.stratum, np.arange(sample.strata.count + 1))
    pieces: list[tuple[np.ndarray, ...]] = []
    for g in np.unique(stratum):
        rows, begin, end = np.flatnonzero(stratum == g), bounds[g], bounds[g + 1]
        grid = likelihood.sets.time[begin:end] if times is None else _within_follow_up(fit, g, times)
        cells = _cells(likelihood.sets.time, begin, end, grid, likelihood.sets.n_times)
        risk = np.exp(X[rows] @ point.beta - point.shift)[:, None]
        # The quadratic form of (hazard x - means) in the covariance, for each row and time.
        weighed, mean = X[rows] @ covariance, means[cells]
        spread = np.einsum("ip,ip->i", weighed, X[rows])[:, None] * hazard[cells] ** 2
        spread -= 2 * (weighed @ mean.T) * hazard[cells]
        spread += np.einsum("kp,pq,kq->k", mean, covariance, mean)
        error = np.sqrt(np.maximum(square[cells] + spread, 0.0)) * risk
        pieces.append(
            (np.repeat(rows, len(grid)), np.tile(grid, len(rows)), (hazard[cells] * risk).ravel(), error.ravel())
        )
    row, time, cumulative, error = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    order = np.argsort(row, kind="stable")
    row, time, cumulative, error = row[order], time[order], cumulative[order], error[order]
    half = critical_value(level) * error
    return pd.DataFrame(
        {
            "row": new_data.index[row],
            "time": time,
            "survival": np.exp(-cumulative),
            "std_error": np.exp(-cumulative) * error,
            "conf_low": np.exp(-cumulative - half),
            "conf_high": np.minimum(np.exp(-cumulative + half), 1.0),
            "cumulative_hazard": cumulative,
        }
    )


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
