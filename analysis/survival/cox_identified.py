"""Whether the data can tell every coefficient of a Cox model at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import linalg

from analysis.columns import factorise
from analysis.design import ModelFrame
from analysis.errors import Collinear, ConstantColumn, NoEvents

# Information per event of a column with standard deviation 1, and the smallest eigenvalue of its correlations.
NO_INFORMATION = 1e-12
SINGULAR = 1e-11
INVOLVED = 0.1


def check_levels(frame: ModelFrame, event: np.ndarray) -> None:
    """Raise where a level of a categorical column has rows but no event: its hazard ratio is 0 or infinite."""
    for name, column in frame.columns.items():
        if not isinstance(column, pd.Categorical) and name not in frame.formula.categorical:
            continue
        codes, levels = factorise(column)
        rows = np.bincount(codes, minlength=len(levels))
        events = np.bincount(codes[event], minlength=len(levels))
        without = np.flatnonzero((rows > 0) & (events == 0))
        if len(without):
            shown = ", ".join(f"{levels[k]} ({rows[k]} rows)" for k in without[:5])
            raise NoEvents(
                f"{name!r} has no event at its level {shown}, so there is no finite hazard ratio against it. Join it "
                "with another level, or leave those rows out."
            )


def check_identified(information: np.ndarray, event_weight: float, terms: Sequence[str]) -> None:
    """Raise where a term never varies among those at risk together, or is there a combination of others."""
    if not len(terms):
        return
    scale = np.sqrt(np.maximum(np.diag(information), 0))
    constant = scale**2 <= NO_INFORMATION * event_weight
    if constant.any():
        names = ", ".join(repr(term) for term, c in zip(terms, constant, strict=True) if c)
        raise ConstantColumn(
            f"{names} never varies among rows that are at risk at the same event (within a stratum), so it has no "
            "hazard ratio. Leave it out; a column that defines the strata cannot be a term too."
        )
    values, vectors = linalg.eigh(information / np.outer(scale, scale))
    if values[0] < SINGULAR:
        involved = np.abs(vectors[:, 0]) > INVOLVED
        names = ", ".join(repr(term) for term, i in zip(terms, involved, strict=True) if i)
        raise Collinear(
            f"Among the rows at risk together {names} determine one another exactly. Leave one of them out "
            "(with strata: a column that only differs between strata, or sums up others within them)."
        )
