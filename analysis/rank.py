"""Constant, infinite and collinear columns of a design matrix, found in one pass and named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from analysis.errors import BadArgument, Collinear, ConstantColumn

# A column is collinear when less than this share of its length is left after projecting on the others.
TOLERANCE = 1e-9
# Cross products carry rounding of about this size, so anything near it is looked at again by QR on the columns.
SUSPICIOUS = 1e-7
BLOCK = 65_536


def check_rank(matrix: np.ndarray, terms: Sequence[str], *, intercept: bool) -> None:
    """Raise `ConstantColumn`, `Collinear` or `BadArgument` (not finite) with the names of the terms involved.

    Cox models have no intercept column, but a constant tells nothing there either, so columns are always centred
    unless the design has neither.
    """
    n, p = matrix.shape
    if p == 0:
        return
    centre = matrix.mean(axis=0)
    if not np.isfinite(centre).all():
        name = terms[int(np.flatnonzero(~np.isfinite(centre))[0])]
        bad = int((~np.isfinite(matrix[:, terms.index(name)])).sum())
        raise BadArgument(f"{name!r} is infinite or not a number in {bad} of {n} rows: look at logs and divisions.")
    has_constant = "Intercept" in terms or not intercept
    free = [j for j, name in enumerate(terms) if name != "Intercept"]
    if not has_constant:
        centre = np.zeros(p)
    cross = _cross_products(matrix, centre)
    length = np.sqrt(np.diag(cross))
    scale = np.sqrt(n) * np.maximum(np.abs(centre), np.finfo(float).tiny)
    for j in free:
        if length[j] <= 1e-12 * max(scale[j], length[j]) or length[j] == 0:
            value = matrix[0, j]
            raise ConstantColumn(
                f"{terms[j]!r} is {value:g} in every row used, so it cannot be estimated: leave it out, "
                "or look at which rows were dropped."
            )
    names = [terms[j] for j in free]
    if len(free) < 2:
        return
    correlation = cross[np.ix_(free, free)] / np.outer(length[free], length[free])
    left = linalg.qr(correlation, mode="r", pivoting=True)[0].diagonal()
    if np.abs(left).min() > SUSPICIOUS and n > len(free):
        return
    _raise_if_collinear((matrix[:, free] - centre[free]) / length[free], names)


def _cross_products(matrix: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Sum of centred cross products, block by block so that no second copy of the matrix is made."""
    cross = np.zeros((matrix.shape[1],) * 2)
    for start in range(0, len(matrix), BLOCK):
        block = matrix[start : start + BLOCK] - centre
        cross += block.T @ block
    return cross


def _raise_if_collinear(standardised: np.ndarray, names: list[str]) -> None:
    r, pivot = linalg.qr(standardised, mode="r", pivoting=True)
    size = np.zeros(len(names))
    diagonal = np.abs(r.diagonal())
    size[: len(diagonal)] = diagonal
    dependent = np.flatnonzero(size <= TOLERANCE)
    if len(dependent) == 0:
        return
    rank = int(dependent[0])
    weights = linalg.solve_triangular(r[:rank, :rank], r[:rank, rank]) if rank else np.zeros(0)
    partners = [names[pivot[i]] for i in np.flatnonzero(np.abs(weights) > 1e-6)]
    involved = sorted({names[pivot[rank]], *partners}, key=names.index)
    constant = " and a constant" if len(involved) == 1 else ""
    raise Collinear(
        f"{', '.join(repr(name) for name in involved)}{constant} say the same: each is an exact linear "
        "combination of the others. Leave one of them out."
    )
