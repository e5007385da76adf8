"""The rows of a Cox model, checked: times, events, strata, clusters, weights and the scaled covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.design import Design, build_design, outcome_vector
from analysis.errors import BadArgument, BadOutcome, BadTimes, NoEvents, TooFewGroups, require_columns, row_labels
from analysis.survival.cox_identified import check_levels
from analysis.survival.groups import Groups, by_columns, group_rows
from analysis.survival.partial_likelihood import CHUNK
from analysis.survival.tied_times import join_tied


@dataclass(frozen=True, eq=False)
class CoxSample:
    """The complete rows in the order of the data.

    design: the coding of the formula, its own matrix dropped; X: (n, p) columns as (value - mean) / scale, C order;
    start: (n,) or None; stop: (n,); event: (n,) boolean; strata: Groups; cluster: (n,) codes of cluster_labels, or
    None; weights: (n,) or None; index: (n,) the data's row labels; notes: sentences for the reader of the result.
    """

    design: Design
    X: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    start: np.ndarray | None
    stop: np.ndarray
    event: np.ndarray
    strata: Groups
    cluster: np.ndarray | None
    cluster_labels: pd.Index
    weights: np.ndarray | None
    index: pd.Index
    notes: tuple[str, ...]

    @property
    def n_clusters(self) -> int:
        return len(self.cluster_labels)


def cox_sample(
    data: pd.DataFrame,
    formula: str,
    *,
    stop: str,
    event: str,
    start: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
) -> CoxSample:
    """Read and check everything a Cox model uses; rows with a missing value in any of it are left out."""
    groups = by_columns(strata)
    require_columns(data, [c for c in (stop, event, start, *groups, cluster, weights) if c is not None])
    _check_something(data, [stop, event])
    design = build_design(
        data, formula, also=(stop, event, start, *groups, cluster, weights), intercept=False, allow_empty=True
    )
    kept = design.kept
    stops = _times(data, stop, kept)
    starts = None if start is None else _times(data, start, kept)
    if start is None or starts is None:
        (stops,) = join_tied(stops)
    else:
        starts, stops = _intervals(data, starts, stops, (start, stop), kept)
    events = outcome_vector(data, event, kept, kind="binary").astype(bool)
    if not events.any():
        raise NoEvents(f"{event!r} is 0 in all {len(kept)} complete rows: a Cox model needs events. Check its coding.")
    check_levels(design.frame, events)
    strata_groups = group_rows(data, strata, kept)
    codes, cluster_labels = _cluster_codes(data, cluster, kept)
    X, mean, scale = _scaled(design.matrix)
    return CoxSample(
        design=replace(design, matrix=np.empty((0, len(design.terms)))),
        X=X,
        mean=mean,
        scale=scale,
        start=starts,
        stop=stops,
        event=events,
        strata=strata_groups,
        cluster=codes,
        cluster_labels=cluster_labels,
        weights=_weights(data, weights, kept),
        index=data.index if len(kept) == len(data) else data.index[kept],
        notes=tuple(_strata_without_events(strata_groups, events)),
    )


def _check_something(data: pd.DataFrame, columns: list[str]) -> None:
    for column in columns:
        if len(data) and data[column].isna().all():
            raise BadOutcome(f"{column!r} is missing in all {len(data)} rows: look at how it was read or computed.")


def _times(data: pd.DataFrame, column: str, kept: np.ndarray) -> np.ndarray:
    values = data[column] if len(kept) == len(data) else data[column].iloc[kept]
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        raise BadTimes(
            f"{column!r} holds {values.dtype}, not numbers: give times as days, months or years from one origin, "
            "such as the start of follow-up."
        )
    times = values.to_numpy(dtype=np.float64)
    wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
    if len(wrong):
        raise BadTimes(
            f"{column!r} is {times[wrong[0]]:g} in {row_labels(data.index, kept[wrong])}: times are finite and count "
            "from 0. Correct them, or count from an earlier origin."
        )
    return times


def _intervals(
    data: pd.DataFrame, starts: np.ndarray, stops: np.ndarray, names: tuple[str, str], kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    joined = join_tied(starts, stops)
    wrong = np.flatnonzero(joined[0] >= joined[1])
    if len(wrong):
        first = wrong[0]
        same = starts[first] == stops[first]
        what = "an interval of no length" if same else "an entry that is not before its exit"
        raise BadTimes(
            f"{names[0]!r} must be before {names[1]!r}, but there is {what} ({starts[first]:g} to {stops[first]:g}) in "
            f"{row_labels(data.index, kept[wrong])}. Correct the times or leave those rows out; someone followed for "
            "less than a day is often given half a day."
        )
    return joined[0], joined[1]


def _strata_without_events(groups: Groups, events: np.ndarray) -> list[str]:
    """A sentence about strata that have no event, if there are any."""
    without = np.flatnonzero(np.bincount(groups.code[events], minlength=groups.count) == 0)
    if not len(without):
        return []
    names = groups.labels.iloc[without[:5]].itertuples(index=False)
    shown = "; ".join(", ".join(f"{c}={v}" for c, v in zip(groups.labels, row, strict=True)) for row in names)
    more = "; ..." if len(without) > 5 else ""
    return [
        f"{len(without)} of {groups.count} strata have no event and say nothing of the coefficients: {shown}{more}."
    ]


def _cluster_codes(data: pd.DataFrame, cluster: str | None, kept: np.ndarray) -> tuple[np.ndarray | None, pd.Index]:
    if cluster is None:
        return None, pd.Index([])
    values = data[cluster] if len(kept) == len(data) else data[cluster].iloc[kept]
    codes, labels = pd.factorize(values)
    if len(labels) < 2:
        raise TooFewGroups(f"All rows have the same {cluster!r}: several clusters or groups are needed.")
    return codes.astype(np.int32), pd.Index(labels)


def _weights(data: pd.DataFrame, weights: str | None, kept: np.ndarray) -> np.ndarray | None:
    if weights is None:
        return None
    values = outcome_vector(data, weights, kept)
    wrong = np.flatnonzero(values <= 0)
    if len(wrong):
        raise BadArgument(
            f"The weights in {weights!r} must be above 0, but are not in {row_labels(data.index, kept[wrong])}: "
            "leave out rows that should not count."
        )
    return values


def _scaled(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The columns as (value - mean) / standard deviation in C order, and the means and deviations."""
    n, p = matrix.shape
    mean = np.array([column.mean() for column in matrix.T])
    X = np.empty((n, p))
    squares = np.zeros(p)
    for begin in range(0, n, CHUNK):
        block = X[begin : begin + CHUNK]
        np.subtract(matrix[begin : begin + CHUNK], mean, out=block)
        squares += np.einsum("ij,ij->j", block, block)
    scale = np.sqrt(squares / n)
    for begin in range(0, n, CHUNK):
        X[begin : begin + CHUNK] /= scale
    return X, mean, scale
