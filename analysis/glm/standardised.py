"""Passes over a design matrix in blocks, each centred and scaled, so that cross products keep their digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

BLOCK = 16_384


@dataclass(frozen=True, eq=False)
class Standardised:
    """A view of `matrix` with columns (x - centre) / scale; the matrix itself is never copied as a whole.

    Where there is an intercept (column `constant`), columns are centred. `back` (p, p) turns coefficients of the
    standardised columns into those of the matrix: beta = back @ standardised.
    """

    matrix: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    back: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray, terms: Sequence[str]) -> Standardised:
        n, p = matrix.shape
        constant = list(terms).index("Intercept") if "Intercept" in terms else None
        centre = matrix.mean(axis=0) if constant is not None else np.zeros(p)
        if constant is not None:
            centre[constant] = 0
        squares = np.zeros(p)
        for start in range(0, n, BLOCK):
            squares += np.square(matrix[start : start + BLOCK] - centre).sum(axis=0)
        scale = np.sqrt(squares / n)
        scale[scale == 0] = 1
        back = np.diag(1 / scale)
        if constant is not None:
            back[constant] -= centre / scale
        return cls(matrix, centre, scale, back)

    def blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, standardised columns of these rows), in order."""
        for start in range(0, len(self.matrix), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self.matrix)))
            block = np.subtract(self.matrix[rows], self.centre, order="C")
            block /= self.scale
            yield rows, block

    def predictor(self, coefficients: np.ndarray) -> np.ndarray:
        """The linear predictor (n,) of coefficients of the standardised columns."""
        return self.matrix @ (self.back @ coefficients)

    def covariance(self, information: np.ndarray) -> np.ndarray:
        """The inverse of an information matrix of the standardised columns, for the matrix's own columns."""
        return self.back @ np.linalg.inv(information) @ self.back.T
