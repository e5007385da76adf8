"""One chain of equations: every column with gaps drawn anew from all others, time after time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.imputation.draws import draw_multinomial, draw_ordered, draw_pmm
from analysis.imputation.encoding import Variable


def run_chain(
    variables: Mapping[str, Variable],
    targets: Sequence[str],
    predictors: Sequence[str],
    iterations: int,
    donors: int,
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], list[dict[str, object]]]:
    """The last values of one chain by column, and its trace."""
    n = len(next(iter(variables.values())).values) if variables else 0
    current: dict[str, np.ndarray] = {}
    where: dict[str, np.ndarray] = {}
    for name in targets:
        variable = variables[name]
        seen = variable.values[~np.isnan(variable.values)]
        current[name] = rng.choice(seen, len(variable.missing))
    width = sum(variables[name].width for name in predictors)
    design = np.empty((n, width))
    position = 0
    for name in predictors:
        variable = variables[name]
        where[name] = np.arange(position, position + variable.width)
        values = variable.values.copy()
        if name in current:
            values[variable.missing] = current[name]
        design[:, where[name]] = variable.encode(values)
        position += variable.width
    trace: list[dict[str, object]] = []
    for iteration in range(1, iterations + 1):
        for name in targets:
            variable = variables[name]
            others = np.delete(np.arange(width), where.get(name, []))
            gaps = np.isnan(variable.values)
            X = design[:, others]
            current[name] = _draw(variable, X[~gaps], variable.values[~gaps], X[gaps], donors, rng)
            if name in where:
                design[np.ix_(variable.missing, where[name])] = variable.encode(current[name])
            spread = float(np.std(current[name], ddof=1)) if len(current[name]) > 1 else 0.0
            trace.append({"iteration": iteration, "column": name, "mean": float(current[name].mean()), "sd": spread})
    return current, trace


def _draw(
    variable: Variable, X: np.ndarray, y: np.ndarray, missing: np.ndarray, donors: int, rng: np.random.Generator
) -> np.ndarray:
    if variable.levels is None:
        return draw_pmm(X, y, missing, rng, donors)
    if len(variable.levels) == 1:
        return np.zeros(len(missing))
    draw = draw_ordered if variable.method == "ordered" and len(variable.levels) > 2 else draw_multinomial
    return draw(X, y, missing, rng, len(variable.levels))
