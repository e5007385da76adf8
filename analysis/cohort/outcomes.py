"""Outcomes of people from their register rows, by a written definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cohort.calendar_days import DAYS_PER_YEAR, NEVER, days_or_never
from analysis.cohort.day_numbers import day_column
from analysis.cohort.follow_up_window import INCLUDED, Window, follow_up_window
from analysis.cohort.inclusion_flow import inclusion_flow
from analysis.cohort.outcome_definition import EMPLOYER_DAYS, OutcomeDefinition
from analysis.cohort.recurrent_events import recurrent_events
from analysis.cohort.register_days import RegisterDays, overlay, person_index, rows_of
from analysis.cohort.spell_rows import checked_grades, counted_rows
from analysis.cohort.spells_of_people import Spells, spells_of
from analysis.errors import BadArgument, require_columns


@dataclass(frozen=True, eq=False)
class Outcomes:
    """table: one row per person at risk, with the columns that `outcomes` lists.

    recurrent: `person, start, stop, event, number`, for Andersen-Gill and PWP models; flow: the steps of inclusion;
    left_out: `person, reason`; unknown_rows: register rows of nobody in `people`.
    """

    table: pd.DataFrame
    recurrent: pd.DataFrame
    flow: pd.DataFrame
    left_out: pd.DataFrame
    definition: OutcomeDefinition
    unknown_rows: int

    def __repr__(self) -> str:
        table = self.table
        return (
            f"Outcomes of {len(table)} persons, {table['event'].sum()} events in {table['person_years'].sum():.1f} "
            f"person-years\n{self.definition.describe()}\n\n{self.flow.to_string(index=False)}"
        )


def outcomes(
    people: pd.DataFrame,
    spells: pd.DataFrame,
    definition: OutcomeDefinition,
    *,
    disability: pd.DataFrame | None = None,
) -> Outcomes:
    """Count absence and find the first event of everyone in `people`, as `definition` says.

    people: `person`, `baseline`, and where known `birth_date` (for the age limit), `death_date`, `emigration_date`,
    `disability_date`; a missing date means that it did not happen. spells: register rows `person, start, stop, grade`
    (`diagnosis` if the definition names any); disability: rows `person, start`, instead of the column. Who has no row
    was not absent: that is 0, never missing.

    The table has, for each person at risk: `person`; `entry` and `exit` (dates; at risk on the days after entry up to
    and with exit); `any_spell`, `spells` (that start in this time); `days` and `lost_days` (absent in this time;
    lost_days is days x grade / 100); `event` (0/1), `end_date` (of the event, else exit), `event_date`; `start` and
    `stop` (days from baseline to entry and to end_date, for a model of time to event); `end` (event, death,
    emigration, age limit, end of follow-up, end of register); `person_years` (entry to end_date);
    `person_years_at_risk` (entry to exit without the days within spells).

    >>> people = pd.DataFrame({"person": ["a", "b"], "baseline": ["2024-01-01"] * 2})
    >>> leave = pd.DataFrame({"person": ["a"], "start": ["2024-03-01"], "stop": ["2024-03-31"], "grade": [50]})
    >>> definition = OutcomeDefinition(register_end="2024-12-31", age_limit=None)
    >>> outcomes(people, leave, definition).table[["person", "spells", "days", "lost_days", "event", "stop"]]
      person  spells  days  lost_days  event  stop
    0      a       1    31       15.5      1    76
    1      b       0     0        0.0      0   365
    """
    index = person_index(people)
    require_columns(spells, ["person", "start", "stop", "grade"])
    any_leave = _leave(index, spells)
    rows = counted_rows(spells, min_grade=definition.min_grade, diagnoses=definition.diagnoses)
    counted = spells_of(any_leave if rows is spells else _leave(index, rows), definition.gap)
    pension = _first_pension(people, index, disability)
    if definition.event == "disability" and disability is None and "disability_date" not in people.columns:
        raise BadArgument(
            "The event is a disability pension: give its dates in people['disability_date'] or disability=."
        )
    window = follow_up_window(people, pension, spells_of(any_leave, definition.gap), definition)
    who = np.flatnonzero(window.left_out == INCLUDED)
    first = pension if definition.event == "disability" else _first_long_spell(counted, window, definition)
    table = _table(index, window, counted, first, definition).iloc[who].reset_index(drop=True)
    return Outcomes(
        table,
        recurrent_events(index, window, counted, definition.recurrent_days),
        inclusion_flow(people, {reason: window.left_out == reason for reason in window.reasons}),
        _left_out(index, window),
        definition,
        int((index.get_indexer(pd.Index(spells["person"])) < 0).sum()),
    )


def _leave(index: pd.Index, rows: pd.DataFrame) -> RegisterDays:
    at, code, start, stop = rows_of(index, rows)
    return overlay(code, start, stop, checked_grades(rows.iloc[at]))


def _first_pension(people: pd.DataFrame, index: pd.Index, disability: pd.DataFrame | None) -> np.ndarray:
    first = days_or_never(people, "disability_date")
    if disability is not None:
        require_columns(disability, ["person", "start"])
        code = index.get_indexer(pd.Index(disability["person"]))
        mine = code >= 0
        if mine.any():
            np.minimum.at(first, code[mine], day_column(disability.loc[mine, "start"]).days())
    return first


def _first_long_spell(spells: Spells, window: Window, definition: OutcomeDefinition) -> np.ndarray:
    """(people,) the event's day, NEVER without one: a spell must start after entry and before follow-up ends."""
    reached = spells.reaches(definition.long_term_days)
    long = (spells.start > window.entry[spells.code]) & (spells.start <= window.exit[spells.code]) & (reached < NEVER)
    first = np.full(window.entry.size, NEVER)
    dated = reached if definition.dated == "reaches" else spells.start
    np.minimum.at(first, spells.code[long], dated[long])
    return first


def _table(
    index: pd.Index, window: Window, spells: Spells, first: np.ndarray, definition: OutcomeDefinition
) -> pd.DataFrame:
    n = window.entry.size
    begun = (spells.start > window.entry[spells.code]) & (spells.start <= window.exit[spells.code])
    number = np.bincount(spells.code[begun], minlength=n)
    pieces = spells.after(EMPLOYER_DAYS) if definition.employer_days == "left_out" else spells.pieces
    days = _days_within(pieces, window)
    absent = _days_within(RegisterDays(spells.code, spells.start, spells.stop, spells.days), window)
    event = (first > window.entry) & (first <= window.exit)
    end = np.where(event, first, window.exit)
    return pd.DataFrame(
        {
            "person": index,
            "entry": _dates(window.entry),
            "exit": _dates(window.exit),
            "any_spell": (number > 0).astype(np.int64),
            "spells": number,
            "days": _per_person(pieces, days, n).astype(np.int64),
            "lost_days": _per_person(pieces, days * pieces.level / 100, n),
            "event": event.astype(np.int64),
            "end_date": _dates(end),
            "event_date": np.where(event, _dates(first), np.datetime64("NaT", "s")),
            "start": window.entry - window.baseline,
            "stop": end - window.baseline,
            "end": np.where(event, "event", window.end_reason),
            "person_years": (end - window.entry) / DAYS_PER_YEAR,
            "person_years_at_risk": (window.exit - window.entry - np.bincount(spells.code, absent, n)) / DAYS_PER_YEAR,
        }
    )


def _days_within(pieces: RegisterDays, window: Window) -> np.ndarray:
    """(pieces,) how many days of each piece lie after entry and not after exit."""
    low = np.maximum(pieces.start, window.entry[pieces.code] + 1)
    return np.maximum(np.minimum(pieces.stop, window.exit[pieces.code]) - low + 1, 0)


def _per_person(pieces: RegisterDays, amount: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(pieces.code, weights=amount, minlength=n)


def _dates(days: np.ndarray) -> np.ndarray:
    """Day numbers as dates, NaT for NEVER and beyond."""
    known = days < NEVER
    return np.where(known, np.where(known, days, 0).astype("datetime64[D]"), np.datetime64("NaT")).astype(
        "datetime64[s]"
    )


def _left_out(index: pd.Index, window: Window) -> pd.DataFrame:
    out = np.flatnonzero(window.left_out != INCLUDED)
    return pd.DataFrame({"person": index.take(out), "reason": window.left_out[out]})
