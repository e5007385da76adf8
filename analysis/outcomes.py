"""Outcome columns, checked to be what a model takes them for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.columns import plain_column
from analysis.errors import BadArgument, BadOutcome, row_labels

KINDS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "number": ("a number", lambda values: np.ones(len(values), dtype=bool)),
    "positive": ("above 0", lambda values: values > 0),
    "exposure": ("above 0 (time at risk)", lambda values: values > 0),
    "amount": ("0 or more", lambda values: values >= 0),
    "count": ("a whole number from 0 up", lambda values: (values >= 0) & (values == np.floor(values))),
    "binary": ("0 or 1", lambda values: (values == 0) | (values == 1)),
}


def outcome_vector(data: pd.DataFrame, column: str, kept: np.ndarray, *, kind: str = "number") -> np.ndarray:
    """The outcome of the kept rows as float64, checked to be what `kind` says.

    Kinds: "number", "positive" and "exposure" (above 0), "amount" (0 or more), "count" (whole numbers from 0),
    "binary" (0/1 or False/True). A wrong value raises `BadOutcome`, for an exposure `BadArgument`.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from analysis.outcomes import outcome_vector
    >>> frame = pd.DataFrame({"days": [0, 3, 12]})
    >>> outcome_vector(frame, "days", np.array([0, 2]), kind="count").tolist()
    [0.0, 12.0]
    """
    if kind not in KINDS:
        raise BadArgument(f"kind is one of {', '.join(KINDS)}; it was {kind!r}.")
    whole = len(kept) == len(data)
    values = plain_column(data[column], column, None if whole else kept)
    wanted, right = KINDS[kind]
    error = BadArgument if kind == "exposure" else BadOutcome
    if isinstance(values, pd.Categorical):
        raise error(f"{column!r} holds text or categories, but must be {wanted}: code it as numbers.")
    numbers = values.astype(float)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & right(numbers)))
    if len(wrong):
        where = row_labels(data.index, kept[wrong])
        example = f"{numbers[wrong[0]]:g}"
        raise error(f"{column!r} must be {wanted}, but is {example} in {where}: correct or leave out those rows.")
    return numbers
