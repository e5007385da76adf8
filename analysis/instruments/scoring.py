"""Scores of an instrument's scales."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, row_labels
from analysis.instruments.model import Instrument, Item
from analysis.reliability.score import score


def score_scales(
    answers: pd.DataFrame, instrument: Instrument, *, version: str, minimum_share: float = 0.5
) -> pd.DataFrame:
    """The score of every scale of one version, a column each, a row for each row of `answers`.

    answers: a column per item, with the codes as delivered. User-missing codes and empty cells are no answers. A scale
    whose items are not in `answers` (an add-on that was not asked) has no column; one of which only some items are
    there is an error, for a mean of other items would be another scale. The score is the mean of the answered items,
    reversed items turned round, missing where fewer than `minimum_share` of them are answered.
    """
    scores: dict[str, pd.Series] = {}
    for scale in instrument.scales:
        items = instrument.items_of(scale.id, version)
        there = [item for item in items if item.id in answers.columns]
        if not scale.scored or not there:
            continue
        if len(there) < len(items):
            lacking = ", ".join(item.id for item in items if item not in there)
            raise BadArgument(
                f"The scale {scale.id} cannot be scored without {lacking}. Add the column, or leave all out."
            )
        ends = {item.ends for item in items}
        if len(ends) != 1 or None in ends:
            raise BadArgument(f"The items of the scale {scale.id} do not share one response scale, so it has no mean.")
        values = pd.DataFrame({item.id: answered(answers[item.id], item) for item in items}, index=answers.index)
        reverse = [item.id for item in items if item.reversed]
        scores[scale.id] = score(values, reverse=reverse, minimum_share=minimum_share, scale=ends.pop())
    return pd.DataFrame(scores, index=answers.index)


def answered(column: pd.Series, item: Item) -> pd.Series:
    """An item's answers as numbers, NaN where a user-missing code or nothing stands; an unknown code is an error."""
    values = pd.to_numeric(column, errors="coerce").astype("float64")
    unread = values.isna() & column.notna()
    known = np.array([category.value for category in item.categories], dtype=float)
    missing = np.array([category.value for category in item.missing], dtype=float)
    values = values.mask(values.isin(missing))
    wrong = unread | (values.notna() & ~values.isin(known)) if known.size else unread
    if wrong.any():
        rows = row_labels(column.index, np.flatnonzero(wrong))
        raise BadArgument(f"{item.id} holds codes that are neither answers nor missing codes, in {rows}.")
    return values
