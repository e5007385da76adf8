"""Newton's method for a likelihood whose rows depend on a few linear predictors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.counts.densities import Density, Rows
from analysis.errors import NoConvergence
from analysis.glm.positive import solve_positive

MOST_STEPS = 200
SETTLED = 1e-12


@dataclass(frozen=True, eq=False)
class Maximum:
    """`parameters` in the order of the predictors' columns, `hessian` there, the log-likelihood `value`."""

    parameters: list[np.ndarray]
    hessian: np.ndarray
    value: float
    rows: Rows
    steps: int


def maximise(
    density: Density,
    matrices: Sequence[np.ndarray],
    offsets: Sequence[np.ndarray | float],
    weight: np.ndarray,
    start: Sequence[np.ndarray],
) -> Maximum:
    """The maximum over b_1, b_2, ... of the weighted sum of density(X_1 b_1 + offset_1, X_2 b_2 + offset_2, ...).

    Where the observed information is not positive definite it is stiffened (Levenberg), so every step climbs.
    """
    widths = [matrix.shape[1] for matrix in matrices]
    edges = np.cumsum(widths)[:-1]
    point = np.concatenate(list(start))

    def at(point: np.ndarray) -> tuple[float, Rows]:
        parts = np.split(point, edges)
        predictors = [m @ b + o for m, b, o in zip(matrices, parts, offsets, strict=True)]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            rows = density(predictors)
            value = float(weight @ rows.value)
        return (value if np.isfinite(value) else -np.inf), rows

    value, rows = at(point)
    for step in range(1, MOST_STEPS + 1):
        gradient, hessian = _assemble(matrices, weight, rows)
        if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            raise _no_maximum(step)
        move = _climb(-hessian, gradient)
        for halving in range(40):
            new_point = point + move / 2**halving
            new_value, new_rows = at(new_point)
            if new_value >= value - 1e-13 * (abs(value) + 1):
                break
        else:
            break
        change = abs(new_value - value) / (abs(new_value) + 0.1)
        moved = np.abs(new_point - point).max()
        point, value, rows = new_point, new_value, new_rows
        if change < SETTLED and moved < 1e-6 or change < 1e-15 and step > 50:
            _, hessian = _assemble(matrices, weight, rows)
            return Maximum(np.split(point, edges), hessian, value, rows, step)
    raise _no_maximum(step)


def _no_maximum(steps: int) -> NoConvergence:
    return NoConvergence(
        f"No maximum after {steps} iterations: estimates run away. Use fewer terms in the zero part (zero_formula), "
        "dist='poisson', or look for extreme values and terms that say nearly the same."
    )


def _assemble(matrices: Sequence[np.ndarray], weight: np.ndarray, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    blocks: list[list[np.ndarray]] = [[np.empty(0)] * len(matrices) for _ in matrices]
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = np.concatenate([m.T @ (weight * d) for m, d in zip(matrices, rows.first, strict=True)])
        for (i, j), bend in rows.second.items():
            block = matrices[i].T @ (matrices[j] * (weight * bend)[:, None])
            blocks[i][j], blocks[j][i] = block, block.T
    return gradient, np.block(blocks)


def _climb(information: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    diagonal = np.maximum(np.abs(np.diag(information)), 1e-10)
    ridge = 0.0
    for _ in range(30):
        step = solve_positive(information + ridge * np.diag(diagonal), gradient)
        if step is not None:
            return step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        ridge = max(10 * ridge, 1e-4)
    return gradient / diagonal
