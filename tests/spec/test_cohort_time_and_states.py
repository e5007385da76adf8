"""Person-time, inclusion and state histories: literal tables in, literal tables out."""

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import inclusion_flow, person_time, split_time, state_histories
from analysis.errors import BadArgument, BadTimes
from analysis.survival import expected_time, state_occupation


def test_time_is_cut_at_new_year_and_at_birthdays() -> None:
    people = pd.DataFrame({"born": ["1984-03-01"], "in": ["2022-12-30"], "out": ["2024-03-02"]})
    pieces = split_time(people, entry="in", exit="out", birth="born", calendar_years=True, age_bands=(30, 40))
    assert pieces[["year", "age", "days"]].astype(str).to_numpy().tolist() == [
        ["2022", "30-39", "1"],
        ["2023", "30-39", "365"],
        ["2024", "30-39", "60"],  # to 29 February
        ["2024", "40 or more", "2"],  # 1 and 2 March
    ]
    assert pieces["last"].tolist() == [False, False, False, True]
    assert [str(d)[:10] for d in pieces["stop"]] == ["2022-12-31", "2023-12-31", "2024-02-29", "2024-03-02"]


def test_born_on_29_february() -> None:
    people = pd.DataFrame({"born": ["1984-02-29"], "in": ["2023-12-31"], "out": ["2025-12-31"]})
    pieces = split_time(people, entry="in", exit="out", birth="born", age_bands=(40, 41))
    assert pieces["days"].tolist() == [59, 366, 306]  # 40 on 29 February 2024, 41 on 1 March 2025


def test_nothing_is_lost_or_doubled_by_cutting() -> None:
    rng = np.random.default_rng(8)
    entry = np.datetime64("2015-01-01") + rng.integers(0, 2000, 300)
    people = pd.DataFrame({"in": entry, "out": entry + rng.integers(0, 3000, 300)})
    people["born"] = entry - rng.integers(7000, 22000, 300)
    people["ill"] = ((people["out"] > people["in"]) & (rng.random(300) < 0.4)).astype(int)
    people["sex"] = rng.choice(["f", "m"], 300)
    whole = person_time(people, entry="in", exit="out", event="ill", by="sex")
    cut = person_time(
        people, entry="in", exit="out", event="ill", by="sex", birth="born", calendar_years=True, age_bands=(30, 40, 50)
    )
    summed = cut.groupby("sex")[["person_years", "events"]].sum()
    np.testing.assert_allclose(summed["person_years"], whole["person_years"])
    assert summed["events"].tolist() == whole["events"].tolist()
    assert whole["person_years"].sum() == pytest.approx((people["out"] - people["in"]).dt.days.sum() / 365.25)


def test_rates_have_exact_intervals() -> None:
    people = pd.DataFrame({"in": ["2020-01-01"] * 2, "out": ["2022-01-01"] * 2, "ill": [1, 0], "g": ["x", "y"]})
    table = person_time(people, entry="in", exit="out", event="ill", by="g").set_index("g")
    years = 731 / 365.25
    # Garwood's limits of 1 and of 0 events.
    assert table.loc["x", "conf_low"] * years == pytest.approx(0.025317808, rel=1e-7)
    assert table.loc["x", "conf_high"] * years == pytest.approx(5.571643390, rel=1e-7)
    assert table.loc["y", "conf_low"] == 0
    assert table.loc["y", "conf_high"] * years == pytest.approx(3.688879454, rel=1e-7)


def test_rows_without_dates_are_counted_and_wrong_ones_named() -> None:
    people = pd.DataFrame({"in": ["2020-01-01", None], "out": ["2020-02-01", "2020-02-01"]}, index=["p", "q"])
    assert person_time(people, entry="in", exit="out").attrs["n_dropped"] == 1
    with pytest.raises(BadTimes, match="row p"):
        person_time(people.iloc[:1], entry="out", exit="in")
    with pytest.raises(BadArgument, match="birth"):
        person_time(people.iloc[:1], entry="in", exit="out", age_bands=(30,))
    with pytest.raises(BadArgument, match="ascending"):
        person_time(people.iloc[:1], entry="in", exit="out", birth="in", age_bands=(40, 30))


def test_each_person_is_left_out_once() -> None:
    people = pd.DataFrame({"age": [17, 17, 40, None], "consent": [False, True, True, True]})
    flow = inclusion_flow(
        people,
        {
            "no consent": ~people["consent"],
            "age unknown": lambda p: p["age"].isna(),
            "under 18": (people["age"] < 18).to_numpy(),
        },
        first="invited",
    )
    assert flow.to_numpy().tolist() == [
        ["invited", 0, 4],
        ["no consent", 1, 3],
        ["age unknown", 1, 2],
        ["under 18", 1, 1],
    ]
    assert flow.attrs["remaining"] == [2]
    with pytest.raises(BadArgument, match="missing"):
        inclusion_flow(people, {"under 18": people["age"].astype("Float64") < 18})


PEOPLE = pd.DataFrame(
    {
        "person": ["a", "b", "c", "d"],
        "baseline": ["2024-01-01"] * 4,
        "death_date": [None, "2024-03-01", "2023-12-01", None],
        "disability_date": [None, None, None, "2024-02-15"],
        "birth_date": ["1980-01-01", "1980-01-01", "1980-01-01", "1957-03-01"],
    }
)
LEAVE = pd.DataFrame(
    [
        ("a", "2023-12-20", "2024-01-10", 50),  # on leave at baseline
        ("a", "2024-01-08", "2024-01-20", 100),  # full counts above partial
        ("b", "2024-02-01", "2024-02-29", 100),  # to the day before death
        ("d", "2024-02-01", "2024-02-20", 60),  # disability counts above leave
    ],
    columns=["person", "start", "stop", "grade"],
)
AAP = pd.DataFrame({"person": ["a"], "start": ["2024-02-01"], "stop": ["2024-02-10"]})


def test_histories_of_states() -> None:
    frame = state_histories(PEOPLE, LEAVE, aap=AAP, until="2024-03-31", retirement_age=67)
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        ["a", 0, 7, "partial leave", "full leave"],
        ["a", 7, 20, "full leave", "work"],
        ["a", 20, 31, "work", "AAP"],
        ["a", 31, 41, "AAP", "work"],
        ["a", 41, 90, "work", None],
        ["b", 0, 31, "work", "full leave"],
        ["b", 31, 60, "full leave", "dead"],
        ["d", 0, 31, "work", "partial leave"],
        ["d", 31, 45, "partial leave", "disability"],
        ["d", 45, 60, "disability", "retired"],
        ["d", 60, 90, "retired", None],
    ]
    assert frame.attrs["left_out"] == 1


def test_histories_feed_the_expected_time_in_states() -> None:
    frame = state_histories(PEOPLE, LEAVE, aap=AAP, until="2024-03-31", retirement_age=67)
    columns = {"start": "start", "stop": "stop", "state": "state", "person": "person", "initial": "occupied"}
    result = state_occupation(frame, **columns)
    at_first = result.at(0).set_index("state")["estimate"]
    assert at_first["partial leave"] == pytest.approx(1 / 3) and at_first["work"] == pytest.approx(2 / 3)
    times = expected_time(frame, **columns, until=90).set_index("state")["time"]
    assert times.sum() == pytest.approx(90)
    assert times["dead"] == pytest.approx(30 / 3)  # b, from day 60
    assert times["AAP"] == pytest.approx(10 / 3)
