"""How the columns of a formula become a matrix, for the data at hand and for new data."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic.errors import FormulaicError

from analysis.columns import Column, factorise
from analysis.errors import BadArgument
from analysis.formulas import ParsedFormula, plain_category

# The values of a factor of a term, or the codes and the level that its 0/1 column stands for.
Part = tuple[Any, int | None]
SPLINES = re.compile(r"(bs|cr|cs|cc)\(")


@dataclass(frozen=True, eq=False)
class Coding:
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


def learn_coding(formula: ParsedFormula, columns: Mapping[str, Column], n: int, *, intercept: bool) -> Coding:
    """formulaic's spec, the levels of the categorical columns and the names of the columns to estimate.

    A plain formula is learned from a skeleton with one row per level, which gives the same names and structure as
    the whole data; splines and scalings look at every row.
    """
    levels = {
        name: factorise(column)[1]
        for name, column in columns.items()
        if isinstance(column, pd.Categorical) or name in formula.categorical
    }
    plain = formula.plain
    data = _skeleton(columns, levels) if plain else pd.DataFrame(dict(columns), index=pd.RangeIndex(n))
    learned = _evaluate(formula.terms, data)
    names = [str(name) for name in learned.model_spec.column_names]
    left_out = set() if plain or "Intercept" not in names else _spanning_constant(learned)
    if not intercept:
        left_out.add("Intercept")
    return Coding(learned.model_spec, levels, plain, tuple(name for name in names if name not in left_out))


def _skeleton(columns: Mapping[str, Column], levels: Mapping[str, pd.Index]) -> pd.DataFrame:
    height = max((len(known) for known in levels.values()), default=1)
    cycle = np.arange(height)
    rows = {
        name: pd.Categorical.from_codes(cycle % len(levels[name]), categories=levels[name])
        if name in levels
        else np.ones(height, dtype=np.asarray(column).dtype)
        for name, column in columns.items()
    }
    return pd.DataFrame(rows, index=pd.RangeIndex(height))


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
