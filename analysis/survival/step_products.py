"""Products of consecutive affine steps over any range, by a binary tree of their products."""

from __future__ import annotations

import numpy as np


class StepProducts:
    """Carries rows u (one per person) through the steps u -> u @ linear[k] + shift[k, j] for k = begin..end - 1, where
    j is the row's own state (shift is left out where j is negative).

    Level l of the tree holds the products of 2^l steps, so that a range needs at most two of them per level, for all
    rows at once. No step is inverted: they are often singular (everyone at risk moves).
    """

    def __init__(self, linear: np.ndarray, shift: np.ndarray) -> None:
        """linear: (K, a, a); shift: (K, S, a)."""
        self._levels = [(linear, shift)]
        while len(linear) > 1:
            pairs = len(linear) // 2 * 2
            left, right = linear[0:pairs:2], linear[1:pairs:2]
            shift = shift[0:pairs:2] @ right + shift[1:pairs:2]
            linear = left @ right
            self._levels.append((linear, shift))

    def carry(self, rows: np.ndarray, state: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """(n, a) rows after their steps; state, begin, end: (n,)."""
        rows, at = rows.copy(), begin.copy()
        top = len(self._levels)
        for level in range(top):  # up: complete the block that `at` stands in
            size = 1 << level
            self._apply(level, np.flatnonzero(((at & size) > 0) & (at + size <= end)), rows, state, at)
        for level in range(top - 1, -1, -1):  # down: ever smaller blocks until `end`
            size = 1 << level
            self._apply(level, np.flatnonzero(at + size <= end), rows, state, at)
        return rows

    def _apply(self, level: int, chosen: np.ndarray, rows: np.ndarray, state: np.ndarray, at: np.ndarray) -> None:
        if chosen.size == 0:
            return
        linear, shift = self._levels[level]
        block = at[chosen] >> level
        moved = np.einsum("ni,nij->nj", rows[chosen], linear[block])
        own = state[chosen]
        moved += np.where(own[:, None] >= 0, shift[block, own], 0)
        rows[chosen] = moved
        at[chosen] += 1 << level
