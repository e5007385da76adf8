"""The rows of a model: outcome, exposure and clusters of each, and the cells of equal covariates they fall in."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cells import Cells, find_cells
from analysis.design import Design, ModelFrame, model_frame, outcome_vector
from analysis.errors import BadArgument
from analysis.glm.sandwich import cluster_codes, cluster_sums


@dataclass(frozen=True, eq=False)
class Observations:
    """`y` (n,) and, where there are such, `exposure` (n,) and cluster codes of the rows used.

    `design` has one row per cell when `cells` is there, and one per observation otherwise.
    """

    design: Design
    cells: Cells | None
    y: np.ndarray
    exposure: np.ndarray | None
    clusters: np.ndarray | None
    n_clusters: int
    n_dropped: int
    kept: np.ndarray

    def __repr__(self) -> str:
        return f"Observations({self.n} rows, {len(self.design.matrix)} cells)"

    @property
    def n(self) -> int:
        return len(self.y)

    @functools.cached_property
    def cell_y(self) -> np.ndarray:
        """The sum of the outcome in each row of the design."""
        return self.sum_by_cell(self.y)

    @functools.cached_property
    def cell_size(self) -> np.ndarray:
        """The exposure, or without one the number of observations, of each row of the design."""
        if self.exposure is not None:
            return self.sum_by_cell(self.exposure)
        return np.ones(self.n) if self.cells is None else self.cells.count.astype(float)

    def sum_by_cell(self, values: np.ndarray) -> np.ndarray:
        """The sum over the observations of each row of the design."""
        if self.cells is None:
            return values
        return np.bincount(self.cells.code, weights=values, minlength=len(self.cells.count))

    def spread(self, by_cell: np.ndarray) -> np.ndarray:
        """Each observation's value of something known per row of the design."""
        return by_cell if self.cells is None else by_cell[self.cells.code]

    def cluster_scores(self, residual: np.ndarray) -> np.ndarray:
        """Sums over clusters of x * residual, (clusters, p), for residuals of observations."""
        if self.clusters is None:
            raise BadArgument("The model was fitted without clusters.")
        if self.cells is None:
            return cluster_sums(self.design.matrix * residual[:, None], self.clusters, self.n_clusters)
        k = len(self.cells.count)
        pair = self.clusters.astype(np.int64) * k + self.cells.code
        codes, pairs = pd.factorize(pair)
        sums = np.bincount(codes, weights=residual, minlength=len(pairs))
        scores = self.design.matrix[pairs % k] * sums[:, None]
        return cluster_sums(scores, pairs // k, self.n_clusters)


def observe(
    data: pd.DataFrame,
    formula: str,
    *,
    outcome: str,
    kind: str,
    exposure: str | None = None,
    cluster: str | None = None,
    by_outcome: bool = False,
) -> Observations:
    """Read the complete rows, check outcome and exposure, and collapse equal covariates to cells where that pays.

    With `by_outcome` the rows of a cell are equal in outcome and exposure as well.
    """
    frame = model_frame(data, formula, also=(outcome, exposure, cluster))
    y = outcome_vector(data, outcome, frame.kept, kind=kind)
    size = None if exposure is None else outcome_vector(data, exposure, frame.kept, kind="exposure")
    clusters, n_clusters = (None, 0) if cluster is None else cluster_codes(data, cluster, frame.kept)
    likewise = [values for values in (y, size) if values is not None] if by_outcome else []
    cells = cells_of(frame, *likewise)
    design = (frame if cells is None else frame.take(cells.first)).design()
    return Observations(design, cells, y, size, clusters, n_clusters, frame.n_dropped, frame.kept)


def cells_of(frame: ModelFrame, *others: np.ndarray) -> Cells | None:
    """The cells of the frame's columns and of `others`; None where the formula looks at all rows (splines)."""
    if not frame.formula.plain:
        return None
    return find_cells([*frame.columns.values(), *others], len(frame.kept))
