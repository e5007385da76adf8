"""A person's score on a scale."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import AnalysisWarning, BadArgument, require_columns, row_labels
from analysis.reliability.answers import numbers


def score(
    items: pd.DataFrame,
    *,
    reverse: Sequence[str] = (),
    minimum_share: float = 0.5,
    scale: tuple[float, float] | None = None,
) -> pd.Series:
    r"""The mean of the answered items of each row, missing where fewer than `minimum_share` of them are answered.

    .. math:: \bar x = \frac{1}{|A|} \sum_{i \in A} x_i \quad \text{if} \quad |A| / k \ge \text{minimum share}

    Items in `reverse` become `low + high - x` with the ends `scale=(low, high)` of the answers; without `scale` the
    least and the greatest answer in the data are taken, with a warning, for nobody may have used an end. An answer
    outside `scale` is an error. The half rule: e.g. Pejtersen et al. 2010, Scand J Public Health 38(3 Suppl):8-24.

    >>> items = pd.DataFrame({"a": [1, 5, None], "b": [2, 4, None], "c": [5, None, 3]})
    >>> score(items, reverse=["c"], scale=(1, 5)).tolist()
    [1.3333333333333333, 4.5, nan]
    """
    if not 0 < minimum_share <= 1:
        raise BadArgument(f"minimum_share is above 0 and at most 1, such as 0.5; it was {minimum_share!r}.")
    frame = numbers(items)
    values = frame.to_numpy(copy=True)
    names = [reverse] if isinstance(reverse, str) else list(reverse)
    require_columns(frame, names)
    if scale is not None:
        low, high = scale
        if not low < high:
            raise BadArgument(f"scale is (least, greatest) answer, such as (1, 5); it was {scale!r}.")
        outside = np.flatnonzero(((values < low) | (values > high)).any(axis=1))
        if len(outside):
            where = row_labels(frame.index, outside)
            raise BadArgument(f"An answer lies outside the scale {low:g} to {high:g} in {where}. Correct it first.")
    elif names and not np.isnan(values).all():
        low, high = np.nanmin(values), np.nanmax(values)
        warnings.warn(
            f"Items were reversed between {low:g} and {high:g}, the ends seen in the data; give scale=(low, high).",
            AnalysisWarning,
            stacklevel=2,
        )
    for name in names:
        if not np.isnan(values).all():
            position = frame.columns.get_loc(name)
            values[:, position] = low + high - values[:, position]
    answered = ~np.isnan(values)
    count = answered.sum(axis=1)
    enough = count >= minimum_share * values.shape[1] - 1e-9
    sums = np.where(answered, values, 0.0).sum(axis=1)
    result = np.where(enough & (count > 0), sums / np.maximum(count, 1), np.nan)
    return pd.Series(result, index=frame.index, name="score")
