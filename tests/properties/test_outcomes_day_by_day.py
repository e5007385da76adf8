"""Outcomes against a walk through every day of every person."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cohort import OutcomeDefinition, outcomes

ORIGIN = date(2023, 1, 1)
ROW = st.tuples(st.integers(0, 120), st.integers(0, 25), st.sampled_from([20, 50, 100]))
PERSON = st.fixed_dictionaries(
    {
        "baseline": st.integers(0, 60),
        "death_date": st.none() | st.integers(0, 130),
        "disability_date": st.none() | st.integers(0, 130),
        "rows": st.lists(ROW, max_size=8),
    }
)
DEFINITION = st.fixed_dictionaries(
    {
        "gap": st.integers(0, 16),
        "long_term_days": st.integers(1, 20),
        "dated": st.sampled_from(["reaches", "starts"]),
        "washout_days": st.integers(0, 10),
        "on_leave": st.sampled_from(["enter_when_it_ends", "left_out", "ignored"]),
        "disabled": st.sampled_from(["left_out", "ignored"]),
        "employer_days": st.sampled_from(["certified", "left_out"]),
        "min_grade": st.sampled_from([1, 50]),
    }
)
REGISTER_END = 130


def spells_by_day(rows: list[tuple[int, int, int]], gap: int, min_grade: float) -> list[list[tuple[int, int]]]:
    """Spells as lists of (day, grade)."""
    grade_of: dict[int, int] = {}
    for first, further, grade in rows:
        if grade >= min_grade:
            for day in range(first, first + further + 1):
                grade_of[day] = max(grade_of.get(day, 0), grade)
    spells: list[list[tuple[int, int]]] = []
    for day in sorted(grade_of):
        if spells and day - spells[-1][-1][0] - 1 <= gap:
            spells[-1].append((day, grade_of[day]))
        else:
            spells.append([(day, grade_of[day])])
    return spells


def walk(person: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any] | None:
    """The outcome of one person, or None for someone never at risk."""
    entry = person["baseline"] + definition["washout_days"]
    death = person["death_date"]
    end = REGISTER_END if death is None else min(REGISTER_END, death)
    if end <= entry:
        return None
    pension = person["disability_date"]
    if definition["disabled"] == "left_out" and pension is not None and pension <= entry:
        return None
    for spell in spells_by_day(person["rows"], definition["gap"], 1):
        if spell[0][0] <= entry <= spell[-1][0] and definition["on_leave"] != "ignored":
            if definition["on_leave"] == "left_out":
                return None
            entry = spell[-1][0]
    if end <= entry or (definition["disabled"] == "left_out" and pension is not None and pension <= entry):
        return None
    found: dict[str, Any] = {"spells": 0, "days": 0, "lost_days": 0.0, "event": 0, "stop": end - person["baseline"]}
    for spell in spells_by_day(person["rows"], definition["gap"], definition["min_grade"]):
        begins_here = entry < spell[0][0] <= end
        found["spells"] += begins_here
        counted = spell[16:] if definition["employer_days"] == "left_out" else spell
        within = [(day, grade) for day, grade in counted if entry < day <= end]
        found["days"] += len(within)
        found["lost_days"] += sum(grade for _, grade in within) / 100
        if begins_here and len(spell) >= definition["long_term_days"] and not found["event"]:
            day = spell[definition["long_term_days"] - 1][0] if definition["dated"] == "reaches" else spell[0][0]
            if day <= end:
                found.update(event=1, stop=day - person["baseline"])
    return found


@given(st.lists(PERSON, min_size=1, max_size=6), DEFINITION)
@settings(max_examples=250, deadline=None)
def test_outcomes_are_what_walking_through_the_days_gives(
    persons: list[dict[str, Any]], definition: dict[str, Any]
) -> None:
    def dated(days: int | None) -> date | None:
        return None if days is None else ORIGIN + timedelta(days=days)

    people = pd.DataFrame(
        {
            "person": [f"p{i}" for i in range(len(persons))],
            **{c: [dated(p[c]) for p in persons] for c in ("baseline", "death_date", "disability_date")},
        }
    )
    rows = [
        (f"p{i}", dated(first), dated(first + further), grade)
        for i, person in enumerate(persons)
        for first, further, grade in person["rows"]
    ]
    register = pd.DataFrame(rows, columns=["person", "start", "stop", "grade"])
    register["grade"] = register["grade"].astype(int)
    defined = OutcomeDefinition(register_end=dated(REGISTER_END), age_limit=None, **definition)
    result = outcomes(people, register, defined)
    expected = {f"p{i}": walk(person, definition) for i, person in enumerate(persons)}
    assert result.table["person"].tolist() == [name for name, found in expected.items() if found is not None]
    assert len(result.left_out) + len(result.table) == len(people)
    for row in result.table.to_dict("records"):
        found = expected[row["person"]]
        assert found is not None
        assert {name: row[name] for name in ("spells", "days", "event", "stop")} == {
            name: found[name] for name in ("spells", "days", "event", "stop")
        }
        assert abs(row["lost_days"] - found["lost_days"]) < 1e-9
