"""Agreement within units: do people of the same unit answer alike, so that a unit mean stands for something?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import AnalysisWarning, BadArgument, NoRows, require_columns
from analysis.reliability.answers import numbers


def rwg(data: pd.DataFrame, *, items: str | Sequence[str], group: str, categories: int = 5) -> pd.DataFrame:
    r"""Within-group agreement: r_wg of one item, r_wg(j) of several; a frame `group, n, rwg`, sorted by group.

    .. math:: r_{wg} = 1 - \frac{s^2}{\sigma_E^2}, \quad
        r_{wg(J)} = \frac{J (1 - \bar s^2 / \sigma_E^2)}{J (1 - \bar s^2 / \sigma_E^2) + \bar s^2 / \sigma_E^2}, \quad
        \sigma_E^2 = \frac{A^2 - 1}{12}

    with A = `categories`: the variance if answers fell evenly over them (the uniform null). Values below 0 are 0
    (James, Demaree & Wolf 1984, J Appl Psychol 69:85-98), as rwg and rwg.j of R's package multilevel. Only rows with
    every item and the group count; a group of one row has no variance, so its rwg is missing, with a warning.

    >>> frame = pd.DataFrame({"unit": list("aaabbb"), "lead": [3, 3, 4, 1, 3, 5]})
    >>> rwg(frame, items=["lead"], group="unit").round(3)
      group  n    rwg
    0     a  3  0.833
    1     b  3  0.000
    """
    names = [items] if isinstance(items, str) else list(items)
    if not names:
        raise BadArgument("items names at least one column.")
    if not isinstance(categories, int | np.integer) or isinstance(categories, bool) or categories < 2:
        raise BadArgument(f"categories is the number of answers to choose from, 2 or more; it was {categories!r}.")
    require_columns(data, [*names, group])
    values = numbers(data, names).to_numpy()
    codes, labels = pd.factorize(data[group], sort=True)
    kept = (codes >= 0) & ~np.isnan(values).any(axis=1)
    if not kept.any():
        raise NoRows(f"No row has {group!r} and every item of {', '.join(names)}.")
    values, codes = values[kept], codes[kept]
    n = np.bincount(codes, minlength=len(labels))
    variance = np.zeros(len(labels))
    with np.errstate(invalid="ignore", divide="ignore"):
        for column in values.T:
            mean = np.bincount(codes, weights=column, minlength=len(labels)) / n
            squares = np.bincount(codes, weights=(column - mean[codes]) ** 2, minlength=len(labels))
            variance += squares / (n - 1) / len(names)
    ratio = np.minimum(variance / ((categories**2 - 1) / 12), 1.0)
    agreement = 1 - ratio if len(names) == 1 else len(names) * (1 - ratio) / (len(names) * (1 - ratio) + ratio)
    present = n > 0
    alone = int((n == 1).sum())
    if alone:
        warnings.warn(
            f"{alone} of {int(present.sum())} groups have one complete row: agreement is missing there.",
            AnalysisWarning,
            stacklevel=2,
        )
    agreement = np.where(n > 1, agreement, np.nan)
    frame = pd.DataFrame({"group": labels, "n": n, "rwg": agreement})
    return frame[present].reset_index(drop=True)
