"""Step functions, read at chosen times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

# A time that was written out and read again is still the time of its step.
ROUNDING = 1e-12


def step_values(
    table: pd.DataFrame,
    times: Sequence[float] | float,
    curve: Sequence[str],
    values: Sequence[str],
    before: dict[str, float] | None = None,
) -> pd.DataFrame:
    """`table` (rows by ascending `time` within each combination of `curve`) read at `times`.

    Before a curve's first time its values are those of `before` (default 0); after its last time, missing: nobody was
    followed that long.
    """
    wanted = np.atleast_1d(np.asarray(times, dtype=float))
    pieces = []
    for labels, rows in table.groupby(list(curve), sort=False, observed=True):
        known_times = rows["time"].to_numpy()
        at = np.searchsorted(known_times, wanted * (1 + ROUNDING), side="right") - 1
        piece: dict[str, object] = {name: [label] * wanted.size for name, label in zip(curve, labels, strict=True)}
        piece["time"] = wanted
        for column in values:
            known = rows[column].to_numpy()
            read = np.where(at >= 0, known[at], (before or {}).get(column, 0.0))
            piece[column] = np.where(wanted > known_times[-1] * (1 + ROUNDING), np.nan, read)
        pieces.append(pd.DataFrame(piece))
    frame = pd.concat(pieces, ignore_index=True)
    return frame[[c for c in table.columns if c in {*curve, "time", *values}]]
