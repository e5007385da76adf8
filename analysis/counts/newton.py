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
    """`parameters` in the order of the predictors' columns, `hessian` there, the log-likelihood `value`.

    Where the steps ended before the likelihood was flat, `settled` is false and this is only as far as they came.
    """

    parameters: list[np.ndarray]
    hessian: np.ndarray
    value: float
    rows: Rows
    steps: int
    settled: bool


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
    gradient, hessian = _derivatives(matrices, weight, rows, 0)
    settled = False
    step = 0
    while not settled and step < MOST_STEPS:
        step += 1
        move = _climb(-hessian, gradient)
        halving = 0
        new_value, new_rows = at(point + move)
        least = value - 1e-13 * (abs(value) + 1)
        while new_value < least and halving < 40:
            halving += 1
            move = move / 2
            new_value, new_rows = at(point + move)
        if new_value < least:
            break
        change = abs(new_value - value) / (abs(new_value) + 0.1)
        settled = (change < SETTLED and np.abs(move).max() < 1e-6) or (change < 1e-15 and step > 50)
        point, value, rows = point + move, new_value, new_rows
        gradient, hessian = _derivatives(matrices, weight, rows, step)
    return Maximum(np.split(point, edges), hessian, value, rows, step, settled)


def no_maximum(steps: int) -> NoConvergence:
    """The error for a likelihood that has no maximum, or none that was found."""
    return NoConvergence(
        f"No maximum after {steps} iterations: estimates run away. Use fewer terms in the zero part (zero_formula), "
        "dist='poisson', or look for extreme values and terms that say nearly the same."
    )


def _derivatives(
    matrices: Sequence[np.ndarray], weight: np.ndarray, rows: Rows, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and Hessian in all parameters; where they are not finite, there is no way on."""
    blocks: list[list[np.ndarray]] = [[np.empty(0)] * len(matrices) for _ in matrices]
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = np.concatenate([m.T @ (weight * d) for m, d in zip(matrices, rows.first, strict=True)])
        for (i, j), bend in rows.second.items():
            block = matrices[i].T @ (matrices[j] * (weight * bend)[:, None])
            blocks[i][j], blocks[j][i] = block, block.T
    hessian = np.block(blocks)
    if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        raise no_maximum(step)
    return gradient, hessian


def _climb(information: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    diagonal = np.maximum(np.abs(np.diag(information)), 1e-10)
    ridge = 0.0
    for _ in range(30):
        step = solve_positive(information + ridge * np.diag(diagonal), gradient)
        if step is not None:
            return step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        ridge = max(10 * ridge, 1e-4)
    return gradient / diagonal
