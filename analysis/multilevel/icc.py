"""Intraclass correlations: how much of a measure belongs to the unit, and how reliable the unit's mean is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.columns import missing_rows
from analysis.design import outcome_vector
from analysis.errors import ConstantColumn, require_columns
from analysis.multilevel.groups import gather
from analysis.results import check_level


@dataclass(frozen=True)
class IntraclassCorrelation:
    """`icc1`: of one answer; `icc2`: of the unit's mean. The interval is that of icc1, from the F distribution.

    `n_dropped` rows lacked the outcome or the group. The interval is exact with equal groups, near it otherwise.
    """

    icc1: float
    icc2: float
    conf_low: float
    conf_high: float
    f_statistic: float
    p_value: float
    mean_square_between: float
    mean_square_within: float
    groups: int
    mean_group_size: float
    n: int
    n_dropped: int

    def glance(self) -> dict[str, Any]:
        """All figures by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def icc(data: pd.DataFrame, *, outcome: str, group: str, level: float = 0.95) -> IntraclassCorrelation:
    r"""ICC1 and ICC2 of one-way analysis of variance, as ICC1 and ICC2 of R's package multilevel.

    .. math:: ICC1 = \frac{MSB - MSW}{MSB + (k - 1) MSW}, \quad ICC2 = \frac{MSB - MSW}{MSB}, \quad k = N / G

    k is the mean group size (Bliese 2000, in Klein & Kozlowski; Shrout & Fleiss 1979, Psychol Bull 86:420-428; the
    interval: McGraw & Wong 1996, Psychol Methods 1:30-46). Either can be negative, where groups differ less than by
    chance.

    >>> frame = pd.DataFrame({"unit": [1, 1, 1, 2, 2, 2], "support": [1, 2, 3, 4, 5, 6]})
    >>> found = icc(frame, outcome="support", group="unit")
    >>> round(found.icc1, 3), round(found.icc2, 3)
    (0.806, 0.926)
    """
    tail = (1 - check_level(level)) / 2
    require_columns(data, [outcome, group])
    gaps = missing_rows(data, [outcome, group])
    kept = np.arange(len(data)) if gaps is None else np.flatnonzero(~gaps)
    y = outcome_vector(data, outcome, kept)
    groups = gather(data, group, kept)
    y = y[groups.order]
    n, count = len(y), groups.count
    means = groups.sums(y) / groups.sizes
    between = float((groups.sizes * (means - y.mean()) ** 2).sum()) / (count - 1)
    within = float(((y - means[groups.codes]) ** 2).sum()) / (n - count)
    if within == 0 and between == 0:
        raise ConstantColumn(f"{outcome!r} has the same value in all {n} rows: there is no variance to divide.")
    k = n / count
    f = between / within if within > 0 else np.inf
    f_low = f / stats.f.ppf(1 - tail, count - 1, n - count)
    f_high = f * stats.f.ppf(1 - tail, n - count, count - 1)
    return IntraclassCorrelation(
        icc1=(between - within) / (between + (k - 1) * within),
        icc2=(between - within) / between if between > 0 else -np.inf,
        conf_low=_share(f_low, k),
        conf_high=_share(f_high, k),
        f_statistic=float(f),
        p_value=float(stats.f.sf(f, count - 1, n - count)),
        mean_square_between=between,
        mean_square_within=within,
        groups=count,
        mean_group_size=k,
        n=n,
        n_dropped=len(data) - n,
    )


def _share(f: float, k: float) -> float:
    return 1.0 if np.isinf(f) else float((f - 1) / (f + k - 1))
