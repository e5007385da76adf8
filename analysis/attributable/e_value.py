"""The E-value: how strong an unmeasured confounder would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import BadArgument

MEASURES = ("RR", "OR", "HR")


@dataclass(frozen=True)
class EValue:
    """E-values of the `estimate` and of the interval's `limit` nearer to no association (None without an interval).

    `ratio` is the estimate on the risk ratio scale that they were computed from.
    """

    estimate: float
    limit: float | None
    ratio: float

    def __float__(self) -> float:
        return self.estimate

    def tidy(self) -> pd.DataFrame:
        """Rows `estimate` and, with an interval, `limit`: `term, e_value`."""
        rows = {"estimate": self.estimate} | ({} if self.limit is None else {"limit": self.limit})
        return pd.DataFrame({"term": list(rows), "e_value": list(rows.values())})

    def glance(self) -> dict[str, Any]:
        """`ratio, e_value, e_value_limit`."""
        return {"ratio": self.ratio, "e_value": self.estimate, "e_value_limit": self.limit}


def e_value(
    estimate: float,
    *,
    conf_low: float | None = None,
    conf_high: float | None = None,
    measure: str = "RR",
    common_outcome: bool = False,
    true: float = 1.0,
) -> EValue:
    """The association (as a risk ratio) that a confounder needs with both exposure and outcome to explain it all.

    E = RR + sqrt(RR (RR - 1)), with 1 / RR for a ratio below 1 (VanderWeele & Ding 2017, Ann Intern Med
    167:268-274). `measure` is "RR", "OR" or "HR"; where the outcome is common (above 15 % at the end of follow-up) an
    odds ratio counts as its square root and a hazard ratio as (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)). `true` is
    the ratio to move the estimate to, 1 for none. The limit is 1 when the interval holds `true`.

    >>> from analysis.attributable import e_value
    >>> found = e_value(3.9, conf_low=1.8, conf_high=8.7)
    >>> round(found.estimate, 2), round(found.limit, 2)
    (7.26, 3.0)
    """
    if measure.upper() not in MEASURES:
        raise BadArgument(f"measure is one of {', '.join(MEASURES)}; it was {measure!r}.")
    values = {"estimate": estimate, "conf_low": conf_low, "conf_high": conf_high, "true": true}
    for name, value in values.items():
        if value is not None and not (np.isfinite(value) and value > 0):
            raise BadArgument(f"{name} is a ratio above 0; it was {value!r}. Give it exponentiated.")
    low, high = (-np.inf if conf_low is None else conf_low), (np.inf if conf_high is None else conf_high)
    if not low <= estimate <= high:
        raise BadArgument(f"The estimate {estimate:g} does not lie between conf_low and conf_high.")
    to = _risk_ratio(true, measure.upper(), common_outcome)
    ratio = _risk_ratio(estimate, measure.upper(), common_outcome)
    limit = None
    nearer = conf_low if estimate >= true else conf_high
    if nearer is not None:
        beyond = nearer > true if estimate >= true else nearer < true
        limit = _e(_risk_ratio(nearer, measure.upper(), common_outcome) / to) if beyond else 1.0
    return EValue(_e(ratio / to), limit, ratio)


def _risk_ratio(value: float, measure: str, common: bool) -> float:
    if not common or measure == "RR":
        return float(value)
    if measure == "OR":
        return float(np.sqrt(value))
    return float((1 - 0.5 ** np.sqrt(value)) / (1 - 0.5 ** np.sqrt(1 / value)))


def _e(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))
