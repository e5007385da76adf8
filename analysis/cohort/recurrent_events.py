"""Follow-up cut at every spell: at risk, absent, at risk again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cohort.follow_up_window import Window
from analysis.cohort.spells_of_people import Spells


def recurrent_events(index: pd.Index, window: Window, spells: Spells, at_least: int) -> pd.DataFrame:
    """`person, start, stop, event, number` in days since baseline: at risk over (start, stop], event 1 where a spell
    that reaches `at_least` absent days begins at stop, number the event's place in the person's order.

    Nobody is at risk during such a spell: the next interval starts on its last day. Spells that began before entry
    count neither as event nor in number.
    """
    counted = (
        (spells.start > window.entry[spells.code])
        & (spells.start <= window.exit[spells.code])
        & (spells.days >= at_least)
        & (window.left_out[spells.code] == "")
    )
    who = np.flatnonzero(window.left_out == "")
    code = np.concatenate([spells.code[counted], who])
    event = np.concatenate([np.ones(counted.sum(), dtype=np.int64), np.zeros(who.size, dtype=np.int64)])
    stop = np.concatenate([spells.start[counted], window.exit[who]])
    back = np.concatenate([spells.stop[counted], window.exit[who]])
    order = np.lexsort((1 - event, stop, code))
    code, event, stop, back = code[order], event[order], stop[order], back[order]
    first = np.ones(code.size, dtype=bool)
    first[1:] = code[1:] != code[:-1]
    start = np.where(first, window.entry[code], np.concatenate([[0], back[:-1]])[: code.size])
    begins = np.flatnonzero(first)
    number = np.arange(code.size) - np.repeat(begins, np.diff(np.concatenate([begins, [code.size]]))) + 1
    at_risk = start < stop  # not for someone absent until follow-up ends
    baseline = window.baseline[code]
    frame = pd.DataFrame(
        {
            "person": index.take(code),
            "start": start - baseline,
            "stop": stop - baseline,
            "event": event,
            "number": number,
        }
    )
    return frame[at_risk].reset_index(drop=True)
