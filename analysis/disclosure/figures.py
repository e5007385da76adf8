"""How a protected figure is shown when the answers lie at the end of the scale (RULES 3.10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.disclosure.admitted import Admitted

# "Above 4.5" on a scale from 1 to 5: an eighth of its width from the end.
END_SHARE = 8


@dataclass(frozen=True, eq=False)
class ShownMeans:
    """(u,) arrays over the units of a plan: `mean` where it is told exactly, else not a number; `above` and `below`
    hold the bound that stands in its place at an end of the scale. All three missing: withheld."""

    mean: np.ndarray
    above: np.ndarray
    below: np.ndarray


def shown_means(admitted: Admitted, values: np.ndarray, scale: tuple[float, float]) -> ShownMeans:
    """The means of a plan, those at an end of the scale replaced. `values` (n,) the answers (a theme: the person's
    mean).

    An end is told by the answers a report adds to those below it as well as by the whole report, for both can be
    computed. Where only the added ones are at an end, the figure is withheld.
    """
    low, high = scale
    inside = admitted.cell >= 0
    size = len(admitted.tree.units)
    cell_n = np.bincount(admitted.cell[inside], minlength=size).astype(float)
    cell_sum = np.bincount(admitted.cell[inside], weights=values[inside], minlength=size)
    n, total = admitted.counts, admitted.totals(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(admitted.shown, total / n, np.nan)
    at_top, at_bottom = np.isclose(mean, high, atol=1e-9), np.isclose(mean, low, atol=1e-9)
    told = admitted.shown & ~at_top & ~at_bottom
    for level in reversed(admitted.tree.levels):
        ends = [np.abs(cell_sum[level] - cell_n[level] * end) < 1e-9 * np.maximum(1, cell_n[level]) for end in scale]
        told[level] &= ~((cell_n[level] > 0) & (ends[0] | ends[1]))
        # What an untold figure would have added is known only together with what the next one adds.
        untold = level[admitted.shown[level] & ~told[level] & (admitted.tree.above[level] >= 0)]
        np.add.at(cell_n, admitted.tree.above[untold], cell_n[untold])
        np.add.at(cell_sum, admitted.tree.above[untold], cell_sum[untold])
    step = (high - low) / END_SHARE
    return ShownMeans(
        mean=np.where(told, mean, np.nan),
        above=np.where(at_top, high - step, np.nan),
        below=np.where(at_bottom, low + step, np.nan),
    )


def shown_shares(admitted: Admitted, values: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """(u, k) the share of each category in each unit; not a number where it is withheld or all that it adds are
    alike."""
    counts = np.column_stack([admitted.totals((values == category).astype(float)) for category in categories])
    inside = admitted.cell >= 0
    size = len(admitted.tree.units)
    cells = np.column_stack(
        [np.bincount(admitted.cell[inside], weights=values[inside] == c, minlength=size) for c in categories]
    )
    told = admitted.shown.copy()
    for level in reversed(admitted.tree.levels):
        told[level] &= ~((cells[level] > 0).sum(axis=1) == 1)
        untold = level[admitted.shown[level] & ~told[level] & (admitted.tree.above[level] >= 0)]
        np.add.at(cells, admitted.tree.above[untold], cells[untold])
    told &= (counts > 0).sum(axis=1) > 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(told[:, None], counts / counts.sum(axis=1, keepdims=True), np.nan)
