"""From when until when each person is at risk, and why some never are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cohort.calendar_days import NEVER, birthday, day_number, days_or_never
from analysis.cohort.outcome_definition import OutcomeDefinition
from analysis.cohort.spells_of_people import Spells
from analysis.errors import BadArgument, require_columns

INCLUDED = ""


@dataclass(frozen=True, eq=False)
class Window:
    """One entry per person: at risk on the days after `entry` up to and with `exit` (day numbers).

    end_reason: what ends follow-up if no event does; left_out: why someone is never at risk, "" for those who are.
    reasons: every reason, in the order in which they were tried.
    """

    baseline: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    end_reason: np.ndarray
    left_out: np.ndarray
    reasons: tuple[str, ...]


def follow_up_window(
    people: pd.DataFrame, disability: np.ndarray, leave: Spells, definition: OutcomeDefinition
) -> Window:
    """disability: (n,) day of the first pension or NEVER; leave: spells of any sick leave, whatever the definition
    counts.

    people: `baseline`, and where known `birth_date`, `death_date`, `emigration_date`.
    """
    require_columns(people, ["baseline"])
    baseline = days_or_never(people, "baseline")
    known = baseline < NEVER
    entry = baseline + definition.washout_days
    register_end = day_number(definition.register_end)
    ends = {"death": days_or_never(people, "death_date"), "emigration": days_or_never(people, "emigration_date")}
    if definition.age_limit is not None:
        ends["age limit"] = _age_limit(people, definition.age_limit)
    if definition.follow_up_days is not None:
        ends["end of follow-up"] = baseline + definition.follow_up_days
    ends["end of register"] = np.full(len(people), register_end)
    dates = np.stack(list(ends.values()))
    exit_day = dates.min(axis=0)
    end_reason = np.array(list(ends), dtype=object)[dates.argmin(axis=0)]

    left_out = np.full(len(people), INCLUDED, dtype=object)
    reasons = []

    def leave_out(reason: str, who: np.ndarray) -> None:
        reasons.append(reason)
        left_out[who & (left_out == INCLUDED)] = reason

    leave_out("no baseline date", ~known)
    for reason, dates_of in ends.items():
        leave_out(f"{reason} before entry", dates_of <= entry)
    if definition.disabled == "left_out":
        leave_out("disability pension at entry", disability <= entry)
    if definition.on_leave != "ignored":
        holds = (leave.start <= entry[leave.code]) & (leave.stop >= entry[leave.code])
        until = np.full(len(people), -1, dtype=np.int64)
        until[leave.code[holds]] = leave.stop[holds]
        if definition.on_leave == "left_out":
            leave_out("on leave at entry", until >= 0)
        else:
            entry = np.where(until > entry, until, entry)
            leave_out("on leave until follow-up ends", entry >= exit_day)
            if definition.disabled == "left_out":
                leave_out("disability pension when leave ends", disability <= entry)
    return Window(baseline, entry, exit_day, end_reason, left_out, tuple(reasons))


def _age_limit(people: pd.DataFrame, age: int) -> np.ndarray:
    if "birth_date" not in people.columns:
        raise BadArgument(
            "people has no column 'birth_date', which the age limit needs: add it, or define age_limit=None."
        )
    birth = days_or_never(people, "birth_date")
    known = birth < NEVER
    limit = np.full(len(people), NEVER)
    limit[known] = birthday(birth[known], age)
    return limit
