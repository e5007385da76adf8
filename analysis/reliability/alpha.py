"""Cronbach's alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import warn
from analysis.reliability.answers import complete_answers
from analysis.results import check_level


@dataclass(frozen=True)
class Alpha:
    """`estimate` with Feldt's interval; `standardised` is alpha of the correlations."""

    estimate: float
    conf_low: float
    conf_high: float
    level: float
    standardised: float
    mean_correlation: float
    items: tuple[str, ...]
    n: int
    n_dropped: int
    warnings: tuple[str, ...] = ()


def alpha_of(covariance: np.ndarray) -> float:
    """Alpha of a covariance or correlation matrix."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def cronbach_alpha(items: pd.DataFrame, *, level: float = 0.95) -> Alpha:
    r"""Cronbach's alpha of the complete rows, with Feldt's interval.

    .. math:: \alpha = \frac{k}{k-1}\left(1 - \frac{\sum_i s_i^2}{s_{total}^2}\right), \quad
        1 - (1 - \alpha) F_{1 - a/2;\, n-1,\, (n-1)(k-1)} \le \alpha \le 1 - (1 - \alpha) F_{a/2;\, n-1,\, (n-1)(k-1)}

    (Cronbach 1951, Psychometrika 16:297-334; Feldt, Woodruff & Salih 1987, Appl Psychol Meas 11:93-103.) Reverse items
    first; an item that goes against the others is told of in `warnings`.

    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [1, 3, 3, 4, 4]})
    >>> found = cronbach_alpha(items)
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.954, 0.766, 0.995)
    """
    check_level(level)
    answers = complete_answers(items)
    covariance, correlation = answers.covariance(), answers.correlation()
    n, k = answers.values.shape
    notes: list[str] = []
    total = answers.values.sum(axis=1)
    rest = total[:, None] - answers.values
    against = [
        name
        for name, own, others in zip(answers.names, answers.values.T, rest.T, strict=True)
        if (own - own.mean()) @ (others - others.mean()) < 0
    ]
    if against:
        warn(f"{', '.join(against)} goes against the other items: check whether it should be reversed.", notes)
    estimate = alpha_of(covariance)
    tail = (1 - level) / 2
    df = (n - 1, (n - 1) * (k - 1))
    return Alpha(
        estimate=estimate,
        conf_low=float(1 - (1 - estimate) * stats.f.ppf(1 - tail, *df)),
        conf_high=float(1 - (1 - estimate) * stats.f.ppf(tail, *df)),
        level=level,
        standardised=alpha_of(correlation),
        mean_correlation=float((correlation.sum() - k) / (k * (k - 1))),
        items=answers.names,
        n=n,
        n_dropped=answers.n_dropped,
        warnings=tuple(notes),
    )
