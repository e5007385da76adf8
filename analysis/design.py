"""The design matrix of a formula, from any frame: which rows are complete, and how terms are coded."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic.errors import FormulaicError

from analysis.columns import Column, factorise, missing_rows, plain_column
from analysis.errors import AnalysisError, BadArgument, BadOutcome, NoRows, require_columns, row_labels
from analysis.formulas import ParsedFormula, parse_formula, plain_category
from analysis.rank import check_rank

# The values of a factor of a term, or the codes and the level that its 0/1 column stands for.
Part = tuple[Any, int | None]
SPLINES = re.compile(r"(bs|cr|cs|cc)\(")


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
        coding = _learn_coding(self)
        matrix = coding.matrix(self.columns, len(self.kept))
        terms = coding.terms
        if check:
            check_rank(matrix, terms, self.index[self.kept[:1]], intercept=self.intercept)
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
    coding: _Coding

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
    twice = [column for column in used if (data.columns == column).sum() > 1]
    if twice:
        raise BadArgument(f"The data has several columns named {twice[0]!r}: rename or drop all but one.")
    gaps = missing_rows(data, used)
    if len(data) == 0 or (gaps is not None and gaps.all()):
        _raise_no_rows(data, used, others)
    kept = np.arange(len(data)) if gaps is None else np.flatnonzero(~gaps)
    columns = {name: plain_column(data[name], name, None if gaps is None else kept) for name in parsed.variables}
    return ModelFrame(parsed, columns, kept, len(data) - len(kept), data.index, intercept)


def _raise_no_rows(data: pd.DataFrame, used: list[str], others: list[str]) -> None:
    if len(data) == 0:
        raise NoRows("The data has no rows.")
    for column in used:
        if data[column].isna().all():
            kind: type[AnalysisError] = BadOutcome if column in others else NoRows
            raise kind(f"{column!r} is missing in all {len(data)} rows: leave it out, or look at how it was read.")
    raise NoRows(f"No row is complete in all of {', '.join(used)}: look at which of them are missing together.")


@dataclass(frozen=True, eq=False)
class _Coding:
    """How columns become a matrix: formulaic's spec, the levels each categorical column may have, the columns kept."""

    spec: Any
    levels: Mapping[str, pd.Index]
    plain: bool
    terms: tuple[str, ...]

    def align(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """New columns with the levels of the model's own; a value outside them is an error."""
        aligned: dict[str, Column] = {}
        for name, column in columns.items():
            if name not in self.levels:
                if isinstance(column, pd.Categorical):
                    raise BadArgument(f"{name!r} is text in the new data, but a number in the model.")
                aligned[name] = column
                continue
            known = self.levels[name]
            values = column.astype(column.categories.dtype) if isinstance(column, pd.Categorical) else column
            codes = known.get_indexer(pd.Index(np.asarray(values)))
            if (codes < 0).any():
                unseen = sorted({str(value) for value in np.asarray(values)[codes < 0]})
                raise BadArgument(
                    f"{name!r} has levels the model has not seen: {', '.join(unseen[:5])}. "
                    f"It knows {', '.join(str(level) for level in known[:20])}."
                )
            aligned[name] = pd.Categorical.from_codes(codes, categories=known)
        return aligned

    def matrix(self, columns: Mapping[str, Column], n: int) -> np.ndarray:
        return self._plain_matrix(columns, n) if self.plain else self._evaluated_matrix(columns, n)

    def _plain_matrix(self, columns: Mapping[str, Column], n: int) -> np.ndarray:
        recipes = [recipe for entry in self.spec.structure for recipe in self._recipes(entry, columns)]
        matrix = np.empty((n, len(recipes)), order="F")
        for j, (scale, parts) in enumerate(recipes):
            target = matrix[:, j]
            if not parts:
                target[:] = scale
                continue
            _write(target, *parts[0])
            for part in parts[1:]:
                target *= _values(*part)
            if scale != 1:
                target *= scale
        return matrix

    def _recipes(self, entry: Any, columns: Mapping[str, Column]) -> list[tuple[float, list[Part]]]:
        """For each column of a term: its scale, and the (values, level or None) whose product it is."""
        if "Intercept" not in self.terms and entry.columns == ["Intercept"]:
            return []
        recipes: list[tuple[float, list[Part]]] = []
        for scoped in entry.scoped_terms:
            choices: list[list[Part]] = []
            for part in scoped.factors:
                expression = part.factor.expr
                name = plain_category(expression) or expression
                if name not in self.levels:
                    choices.append([(columns[name], None)])
                    continue
                codes = self._codes(columns[name], name)
                first = 1 if part.reduced else 0
                choices.append([(codes, level) for level in range(first, len(self.levels[name]))])
            for combination in itertools.product(*reversed(choices)):
                recipes.append((scoped.scale, list(reversed(combination))))
        return recipes

    def _codes(self, column: Column, name: str) -> np.ndarray:
        if isinstance(column, pd.Categorical) and column.categories is self.levels[name]:
            return column.codes
        known = self.levels[name]
        codes, levels = factorise(column)
        return known.get_indexer(levels)[codes]

    def _evaluated_matrix(self, columns: Mapping[str, Column], n: int) -> np.ndarray:
        data = pd.DataFrame(dict(columns), index=pd.RangeIndex(n))
        matrix = np.asarray(_evaluate(self.spec, data), dtype=float)
        position = {str(name): j for j, name in enumerate(self.spec.column_names)}
        return np.asfortranarray(matrix[:, [position[term] for term in self.terms]])


def _write(target: np.ndarray, values: np.ndarray, level: int | None) -> None:
    if level is None:
        target[:] = values
    else:
        np.equal(values, level, out=target, casting="unsafe")


def _values(values: np.ndarray, level: int | None) -> np.ndarray:
    return values if level is None else values == level


def _evaluate(spec: Any, data: pd.DataFrame) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return spec.get_model_matrix(data, context={}, na_action="ignore", output="numpy")
    except (FormulaicError, ValueError, TypeError, IndexError, KeyError, ArithmeticError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadArgument(f"The formula cannot be evaluated on this data: {reason}") from error


def _learn_coding(frame: ModelFrame) -> _Coding:
    """formulaic's spec, the levels of the categorical columns and the names of the columns to estimate.

    A plain formula is learned from a skeleton with one row per level, which gives the same names and structure as
    the whole data; splines and scalings look at every row.
    """
    levels = {
        name: factorise(column)[1]
        for name, column in frame.columns.items()
        if isinstance(column, pd.Categorical) or name in frame.formula.categorical
    }
    plain = frame.formula.plain
    data = (
        _skeleton(frame, levels) if plain else pd.DataFrame(dict(frame.columns), index=pd.RangeIndex(len(frame.kept)))
    )
    learned = _evaluate(frame.formula.terms, data)
    names = [str(name) for name in learned.model_spec.column_names]
    left_out = set() if plain or "Intercept" not in names else _spanning_constant(learned)
    if not frame.intercept:
        left_out.add("Intercept")
    return _Coding(learned.model_spec, levels, plain, tuple(name for name in names if name not in left_out))


def _skeleton(frame: ModelFrame, levels: Mapping[str, pd.Index]) -> pd.DataFrame:
    height = max((len(known) for known in levels.values()), default=1)
    cycle = np.arange(height)
    columns = {
        name: pd.Categorical.from_codes(cycle % len(levels[name]), categories=levels[name])
        if name in levels
        else np.ones(height, dtype=np.asarray(column).dtype)
        for name, column in frame.columns.items()
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(height))


def _spanning_constant(learned: Any) -> set[str]:
    """The first column of each spline whose columns add up to 1 in every row, as `cr` gives them.

    Beside a constant one column of such a spline is superfluous; without it the model is the same.
    """
    values = np.asarray(learned)
    names = list(learned.model_spec.column_names)
    superfluous = set()
    for entry in learned.model_spec.structure:
        block = values[:, [names.index(name) for name in entry.columns]]
        if len(entry.columns) > 1 and SPLINES.match(str(entry.term)) and np.allclose(block.sum(axis=1), 1):
            superfluous.add(str(entry.columns[0]))
    return superfluous


def outcome_vector(data: pd.DataFrame, column: str, kept: np.ndarray, *, kind: str = "number") -> np.ndarray:
    """The outcome of the kept rows as float64, checked to be what `kind` says.

    Kinds: "number", "positive" and "exposure" (above 0), "amount" (0 or more), "count" (whole numbers from 0),
    "binary" (0/1 or False/True). A wrong value raises `BadOutcome`, for an exposure `BadArgument`.

    >>> frame = pd.DataFrame({"days": [0, 3, 12]})
    >>> outcome_vector(frame, "days", np.array([0, 2]), kind="count").tolist()
    [0.0, 12.0]
    """
    if kind not in _KINDS:
        raise BadArgument(f"kind is one of {', '.join(_KINDS)}; it was {kind!r}.")
    whole = len(kept) == len(data)
    values = plain_column(data[column], column, None if whole else kept)
    wanted, right = _KINDS[kind]
    error = BadArgument if kind == "exposure" else BadOutcome
    if isinstance(values, pd.Categorical):
        raise error(f"{column!r} holds text or categories, but must be {wanted}: code it as numbers.")
    numbers = values.astype(float)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & right(numbers)))
    if len(wrong):
        where = row_labels(data.index, kept[wrong])
        example = f"{numbers[wrong[0]]:g}"
        raise error(f"{column!r} must be {wanted}, but is {example} in {where}: correct or leave out those rows.")
    return numbers


_KINDS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "number": ("a number", lambda values: np.ones(len(values), dtype=bool)),
    "positive": ("above 0", lambda values: values > 0),
    "exposure": ("above 0 (time at risk)", lambda values: values > 0),
    "amount": ("0 or more", lambda values: values >= 0),
    "count": ("a whole number from 0 up", lambda values: (values >= 0) & (values == np.floor(values))),
    "binary": ("0 or 1", lambda values: (values == 0) | (values == 1)),
}
