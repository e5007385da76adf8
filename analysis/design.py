"""The design matrix of a formula, from any frame: which rows are complete, and how terms are coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.coding import Coding, learn_coding
from analysis.columns import Column, missing_rows, plain_column
from analysis.errors import (
    AnalysisError,
    BadArgument,
    BadOutcome,
    ConstantColumn,
    NoRows,
    require_columns,
    row_labels,
)
from analysis.formulas import ParsedFormula, parse_formula
from analysis.outcomes import outcome_vector
from analysis.rank import check_rank

__all__ = ["Design", "ModelFrame", "build_design", "model_frame", "outcome_vector"]


@dataclass(frozen=True, eq=False)
class ModelFrame:
    """The complete rows of what a formula reads: plain columns by name, before any coding.

    `kept` are the positions of the rows in the data; `index` is the data's own, for messages.
    """

    formula: ParsedFormula
    columns: Mapping[str, Column]
    kept: np.ndarray
    n_dropped: int
    index: pd.Index
    intercept: bool

    def __repr__(self) -> str:
        return f"ModelFrame({self.formula.text!r}, {len(self.kept)} rows)"

    def take(self, rows: np.ndarray) -> ModelFrame:
        """The same model on some of the rows, by position among the kept ones."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return ModelFrame(self.formula, columns, self.kept[rows], self.n_dropped, self.index, self.intercept)

    def design(self, *, check: bool = True) -> Design:
        """Code the columns into a matrix; with `check`, refuse constant and collinear columns."""
        coding = learn_coding(self.formula, self.columns, len(self.kept), intercept=self.intercept)
        matrix = coding.matrix(self.columns, len(self.kept))
        terms = coding.terms
        if check:
            _check_levels(coding)
            check_rank(matrix, terms, intercept=self.intercept)
        return Design(matrix, terms, self.kept, self.n_dropped, coding.spec, self, coding)


@dataclass(frozen=True, eq=False)
class Design:
    """`matrix` (n, p) float64 in Fortran order with a column per term; `kept` are the rows' positions in the data.

    `model_spec` is formulaic's, `frame` the columns before coding; `rows` codes new data in the same way.
    """

    matrix: np.ndarray
    terms: tuple[str, ...]
    kept: np.ndarray
    n_dropped: int
    model_spec: Any
    frame: ModelFrame
    coding: Coding

    def __repr__(self) -> str:
        return f"Design({self.frame.formula.text!r}, {self.matrix.shape[0]} rows, {len(self.terms)} terms)"

    def rows(self, new_data: pd.DataFrame) -> np.ndarray:
        """The matrix of new data, coded as the model's own; unseen levels and gaps are errors."""
        require_columns(new_data, list(self.frame.formula.variables))
        columns = {}
        for name in self.frame.formula.variables:
            gaps = missing_rows(new_data, [name])
            if gaps is not None:
                where = row_labels(new_data.index, np.flatnonzero(gaps))
                raise BadArgument(f"{name!r} is missing in the new data, {where}: fill or leave out those rows.")
            columns[name] = plain_column(new_data[name], name)
        return self.coding.matrix(self.coding.align(columns), len(new_data))

    def with_values(self, values: Mapping[str, Any]) -> np.ndarray:
        """The matrix the model's rows would have if everyone had these values in these columns."""
        unknown = [column for column in values if column not in self.frame.columns]
        if unknown:
            known = ", ".join(self.frame.columns)
            raise BadArgument(f"The model does not use {unknown[0]!r}; its columns are {known}.")
        n = len(self.frame.kept)
        everyone = np.zeros(n, dtype=np.intp)
        one = {column: plain_column(pd.Series([value]), column) for column, value in values.items()}
        replaced = {column: value[everyone] for column, value in self.coding.align(one).items()}
        return self.coding.matrix({**self.frame.columns, **replaced}, n)


def build_design(
    data: pd.DataFrame,
    formula: str,
    *,
    also: Sequence[str | None] = (),
    intercept: bool = True,
    allow_empty: bool = False,
) -> Design:
    """The checked design of `formula` on the rows of `data` that are complete in its columns and in `also`.

    With `intercept=False` factors are still coded against a reference level, and the intercept's column is left out
    (Cox). `allow_empty` lets a formula without terms through, such as "1".

    >>> import pandas as pd
    >>> from analysis.design import build_design
    >>> frame = pd.DataFrame({"age": [30, 41, None, 55], "sex": ["F", "M", "F", "F"]})
    >>> design = build_design(frame, "age + sex")
    >>> design.terms, design.n_dropped
    (('Intercept', 'age', 'sex[T.M]'), 1)
    """
    frame = model_frame(data, formula, also=also, intercept=intercept)
    design = frame.design()
    if not design.terms and not allow_empty:
        raise BadArgument(f"The formula {formula!r} has no terms: name at least one column.")
    return design


def model_frame(
    data: pd.DataFrame, formula: str, *, also: Sequence[str | None] = (), intercept: bool = True
) -> ModelFrame:
    """The complete rows of the columns that `formula` reads; `also` must be complete too, but is not kept."""
    if not isinstance(data, pd.DataFrame):
        raise BadArgument(f"data is a pandas DataFrame; it was a {type(data).__name__}.")
    parsed = parse_formula(formula, force_intercept=not intercept)
    others = [column for column in also if column is not None]
    used = [*parsed.variables, *others]
    require_columns(data, used)
    twice = [] if data.columns.is_unique else [column for column in used if (data.columns == column).sum() > 1]
    if twice:
        raise BadArgument(f"The data has several columns named {twice[0]!r}: rename or drop all but one.")
    gaps = missing_rows(data, used)
    if len(data) == 0 or (gaps is not None and gaps.all()):
        _raise_no_rows(data, used, others)
    kept = np.arange(len(data)) if gaps is None else np.flatnonzero(~gaps)
    columns = {name: plain_column(data[name], name, None if gaps is None else kept) for name in parsed.variables}
    return ModelFrame(parsed, columns, kept, len(data) - len(kept), data.index, intercept)


def _check_levels(coding: Coding) -> None:
    """A factor with one level has no column of its own, so its constancy shows only here."""
    for name, levels in coding.levels.items():
        if len(levels) == 1:
            raise ConstantColumn(
                f"{name!r} is {levels[0]} in every row used, so it cannot be estimated: leave it out, or look at which "
                "rows were dropped."
            )


def _raise_no_rows(data: pd.DataFrame, used: list[str], others: list[str]) -> None:
    if len(data) == 0:
        raise NoRows("The data has no rows.")
    for column in used:
        if data[column].isna().all():
            kind: type[AnalysisError] = BadOutcome if column in others else NoRows
            raise kind(f"{column!r} is missing in all {len(data)} rows: leave it out, or look at how it was read.")
    raise NoRows(f"No row is complete in all of {', '.join(used)}: look at which of them are missing together.")
