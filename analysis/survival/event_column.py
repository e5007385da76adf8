"""Follow-up with one kind of event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import BadOutcome, row_labels
from analysis.survival.follow_up import FollowUp, follow_up


def event_follow_up(
    data: pd.DataFrame, *, stop: str, event: str, start: str | None = None, also: Sequence[str] = ()
) -> FollowUp:
    """Follow-up where `event` must be 0/1 or False/True."""
    follow = follow_up(data, stop=stop, outcome=event, start=start, also=also)
    wrong = np.flatnonzero(follow.outcome > 1)
    if wrong.size:
        raise BadOutcome(
            f"{event!r} must be 0 (censored) or 1 (event), but is {follow.outcome[wrong[0]]} in "
            f"{row_labels(data.index, follow.kept[wrong])}. With several kinds of events use cumulative_incidence."
        )
    return follow
