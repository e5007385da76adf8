"""What each item does for its scale."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from analysis.errors import AnalysisWarning
from analysis.reliability.alpha import alpha_of
from analysis.reliability.answers import complete_answers


def item_statistics(items: pd.DataFrame) -> pd.DataFrame:
    r"""A frame `item, r_drop, alpha_if_dropped, mean, sd, n` with a row per item, from the complete rows.

    .. math:: r_{drop,i} = cor\Big(x_i, \sum_{j \ne i} x_j\Big)

    `alpha_if_dropped` is Cronbach's alpha of the other items (Nunnally & Bernstein 1994); of two items none is left to
    compare, so that it is missing there. As r.drop and alpha.drop of psych::alpha.

    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [5, 3, 3, 4, 4]})
    >>> item_statistics(items).round(2)[["item", "r_drop", "alpha_if_dropped"]]
      item  r_drop  alpha_if_dropped
    0    a    0.71              0.12
    1    b    0.94             -0.37
    2    c   -0.06              0.97
    """
    answers = complete_answers(items)
    covariance = answers.covariance()
    variances = np.diag(covariance)
    k = len(variances)
    with_rest = covariance.sum(axis=1) - variances
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + variances
    if k == 2:
        warnings.warn("alpha_if_dropped needs three items or more; it is missing here.", AnalysisWarning, stacklevel=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        r_drop = with_rest / np.sqrt(variances * rest)
    if (rest <= 0).any():
        warnings.warn(
            "The other items of an item sum to a constant: its r_drop is missing.", AnalysisWarning, stacklevel=2
        )
    without = [np.delete(np.delete(covariance, i, axis=0), i, axis=1) for i in range(k)]
    return pd.DataFrame(
        {
            "item": list(answers.names),
            "r_drop": np.where(rest > 0, r_drop, np.nan),
            "alpha_if_dropped": [alpha_of(part) if k > 2 else np.nan for part in without],
            "mean": answers.values.mean(axis=0),
            "sd": np.sqrt(variances),
            "n": answers.n,
        }
    )
