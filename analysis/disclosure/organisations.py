"""Research output must not point at a single organisation (RULES 3.13)."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from analysis.disclosure.policy import TERMS, Policy


def check_organisations(
    organisations: pd.Series, amounts: pd.Series | None = None, policy: Policy = TERMS
) -> str | None:
    """Why a cell may not be shown, or None. `organisations`: that of each person in the cell; `amounts`: what each
    person adds to a sum (people count one each without it). People without an organisation count in the cell, as one
    unknown each.

    >>> check_organisations(pd.Series(["a"] * 4 + ["b"] * 4 + ["c"] * 4)) is None
    True
    >>> check_organisations(pd.Series(["a"] * 50 + ["b", "c"]))
    'One organisation has more than 85 % of the cell.'
    """
    parts = np.ones(len(organisations)) if amounts is None else np.abs(amounts.to_numpy(dtype=float))
    known = organisations.notna().to_numpy()
    codes, names = pd.factorize(organisations[known], use_na_sentinel=True)
    if len(names) < policy.fewest_organisations:
        return f"Fewer than {policy.fewest_organisations} organisations are in the cell."
    by_organisation = np.bincount(codes, weights=parts[known], minlength=len(names))
    if by_organisation.max() > policy.largest_share * parts.sum():
        return f"One organisation has more than {policy.largest_share:.0%} of the cell.".replace("%", " %")
    return None


def check_cells(cells: pd.DataFrame, cell: str, organisation: str, policy: Policy = TERMS) -> dict[Hashable, str]:
    """The cells of a research table that may not be shown, and why: too few people, too few or too large
    organisations."""
    refused: dict[Hashable, str] = {}
    for name, rows in cells.groupby(cell, observed=True, sort=True):
        reason = (
            f"Fewer than {policy.mean_from} people are in the cell."
            if len(rows) < policy.mean_from
            else check_organisations(rows[organisation], policy=policy)
        )
        if reason is not None:
            refused[name] = reason
    return refused
