"""Person-years at risk, by calendar year and age."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.cohort.calendar_days import DAYS_PER_YEAR
from analysis.cohort.lexis import split_time
from analysis.errors import BadOutcome, require_columns, row_labels
from analysis.results import check_level


def person_time(
    data: pd.DataFrame,
    *,
    entry: str,
    exit: str,
    event: str | None = None,
    birth: str | None = None,
    by: str | Sequence[str] | None = None,
    calendar_years: bool = False,
    age_bands: Sequence[int] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Person-years, events and rates in each stratum, with every person's time divided among the strata it was spent
    in.

    data: one row per person (or interval); at risk on the days after `entry` up to and with `exit`, both dates. event:
    0/1, at exit. by: columns that stay the same through a row. calendar_years splits at each 1 January; age_bands,
    with the dates in `birth`, at the birthdays named: (30, 40) gives under 30, 30-39 and 40 or more.

    Returns a frame: the columns of `by`, `year`, `age` (where asked for), `persons`, `person_years`, `events`, `rate`
    (per person-year) with the exact Poisson interval `conf_low, conf_high` (Garwood 1936); the last four only with
    `event`. `frame.attrs["n_dropped"]` counts rows left out because something was missing.

    Source: Clayton and Hills (1993), Statistical Models in Epidemiology, ch. 6; Carstensen (2007) on Lexis diagrams.

    >>> people = pd.DataFrame({"in": ["2022-12-31"], "out": ["2024-03-01"], "ill": [1]})
    >>> table = person_time(people, entry="in", exit="out", event="ill", calendar_years=True)
    >>> table[["year", "person_years", "events"]]
       year  person_years  events
    0  2023      0.999316       0
    1  2024      0.167009       1
    """
    check_level(level)
    columns = [by] if isinstance(by, str) else list(by or ())
    require_columns(data, [*columns, *([event] if event else [])])
    used = [entry, exit, *columns, *(c for c in (event, birth) if c)]
    require_columns(data, used)
    complete = data[data[used].notna().all(axis=1)]
    pieces = split_time(
        complete, entry=entry, exit=exit, birth=birth, calendar_years=calendar_years, age_bands=age_bands
    )
    strata = [*columns, *(["year"] if calendar_years else []), *(["age"] if len(age_bands) else [])]
    row = pieces["row"].to_numpy()
    table = pieces.assign(
        person_years=pieces["days"] / DAYS_PER_YEAR, **{c: complete[c].to_numpy()[row] for c in columns}
    )
    if event:
        happened = _event(complete, event)
        table["events"] = np.where(pieces["last"], happened[row], 0)
    if not strata:
        table["all"] = "all"
    groups = table.groupby(strata or ["all"], sort=True, observed=True)
    frame = groups.agg(persons=("row", "nunique"), person_years=("person_years", "sum"))
    if event:
        frame["events"] = groups["events"].sum()
        frame["rate"] = frame["events"] / frame["person_years"]
        tail = (1 - level) / 2
        frame["conf_low"] = chi2.ppf(tail, 2 * frame["events"].clip(lower=0.5)) / 2 / frame["person_years"]
        frame.loc[frame["events"] == 0, "conf_low"] = 0.0
        frame["conf_high"] = chi2.ppf(1 - tail, 2 * (frame["events"] + 1)) / 2 / frame["person_years"]
    frame = frame.reset_index(drop=not strata)
    frame.attrs["n_dropped"] = len(data) - len(complete)
    return frame


def _event(data: pd.DataFrame, event: str) -> np.ndarray:
    values = data[event].to_numpy(dtype=np.float64)
    wrong = np.flatnonzero(~np.isin(values, (0, 1)))
    if wrong.size:
        raise BadOutcome(f"{event!r} must be 0 or 1, but is {values[wrong[0]]:g} in {row_labels(data.index, wrong)}.")
    return values.astype(np.int64)
