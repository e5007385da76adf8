"""What an outcome is, at the days where the rules turn: literal people and rows in, literal outcomes out."""

from typing import Any

import pandas as pd
import pytest

from analysis.cohort import OutcomeDefinition, outcomes, person_time

BASELINE = "2024-01-01"


def leave(text: str) -> pd.DataFrame:
    """Lines of `start stop grade` for person a, dates of 2023-2025."""
    lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines, columns=["start", "stop", "grade"]).assign(person="a")
    return frame.assign(grade=frame["grade"].astype(int))


def one(text: str, *, person: dict[str, Any] | None = None, **definition: Any) -> pd.Series:
    """The outcome of person a, at risk from 1 January 2024 to 31 December 2024."""
    people = pd.DataFrame([{"person": "a", "baseline": BASELINE, **(person or {})}])
    defined = OutcomeDefinition(**{"register_end": "2024-12-31", "age_limit": None, **definition})
    table = outcomes(people, leave(text), defined).table
    assert len(table) == 1
    return table.iloc[0]


def reason(text: str, *, person: dict[str, Any] | None = None, **definition: Any) -> str:
    """Why person a is never at risk."""
    people = pd.DataFrame([{"person": "a", "baseline": BASELINE, **(person or {})}])
    defined = OutcomeDefinition(**{"register_end": "2024-12-31", "age_limit": None, **definition})
    result = outcomes(people, leave(text), defined)
    assert len(result.table) == 0 and result.flow["remaining"].iloc[-1] == 0
    return str(result.left_out["reason"].iloc[0])


@pytest.mark.parametrize(
    ("text", "threshold", "event", "stop"),
    [
        # 16 days are not more than 16; the 17th day is the event (17 March is day 76 of follow-up).
        ("2024-03-01 2024-03-16 100", 17, 0, 365),
        ("2024-03-01 2024-03-17 100", 17, 1, 76),
        # The days of the gap are not absent: 10 + 6 = 16 days, then 10 + 7 = 17.
        ("2024-03-01 2024-03-10 100\n2024-03-26 2024-03-31 100", 17, 0, 365),
        ("2024-03-01 2024-03-10 100\n2024-03-26 2024-04-01 100", 17, 1, 91),
        # One free day more, and neither spell reaches 17.
        ("2024-03-01 2024-03-10 100\n2024-03-27 2024-04-02 100", 17, 0, 365),
        # Two employers on the same days do not make the days two.
        ("2024-03-01 2024-03-10 50\n2024-03-01 2024-03-10 50", 17, 0, 365),
        # The first spell is too short, the second long enough.
        ("2024-03-01 2024-03-05 100\n2024-06-01 2024-06-30 100", 30, 1, 181),
        # Reached on the last day of the register, and one day later.
        ("2024-12-15 2025-01-31 100", 17, 1, 365),
        ("2024-12-16 2025-01-31 100", 17, 0, 365),
        # The first day of long absence counts where the threshold is one day.
        ("2024-03-01 2024-03-01 20", 1, 1, 60),
    ],
)
def test_long_term_absence(text: str, threshold: int, event: int, stop: int) -> None:
    found = one(text, long_term_days=threshold)
    assert (found["event"], found["stop"]) == (event, stop)


def test_dated_at_the_start() -> None:
    found = one("2024-03-01 2024-03-31 100", dated="starts")
    assert (found["event"], found["stop"], str(found["event_date"].date())) == (1, 60, "2024-03-01")
    # It starts in follow-up and reaches 17 days after it: an event when dated by its start, none when by reaching.
    follow_up = {"register_end": "2025-12-31", "follow_up_days": 365}
    assert one("2024-12-20 2025-02-01 100", dated="starts", **follow_up)["event"] == 1
    assert one("2024-12-20 2025-02-01 100", dated="reaches", **follow_up)["event"] == 0


def test_nobody_in_the_register_is_zero_and_not_missing() -> None:
    found = one("2023-01-01 2023-01-31 100")
    assert (found["any_spell"], found["spells"], found["days"], found["lost_days"]) == (0, 0, 0, 0.0)
    assert found["person_years"] == pytest.approx(365 / 365.25)
    assert pd.isna(found["event_date"]) and found["end"] == "end of register"


def test_on_leave_at_baseline() -> None:
    text = "2023-12-20 2024-01-10 100\n2024-01-27 2024-02-20 100"
    entered = one(text)
    # Enters on 10 January, 9 days after baseline; the next spell begins after 16 free days and reaches day 17.
    assert (entered["start"], entered["event"], entered["stop"]) == (9, 1, 42)
    assert (entered["spells"], entered["days"]) == (1, 25)
    assert reason(text, on_leave="left_out") == "on leave at entry"
    ignored = one(text, on_leave="ignored")
    # The ten January days are absent days within follow-up, but the spell began before.
    assert (ignored["start"], ignored["spells"], ignored["days"]) == (0, 1, 34)
    # With one free day less it is still the spell that began before baseline.
    still = one("2023-12-20 2024-01-10 100\n2024-01-26 2024-02-20 100")
    assert (still["start"], still["event"], still["spells"]) == (50, 0, 0)
    assert reason("2023-12-20 2024-12-31 100") == "on leave until follow-up ends"


def test_a_spell_on_the_day_of_baseline_is_leave_at_baseline() -> None:
    assert one("2024-01-01 2024-01-31 100")["start"] == 30
    assert one("2024-01-02 2024-01-31 100")["start"] == 0


def test_washout_moves_entry() -> None:
    text = "2024-03-01 2024-03-31 100"
    assert one(text, washout_days=59)["event"] == 1  # entry on 29 February, the spell starts the day after
    assert one(text, washout_days=60)["start"] == 90  # entry on 1 March: on leave, enters when it ends
    assert one(text, washout_days=60)["event"] == 0


@pytest.mark.parametrize(
    ("person", "definition", "end", "stop"),
    [
        ({"death_date": "2024-05-01"}, {}, "death", 121),
        ({"emigration_date": "2024-05-01"}, {}, "emigration", 121),
        ({"birth_date": "1957-05-01"}, {"age_limit": 67}, "age limit", 121),
        ({"birth_date": "1962-05-01"}, {"age_limit": 62}, "age limit", 121),
        ({"birth_date": "1956-02-29"}, {"age_limit": 68}, "age limit", 59),
        ({}, {"follow_up_days": 121}, "end of follow-up", 121),
        ({"death_date": "2024-05-01", "emigration_date": "2024-04-30"}, {}, "emigration", 120),
        ({"death_date": None, "emigration_date": pd.NaT}, {}, "end of register", 365),
    ],
)
def test_censored_at_the_first_of_what_ends_follow_up(
    person: dict[str, Any], definition: dict[str, Any], end: str, stop: int
) -> None:
    found = one("2023-01-01 2023-01-02 100", person=person, **definition)
    assert (found["end"], found["stop"], found["event"]) == (end, stop, 0)


def test_an_event_on_the_last_day_is_an_event() -> None:
    text = "2024-04-15 2024-06-30 100"  # day 17 is 1 May
    assert one(text, person={"death_date": "2024-05-01"})["end"] == "event"
    assert one(text, person={"death_date": "2024-04-30"})["end"] == "death"


@pytest.mark.parametrize(
    ("person", "definition", "why"),
    [
        ({"baseline": None}, {}, "no baseline date"),
        ({"death_date": "2024-01-01"}, {}, "death before entry"),
        ({"emigration_date": "2023-06-01"}, {}, "emigration before entry"),
        ({"birth_date": "1957-01-01"}, {"age_limit": 67}, "age limit before entry"),
        ({}, {"washout_days": 365}, "end of register before entry"),
        ({"disability_date": "2024-01-01"}, {}, "disability pension at entry"),
    ],
)
def test_why_someone_is_never_at_risk(person: dict[str, Any], definition: dict[str, Any], why: str) -> None:
    assert reason("2023-01-01 2023-01-02 100", person=person, **definition) == why


def test_disability_as_the_outcome() -> None:
    found = one("2023-01-01 2023-01-02 100", person={"disability_date": "2024-05-01"}, event="disability")
    assert (found["event"], found["stop"], found["end"]) == (1, 121, "event")
    people = pd.DataFrame({"person": ["a"], "baseline": [BASELINE]})
    pensions = pd.DataFrame({"person": ["a", "a", "z"], "start": ["2024-09-01", "2024-05-01", "2024-02-01"]})
    definition = OutcomeDefinition(register_end="2024-12-31", age_limit=None, event="disability")
    table = outcomes(people, leave("2023-01-01 2023-01-02 100"), definition, disability=pensions).table
    assert table["stop"].tolist() == [121]


def test_what_counts_and_what_is_lost() -> None:
    text = "2024-03-01 2024-03-20 50\n2024-03-11 2024-03-30 80"
    found = one(text)
    assert (found["days"], found["lost_days"]) == (30, pytest.approx(10 * 0.5 + 20 * 0.8))
    without = one(text, employer_days="left_out")  # from day 17, which is 17 March
    assert (without["days"], without["lost_days"]) == (14, pytest.approx(14 * 0.8))
    heavy = one(text, min_grade=60)
    assert (heavy["days"], heavy["event"], heavy["stop"]) == (20, 1, 86)
    # Only the days within follow-up: 22 to 31 December.
    assert one("2024-12-22 2025-02-01 100")["days"] == 10


def test_recurrent_events() -> None:
    people = pd.DataFrame({"person": ["a", "b"], "baseline": [BASELINE, BASELINE]})
    rows = leave("2024-02-01 2024-02-10 100\n2024-05-01 2024-05-05 100\n2024-12-20 2025-01-15 100")
    definition = OutcomeDefinition(register_end="2024-12-31", age_limit=None)
    recurrent = outcomes(people, rows, definition).recurrent
    assert recurrent.to_numpy().tolist() == [
        ["a", 0, 31, 1, 1],
        ["a", 40, 121, 1, 2],
        ["a", 125, 354, 1, 3],
        ["b", 0, 365, 0, 1],
    ]
    longer = OutcomeDefinition(register_end="2024-12-31", age_limit=None, recurrent_days=10)
    assert outcomes(people, rows, longer).recurrent["event"].tolist() == [1, 1, 0]


def test_everyone_is_accounted_for() -> None:
    people = pd.DataFrame(
        {
            "person": [1, 2, 3, 4],
            "baseline": [BASELINE, BASELINE, None, BASELINE],
            "death_date": [None, "2023-05-01", None, None],
        }
    )
    rows = leave("2024-02-01 2024-02-10 100").assign(person=99)
    result = outcomes(people, rows, OutcomeDefinition(register_end="2024-12-31", age_limit=None))
    assert result.table["person"].tolist() == [1, 4]
    assert result.left_out.to_numpy().tolist() == [[2, "death before entry"], [3, "no baseline date"]]
    steps = result.flow.set_index("step")["remaining"]
    assert (steps.iloc[0], steps["no baseline date"], steps["death before entry"], steps.iloc[-1]) == (4, 3, 2, 2)
    assert result.unknown_rows == 1


def test_outcomes_feed_person_time() -> None:
    people = pd.DataFrame({"person": ["a", "b"], "baseline": [BASELINE, "2023-07-01"]})
    result = outcomes(
        people, leave("2024-03-01 2024-03-31 100"), OutcomeDefinition(register_end="2024-12-31", age_limit=None)
    )
    years = person_time(result.table, entry="entry", exit="end_date", event="event", calendar_years=True)
    assert years["events"].tolist() == [0, 1]
    assert years["person_years"].sum() == pytest.approx(result.table["person_years"].sum())
