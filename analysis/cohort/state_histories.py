"""Everyone's movement between work, sick leave, benefits and out of the labour market."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cohort.calendar_days import NEVER, birthday, day_number, days_or_never
from analysis.cohort.day_numbers import day_column
from analysis.cohort.register_days import RegisterDays, overlay, person_index, rows_of
from analysis.cohort.spell_rows import checked_grades
from analysis.errors import require_columns

# From the weakest to the strongest: on a day with several, the last of these counts.
STATES = ("work", "partial leave", "full leave", "AAP", "disability", "retired", "emigrated", "dead")
WORK = 0
FULL = 100


def state_histories(
    people: pd.DataFrame,
    spells: pd.DataFrame,
    *,
    until: object,
    aap: pd.DataFrame | None = None,
    disability: pd.DataFrame | None = None,
    retirement_age: int | None = None,
) -> pd.DataFrame:
    """Intervals between states for `analysis.survival.state_occupation`, in days since each person's baseline.

    people: `person, baseline` and where known `death_date`, `emigration_date`, `birth_date` (for retirement_age) and
    `disability_date`. spells: sick leave, `person, start, stop, grade`, full at grade 100 and else partial; aap (work
    assessment allowance): `person, start, stop`; disability: `person, start`, for good. Days with several states count
    as the strongest, in the order of `STATES`; emigration, retirement and death are for good; all other days are work.
    `until` is the last day the registers cover.

    Returns `person, start, stop, occupied, state`: in state `occupied` over (start, stop], entering `state` at stop,
    missing where follow-up ends. A state that begins on a day is entered at that day's number, so day 0 decides where a
    person begins. Who is dead at baseline, or whose baseline is missing or not before `until`, is left out and counted
    in `frame.attrs["left_out"]`.

    >>> people = pd.DataFrame({"person": [1], "baseline": ["2024-01-01"]})
    >>> leave = pd.DataFrame({"person": [1], "start": ["2024-01-11"], "stop": ["2024-01-20"], "grade": [100]})
    >>> state_histories(people, leave, until="2024-01-31")
       person  start  stop    occupied       state
    0       1      0    10        work  full leave
    1       1     10    20  full leave        work
    2       1     20    30        work         NaN
    """
    index = person_index(people)
    require_columns(people, ["baseline"])
    require_columns(spells, ["person", "start", "stop", "grade"])
    baseline = days_or_never(people, "baseline")
    last = day_number(until)
    death = days_or_never(people, "death_date")
    followed = (baseline < last) & (death > baseline)
    rows = [*_leave(index, spells), *_for_good(people, index, disability, death, retirement_age, last)]
    if aap is not None:
        _, code, start, stop = rows_of(index, aap)
        rows.append((code, start, stop, STATES.index("AAP")))
    pieces = _with_work(_days(rows), baseline, followed, last)
    frame = _intervals(pieces, index, baseline, last)
    frame.attrs["left_out"] = int((~followed).sum())
    return frame


Rows = tuple[np.ndarray, np.ndarray, np.ndarray, int]


def _leave(index: pd.Index, spells: pd.DataFrame) -> list[Rows]:
    at, code, start, stop = rows_of(index, spells)
    grade = checked_grades(spells.iloc[at])
    kinds = [(grade < FULL, "partial leave"), (grade >= FULL, "full leave")]
    return [(code[kind], start[kind], stop[kind], STATES.index(state)) for kind, state in kinds]


def _for_good(
    people: pd.DataFrame,
    index: pd.Index,
    disability: pd.DataFrame | None,
    death: np.ndarray,
    retirement_age: int | None,
    last: int,
) -> list[Rows]:
    begins = {
        "disability": days_or_never(people, "disability_date"),
        "emigrated": days_or_never(people, "emigration_date"),
        "dead": death,
    }
    if disability is not None:
        require_columns(disability, ["person", "start"])
        code = index.get_indexer(pd.Index(disability["person"]))
        mine = code >= 0
        if mine.any():
            np.minimum.at(begins["disability"], code[mine], day_column(disability.loc[mine, "start"]).days())
    if retirement_age is not None:
        require_columns(people, ["birth_date"])
        birth = days_or_never(people, "birth_date")
        known = birth < NEVER
        begins["retired"] = np.full(len(people), NEVER)
        begins["retired"][known] = birthday(birth[known], retirement_age)
    rows = []
    for state, day in begins.items():
        who = np.flatnonzero(day <= last)
        rows.append((who, day[who], np.full(who.size, last), STATES.index(state)))
    return rows


def _days(rows: list[Rows]) -> RegisterDays:
    code, start, stop = (np.concatenate([row[i] for row in rows]) for i in range(3))
    level = np.concatenate([np.full(row[0].size, row[3]) for row in rows])
    return overlay(code, start, stop, level)


def _with_work(pieces: RegisterDays, baseline: np.ndarray, followed: np.ndarray, last: int) -> RegisterDays:
    """The pieces from baseline to `last`, with work on all the days between."""
    start = np.maximum(pieces.start, baseline[pieces.code])
    stop = np.minimum(pieces.stop, last)
    seen = followed[pieces.code] & (start <= stop)
    who = np.flatnonzero(followed)
    # Work, one level below everything, from the first to the last day: what is laid over it leaves the days between.
    code = np.concatenate([pieces.code[seen], who])
    start = np.concatenate([start[seen], baseline[who]])
    stop = np.concatenate([stop[seen], np.full(who.size, last)])
    level = np.concatenate([pieces.level[seen], np.full(who.size, WORK)])
    laid = overlay(code, start, stop, level + 1)
    return RegisterDays(laid.code, laid.start, laid.stop, laid.level - 1)


def _intervals(pieces: RegisterDays, index: pd.Index, baseline: np.ndarray, last: int) -> pd.DataFrame:
    code, states = pieces.code, np.array([*STATES, None], dtype=object)
    goes_on = np.zeros(code.size, dtype=bool)
    goes_on[:-1] = code[1:] == code[:-1]
    entered = np.where(goes_on, np.concatenate([pieces.level[1:], [0]])[: code.size], len(STATES))
    stop = np.where(goes_on, pieces.stop + 1, last)
    frame = pd.DataFrame(
        {
            "person": index.take(code),
            "start": pieces.start - baseline[code],
            "stop": stop - baseline[code],
            "occupied": pd.Categorical(states[pieces.level], categories=STATES),
            "state": pd.Categorical(states[entered], categories=STATES),
        }
    )
    # A state entered on the very last day has no time in it, and nothing follows death.
    keep = (frame["start"] < frame["stop"]) & (frame["occupied"] != "dead")
    return frame[keep].reset_index(drop=True)
