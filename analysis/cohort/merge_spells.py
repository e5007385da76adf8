"""Register rows into spells of absence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.cohort.graded_days import lost_at_highest, newly_covered
from analysis.cohort.spell_rows import counted_rows, sorted_rows
from analysis.errors import BadArgument, require_columns

EMPLOYER_PERIOD = 15
COLUMNS = ["person", "start", "stop", "grade"]


def merge_spells(
    spells: pd.DataFrame, *, gap: int = EMPLOYER_PERIOD, min_grade: float = 1, diagnoses: Sequence[str] = ()
) -> pd.DataFrame:
    """Join each person's rows into spells, with the days absent and the work days lost.

    spells: `person, start, stop, grade` in any order; start and stop are dates and both belong to the absence; grade is
    1-100 per cent of full absence. Two rows are one spell when at most `gap` days without absence lie between them:
    with 15 an absence that begins before 16 free days have passed belongs to the same period (the employer period rule
    of the Norwegian National Insurance Act, section 8-19), with 0 only adjacent or overlapping days join. min_grade
    and diagnoses (ICPC-2 prefixes of a column `diagnosis`) say which rows count at all.

    Returns one row per spell, by person and start: `person, start, stop, days, lost_days`. days: distinct days in the
    register, not those of the gaps; lost_days: the sum over these days of the highest grade of the day / 100.

    >>> rows = pd.DataFrame(
    ...     {
    ...         "person": [7, 7, 7],
    ...         "start": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-21"]),
    ...         "stop": pd.to_datetime(["2024-01-04", "2024-01-05", "2024-01-21"]),
    ...         "grade": [50, 100, 100],
    ...     }
    ... )
    >>> merge_spells(rows)
       person      start       stop  days  lost_days
    0       7 2024-01-01 2024-01-21     6        5.0
    >>> merge_spells(rows, gap=14)["days"].tolist()
    [5, 1]
    """
    if isinstance(gap, bool) or not isinstance(gap, int | np.integer) or gap < 0:
        raise BadArgument(f"gap is a whole number of days from 0; it was {gap!r}.")
    require_columns(spells, COLUMNS)
    rows = counted_rows(spells, min_grade=min_grade, diagnoses=diagnoses)
    if len(rows) == 0:
        return _no_spells(spells)
    in_order = sorted_rows(rows, int(gap))
    # Untouched memory costs nothing: room for as many spells as there are rows.
    code, first, last, days = (np.empty(len(rows), dtype=np.int64) for _ in range(4))
    lost = np.empty(len(rows))
    n = 0
    for start, stop, grade in in_order.blocks():
        reach, covered = newly_covered(start, stop)
        begins = np.concatenate([[0], np.flatnonzero(start[1:] - reach[:-1] > gap + 1) + 1])
        ends = np.concatenate([begins[1:], [start.size]]) - 1
        filled = slice(n, n + begins.size)
        np.floor_divide(start[begins], in_order.width, out=code[filled])
        before = code[filled] * in_order.width - in_order.first
        np.subtract(start[begins], before, out=first[filled])
        np.subtract(reach[ends], before, out=last[filled])
        np.add.reduceat(covered, begins, out=days[filled])
        np.add.reduceat(lost_at_highest(start, stop, grade, reach, covered), begins, out=lost[filled])
        n += begins.size
    lost[:n] /= 100
    merged = {
        "person": in_order.persons.labels(code[:n]),
        "start": in_order.start.column(first[:n]),
        "stop": in_order.stop.column(last[:n]),
        "days": days[:n],
        "lost_days": lost[:n],
    }
    return pd.DataFrame(merged, copy=False)


def _no_spells(spells: pd.DataFrame) -> pd.DataFrame:
    empty = spells[["person", "start", "stop"]].iloc[:0].reset_index(drop=True)
    return empty.assign(days=np.empty(0, dtype=np.int64), lost_days=np.empty(0))
