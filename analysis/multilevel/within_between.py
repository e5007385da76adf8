"""A measure divided into what belongs to the unit and what is the person's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, BadArgument, require_columns


def within_between(data: pd.DataFrame, columns: str | Sequence[str], group: str) -> pd.DataFrame:
    r"""Unit means, deviations from them, and unit means that leave oneself out, for each column.

    .. math:: \bar x_g = \frac{1}{n_g} \sum_i x_{gi}, \quad x_{gi} - \bar x_g,
        \quad \bar x_{g(-i)} = \frac{n_g \bar x_g - x_{gi}}{n_g - 1}

    Gives a frame with the index of `data` and for each column x: `x_mean`, `x_within` (own value less the mean) and
    `x_others` (the mean of the others in the unit: Laine et al. 2009). Means are over those who answered; somebody who
    did not gets the others' mean but no `x_within`. `x_others` is missing where nobody else answered, everything where
    the group is missing. Put `x_mean` and `x_within` in a model together to tell context from composition (Neuhaus &
    Kalbfleisch 1998, Biometrics 54:638-645).

    >>> frame = pd.DataFrame({"unit": ["a", "a", "a", "b"], "demands": [1.0, 2.0, 6.0, 4.0]})
    >>> within_between(frame, ["demands"], "unit")
       demands_mean  demands_within  demands_others
    0           3.0            -2.0             4.0
    1           3.0            -1.0             3.5
    2           3.0             3.0             1.5
    3           4.0             0.0             NaN
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    require_columns(data, [*names, group])
    if not names:
        raise BadArgument("columns names at least one column.")
    codes, labels = pd.factorize(data[group])
    known = codes >= 0
    if not known.any():
        raise BadArgument(f"The group {group!r} is missing in all {len(data)} rows.")
    result: dict[str, np.ndarray] = {}
    for name in names:
        values = _numbers(data[name], name)
        answered = known & ~np.isnan(values)
        counts = np.bincount(codes[answered], minlength=len(labels)).astype(float)
        sums = np.bincount(codes[answered], weights=values[answered], minlength=len(labels))
        own = np.where(answered, values, 0.0)
        others = counts[codes] - answered
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known, (sums / counts)[codes], np.nan)
            result[f"{name}_mean"] = mean
            result[f"{name}_within"] = values - mean
            result[f"{name}_others"] = np.where(known & (others > 0), (sums[codes] - own) / others, np.nan)
    return pd.DataFrame(result, index=data.index)


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    try:
        values = column.to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError) as error:
        raise BadArgument(f"{name!r} is not a number in every row. Score it first, or leave it out.") from error
    if np.isinf(values).any():
        raise AnalysisError(f"{name!r} has infinite values. Set them to missing first.")
    return values
