"""Linear systems with a positive definite matrix, such as an information matrix."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from analysis.errors import NoConvergence


def solve_positive(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray | None:
    """The solution by Cholesky's factor, or None where the matrix is not positive definite."""
    try:
        factor = linalg.cho_factor(matrix, lower=True, check_finite=False)
    except linalg.LinAlgError:
        return None
    solution: np.ndarray = linalg.cho_solve(factor, vector, check_finite=False)
    return solution if np.isfinite(solution).all() else None


def solve_stiffened(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """The same, where need be with the diagonal raised just enough that there is a solution to go on with."""
    ridge = 0.0
    size = max(float(np.trace(matrix)) / len(matrix), float(np.finfo(float).tiny))
    for _ in range(12):
        step = solve_positive(matrix + ridge * np.eye(len(matrix)), vector)
        if step is not None:
            return step
        ridge = size * 1e-12 if ridge == 0 else ridge * 100
    raise NoConvergence(
        "The information matrix is singular: look for terms that say nearly the same, and for columns with a few "
        "extreme values; rescale or leave out."
    )
