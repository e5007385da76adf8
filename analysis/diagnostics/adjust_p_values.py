"""P-values adjusted for multiplicity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.errors import BadArgument

METHODS = ("holm", "benjamini-hochberg", "bonferroni")


def adjust_p_values(p_values: npt.ArrayLike, *, method: str = "holm") -> np.ndarray:
    """Adjusted p-values in the given order; missing ones stay missing and do not count.

    "holm" keeps the chance of any false finding at the level (Holm 1979, Scand J Stat 6:65-70); "benjamini-hochberg"
    keeps the expected share of false ones among the findings (Benjamini & Hochberg 1995, JRSS B 57:289-300);
    "bonferroni" multiplies by the number of tests. As R's p.adjust.

    >>> from analysis.diagnostics import adjust_p_values
    >>> adjust_p_values([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    >>> adjust_p_values([0.01, 0.04, 0.03], method="benjamini-hochberg").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1:
        raise BadArgument("p_values is one list of p-values.")
    known = ~np.isnan(p)
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise BadArgument("p-values lie between 0 and 1; look at what was handed in.")
    if method == "BH":
        method = "benjamini-hochberg"
    if method not in METHODS:
        raise BadArgument(f"method is one of {', '.join(METHODS)}; it was {method!r}.")
    adjusted = p.copy()
    given = p[known]
    n = len(given)
    order = np.argsort(given, kind="stable")
    rank = np.arange(n)
    if method == "holm":
        steps = np.maximum.accumulate(given[order] * (n - rank))
    elif method == "benjamini-hochberg":
        steps = np.minimum.accumulate((given[order] * n / (rank + 1))[::-1])[::-1]
    else:
        steps = given[order] * n
    back = np.empty(n)
    back[order] = np.minimum(steps, 1)
    adjusted[known] = back
    return adjusted
