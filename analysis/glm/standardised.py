"""Passes over a design matrix in blocks, each centred and scaled, so that cross products keep their digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

# A block fits in the processor's cache, and its products are small enough that BLAS starts no threads for them: on a
# busy machine these wait for each other longer than they work.
LARGEST_BLOCK = 8_192
SMALLEST_BLOCK = 512
PRODUCT_WITHOUT_THREADS = 250_000


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
        for start in range(0, n, LARGEST_BLOCK):
            squares += np.square(matrix[start : start + LARGEST_BLOCK] - centre).sum(axis=0)
        scale = np.sqrt(squares / n)
        scale[scale == 0] = 1
        back = np.diag(1 / scale)
        if constant is not None:
            back[constant] -= centre / scale
        return cls(matrix, centre, scale, back)

    def blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, standardised columns of these rows), in order."""
        n, p = self.matrix.shape
        height = min(max(PRODUCT_WITHOUT_THREADS // max(p * (p + 2), 1), SMALLEST_BLOCK), LARGEST_BLOCK)
        inverse = 1 / self.scale
        for start in range(0, n, height):
            rows = slice(start, min(start + height, n))
            block = np.subtract(self.matrix[rows], self.centre, order="F")
            block *= inverse
            yield rows, block

    def cross_products(self, weight: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """X'diag(weight)X (p, p), and X'v (p,) for each of the other vectors (n,), in one pass."""
        p = self.matrix.shape[1]
        total = np.zeros((p, p + len(others)))
        for rows, block in self.blocks():
            right = np.empty((len(block), p + len(others)), order="F")
            np.multiply(block, weight[rows, None], out=right[:, :p])
            for j, other in enumerate(others):
                right[:, p + j] = other[rows]
            total += block.T @ right
        return total[:, :p], list(total[:, p:].T)

    def predictor(self, coefficients: np.ndarray) -> np.ndarray:
        """The linear predictor (n,) of coefficients of the standardised columns."""
        return self.matrix @ (self.back @ coefficients)

    def covariance(self, information: np.ndarray) -> np.ndarray:
        """The inverse of an information matrix of the standardised columns, for the matrix's own columns.

        It is infinite throughout where the information is singular, as it is on the way to an infinite estimate.
        """
        try:
            return self.back @ np.linalg.inv(information) @ self.back.T
        except np.linalg.LinAlgError:
            return np.full(information.shape, np.inf)
