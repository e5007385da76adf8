"""Values that may occur only once, over all batches of a file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


class Seen:
    """Remembers eight bytes for each value, never the value. Runs are merged as they grow alike, so that looking up
    stays quick. Two values of ten million share their eight bytes once in 370,000 files."""

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def repeated(self, values: pa.Array) -> NDArray[np.bool_]:
        """Which values came before, in this batch or an earlier one; missing ones never."""
        if len(values) == 0:
            return np.zeros(0, dtype=bool)
        hashes = pd.util.hash_array(values.to_numpy(zero_copy_only=False), categorize=False)
        missing = np.asarray(values.is_null())
        again = pd.Series(hashes).duplicated().to_numpy().copy()
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            again |= run[at] == hashes
        again &= ~missing
        new = np.sort(hashes[~again & ~missing])
        if len(new):
            self._runs.append(new)
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate([self._runs[-1], last]), kind="stable")
        return again
