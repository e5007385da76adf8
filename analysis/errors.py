"""What can be wrong with data or a model, each as an error of its own with a sentence that says what to do.

Every error is an `AnalysisError`, so a page can show the sentence and a notebook can catch the family.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable

import numpy as np
import pandas as pd


class AnalysisError(ValueError):
    """Root of the errors that `analysis` raises; the message is a sentence for the researcher."""


class MissingColumn(AnalysisError):
    """A column that the call names is not in the data."""


class BadArgument(AnalysisError):
    """An argument (a formula, a level, a column of the wrong kind) is not one of the allowed ones."""


class BadOutcome(AnalysisError):
    """The outcome is all missing, of the wrong type, negative where it counts, or not 0/1."""


class BadTimes(AnalysisError):
    """A time is negative or not a number, or an entry does not lie before its exit."""


class NoRows(AnalysisError):
    """No row is complete in everything the model uses."""


class ConstantColumn(AnalysisError):
    """A column of the design has one and the same value in all rows."""


class Collinear(AnalysisError):
    """Some terms are an exact linear combination of others."""


class NoEvents(AnalysisError):
    """There are no events at all, or none in a level or stratum that the model needs them in."""


class Separation(AnalysisError):
    """A term divides the outcome perfectly, so its estimate is infinite."""


class NoConvergence(AnalysisError):
    """The iterations ended without a maximum."""


class TooFewGroups(AnalysisError):
    """There are fewer groups than the method needs."""


class AnalysisWarning(UserWarning):
    """The answer stands, but the reader should know something; also kept in the result's `warnings`."""


def warn(sentence: str, collected: list[str]) -> None:
    """Warn now and add the sentence to `collected`, which becomes the result's `warnings`."""
    collected.append(sentence)
    warnings.warn(sentence, AnalysisWarning, stacklevel=3)


def row_labels(index: pd.Index, positions: np.ndarray, limit: int = 5) -> str:
    """The first labels of the rows at `positions`, as words: `rows 3, 7, 9 and 12 more`."""
    positions = np.asarray(positions)
    shown = ", ".join(str(label) for label in index[positions[:limit]])
    more = f" and {len(positions) - limit} more" if len(positions) > limit else ""
    return f"{'row' if len(positions) == 1 else 'rows'} {shown}{more}"


def require_columns(data: pd.DataFrame, columns: list[str]) -> None:
    """Raise `MissingColumn` for the columns that the data does not have."""
    unusable = [column for column in columns if not isinstance(column, Hashable)]
    if unusable:
        raise BadArgument(f"A column is named by itself, not in a list; it was {unusable[0]!r}.")
    missing = [column for column in columns if column not in data.columns]
    if missing:
        known = ", ".join(str(column) for column in data.columns[:20])
        raise MissingColumn(
            f"The data has no column {', '.join(repr(m) for m in missing)}. Its columns are: {known}"
            f"{', ...' if len(data.columns) > 20 else ''}. Check the spelling, or add the column first."
        )
