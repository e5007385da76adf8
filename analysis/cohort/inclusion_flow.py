"""How many are left after each step of inclusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from analysis.errors import BadArgument

Criterion: TypeAlias = pd.Series | np.ndarray | Callable[[pd.DataFrame], pd.Series | np.ndarray]


def inclusion_flow(people: pd.DataFrame, left_out: Mapping[str, Criterion], *, first: str = "assessed") -> pd.DataFrame:
    """The numbers of a STROBE flow chart: each person is left out once, at the first reason that holds.

    left_out: reason -> True for those it leaves out, as a column, an array, or a function of `people`; a missing value
    is an error, since nobody can be both in and out.
    Returns a frame with a row for the start (`first`) and one per reason: `step, left_out, remaining`. Who remains:
    `frame.attrs["remaining"]`, the row positions.

    Source: von Elm et al. (2007), the STROBE statement, item 13.

    >>> people = pd.DataFrame({"age": [17, 30, 44, 68], "consent": [True, False, True, False]})
    >>> inclusion_flow(people, {"no consent": ~people["consent"], "over 67": lambda p: p["age"] > 67})
             step  left_out  remaining
    0    assessed         0          4
    1  no consent         2          2
    2     over 67         0          2
    """
    remaining = np.ones(len(people), dtype=bool)
    rows = [(first, 0, len(people))]
    for reason, criterion in left_out.items():
        value = criterion(people) if callable(criterion) else criterion
        out = pd.Series(np.asarray(value) if not isinstance(value, pd.Series) else value.array)
        if len(out) != len(people):
            raise BadArgument(f"{reason!r} has {len(out)} values for {len(people)} people.")
        if out.isna().any() or not set(out.unique()) <= {True, False}:
            raise BadArgument(f"{reason!r} must be true or false for everyone: decide what a missing value means.")
        gone = remaining & out.to_numpy(dtype=bool)
        remaining &= ~gone
        rows.append((reason, int(gone.sum()), int(remaining.sum())))
    frame = pd.DataFrame(rows, columns=["step", "left_out", "remaining"])
    frame.attrs["remaining"] = np.flatnonzero(remaining).tolist()
    return frame
