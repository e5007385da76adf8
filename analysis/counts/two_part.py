"""What hurdle and zero-inflated models share: their rows, their result, and the errors of both parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import special

from analysis.cells import Cells, find_cells
from analysis.counts.densities import zero_density
from analysis.design import Design, ModelFrame, model_frame, outcome_vector
from analysis.errors import BadArgument, BadOutcome, require_columns
from analysis.formulas import parse_formula
from analysis.glm.sandwich import cluster_codes, cluster_sums, sandwich
from analysis.results import Fit, tidy_frame

DISTRIBUTIONS = ("negbin", "poisson")


@dataclass(frozen=True, eq=False)
class TwoPartRows:
    """Distinct rows (k of them, `weight` times each) of both parts, before coding; clusters are of the single rows."""

    count_frame: ModelFrame
    zero_frame: ModelFrame
    y: np.ndarray
    weight: np.ndarray
    offset: np.ndarray
    cells: Cells | None
    clusters: np.ndarray | None
    n_clusters: int
    n: int
    n_dropped: int
    zeros: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TwoPartFit(Fit):
    """A model in two parts; `parts` says for each of `terms` whether it belongs to `count` or `zero`."""

    title: ClassVar[str] = "Two-part model"
    hurdle: ClassVar[bool] = False

    parts: tuple[str, ...]
    dist: str
    theta: float | None
    std_error_log_theta: float | None
    log_likelihood: float
    zeros: int
    naive_covariance: np.ndarray
    robust: str
    count_design: Design
    zero_design: Design
    exposure: str | None

    def tidy(self, *, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """One row per term, with `part` (`count` or `zero`) as the last column but for `std_error_naive`."""
        extra: dict[str, Any] = {"part": list(self.parts)}
        if self.robust:
            extra["std_error_naive"] = np.sqrt(np.diag(self.naive_covariance))
        return tidy_frame(
            self.terms, self.coefficients, self.std_errors, level=level, exponentiate=exponentiate, extra=extra
        )

    def glance(self) -> dict[str, Any]:
        """`n, n_dropped, zeros, log_likelihood, aic, bic`, and for negbin `theta, alpha, std_error_log_theta`."""
        parameters = len(self.terms) + (self.dist == "negbin")
        glance = {
            **super().glance(),
            "zeros": self.zeros,
            "log_likelihood": self.log_likelihood,
            "aic": 2 * parameters - 2 * self.log_likelihood,
            "bic": float(np.log(self.n)) * parameters - 2 * self.log_likelihood,
        }
        if self.theta is not None:
            glance |= {
                "theta": self.theta,
                "alpha": 1 / self.theta,
                "std_error_log_theta": self.std_error_log_theta,
            }
        return glance

    def coefficients_of(self, part: str) -> np.ndarray:
        """The coefficients of one part, `count` or `zero`."""
        if part not in ("count", "zero"):
            raise BadArgument(f"part is 'count' or 'zero'; it was {part!r}.")
        return self.coefficients[[name == part for name in self.parts]]

    def predict(self, new_data: pd.DataFrame) -> np.ndarray:
        """The expected count of each row of new data, both parts together."""
        size = np.ones(len(new_data))
        if self.exposure is not None:
            require_columns(new_data, [self.exposure])
            size = new_data[self.exposure].to_numpy(dtype=float)
        eta = self.count_design.rows(new_data) @ self.coefficients_of("count") + np.log(size)
        zero = special.expit(self.zero_design.rows(new_data) @ self.coefficients_of("zero"))
        if not self.hurdle:
            return (1 - zero) * np.exp(eta)
        poisson = self.theta is None or np.isinf(self.theta)
        shape = [] if poisson or self.theta is None else [np.full(len(eta), np.log(self.theta))]
        g = zero_density("poisson" if poisson else "negbin")([eta, *shape]).value
        return zero * np.exp(eta) / -np.expm1(g)


def read_two_part(
    data: pd.DataFrame,
    formula: str,
    zero_formula: str | None,
    *,
    outcome: str,
    exposure: str | None,
    cluster: str | None,
    dist: str,
) -> TwoPartRows:
    """The rows complete in both formulas, checked, and collapsed where rows repeat."""
    if dist not in DISTRIBUTIONS:
        raise BadArgument(f"dist is one of {', '.join(map(repr, DISTRIBUTIONS))}; it was {dist!r}.")
    zero_formula = formula if zero_formula is None else zero_formula
    others = (outcome, exposure, cluster)
    count_frame = model_frame(data, formula, also=(*others, *parse_formula(zero_formula).variables))
    zero_frame = model_frame(data, zero_formula, also=(*others, *count_frame.columns))
    kept = count_frame.kept
    y = outcome_vector(data, outcome, kept, kind="count")
    zeros = int((y == 0).sum())
    if zeros in (0, len(y)):
        what = "has no zeros" if zeros == 0 else "is 0 in all rows"
        raise BadOutcome(f"{outcome!r} {what}, so there are not two parts to model: see `negative_binomial`.")
    size = np.ones(0) if exposure is None else outcome_vector(data, exposure, kept, kind="exposure")
    clusters, n_clusters = (None, 0) if cluster is None else cluster_codes(data, cluster, kept)
    columns = {**count_frame.columns, **zero_frame.columns}
    keys = [*columns.values(), y] if exposure is None else [*columns.values(), y, size]
    plain = count_frame.formula.plain and zero_frame.formula.plain
    cells = find_cells(keys, len(y)) if plain else None
    rows = np.arange(len(y)) if cells is None else cells.first
    return TwoPartRows(
        count_frame=count_frame if cells is None else count_frame.take(rows),
        zero_frame=zero_frame if cells is None else zero_frame.take(rows),
        y=y[rows],
        weight=np.ones(len(y)) if cells is None else cells.count.astype(float),
        offset=np.zeros(len(rows)) if exposure is None else np.log(size[rows]),
        cells=cells,
        clusters=clusters,
        n_clusters=n_clusters,
        n=len(y),
        n_dropped=count_frame.n_dropped,
        zeros=zeros,
    )


def clustered_covariance(rows: TwoPartRows, bread: np.ndarray, scores: Sequence[np.ndarray]) -> np.ndarray:
    """The cluster-robust covariance from score columns (k, q) of the distinct rows."""
    if rows.clusters is None:
        raise BadArgument("The model was fitted without clusters.")
    stacked = np.hstack(list(scores))
    single = stacked if rows.cells is None else stacked[rows.cells.code]
    return sandwich(bread, cluster_sums(single, rows.clusters, rows.n_clusters))
