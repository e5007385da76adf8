"""When a share of the group has had the event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import BadArgument
from analysis.survival.groups import by_columns
from analysis.survival.kaplan_meier import kaplan_meier

TOLERANCE = float(np.sqrt(np.finfo(float).eps))


def survival_quantile(
    data: pd.DataFrame,
    *,
    stop: str,
    event: str,
    start: str | None = None,
    by: str | Sequence[str] | None = None,
    share: float = 0.5,
    level: float = 0.95,
) -> pd.DataFrame:
    """The time at which `share` of the group has had the event; the median where share is 0.5.

    It is the first time where the Kaplan-Meier curve falls below 1 - share, or the middle of the step where the curve
    equals it; the interval reads the pointwise limits of the curve in the same way (Brookmeyer and Crowley 1982,
    Biometrics 38, 29-41), as R's `quantile(survfit)`. Missing means that the curve, or its limit, does not fall that
    far.

    Returns a frame: the columns of `by`, then `share, time, conf_low, conf_high`.

    >>> leave = pd.DataFrame({"days": [5, 8, 8, 12, 30], "back": [1, 1, 1, 1, 0]})
    >>> survival_quantile(leave, stop="days", event="back")
       share  time  conf_low  conf_high
    0    0.5   8.0       8.0        NaN
    """
    if not 0 < share < 1:
        raise BadArgument(f"share lies strictly between 0 and 1, such as 0.5 for the median; it was {share!r}.")
    curves = kaplan_meier(data, stop=stop, event=event, start=start, by=by, level=level)
    columns = list(by_columns(by))
    rows = []
    for labels, curve in curves.groupby(columns, observed=True) if columns else [((), curves)]:
        time = curve["time"].to_numpy()
        reached = [_crossing(time, curve[c].to_numpy(), 1 - share) for c in ("survival", "conf_low", "conf_high")]
        rows.append((*labels, share, *reached))
    return pd.DataFrame(rows, columns=[*columns, "share", "time", "conf_low", "conf_high"])


def _crossing(time: np.ndarray, curve: np.ndarray, height: float) -> float:
    below = np.flatnonzero(curve < height + TOLERANCE)
    if below.size == 0:
        return float("nan")
    first = below[0]
    if abs(curve[first] - height) < TOLERANCE:
        later = below[curve[below] < curve[first]]
        if later.size:
            return float(time[first] + time[later[0]]) / 2
    return float(time[first])
