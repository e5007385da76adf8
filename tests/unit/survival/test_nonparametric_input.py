"""Curves and competing risks: every kind of column in, and a sentence for each kind of mistake."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import errors
from analysis.survival import (
    cumulative_incidence,
    expected_time,
    fine_gray,
    kaplan_meier,
    logrank,
    state_occupation,
    survival_quantile,
)

RNG = np.random.default_rng(11)
N = 150
DATA = pd.DataFrame(
    {
        "time": RNG.integers(1, 30, N).astype(float),
        "cause": RNG.integers(0, 3, N),
        "event": RNG.integers(0, 2, N),
        "x": RNG.normal(size=N),
        "group": RNG.choice(["a", "b", "c"], N),
    },
    index=[f"r{i}" for i in range(N)],
)
MOVES = pd.DataFrame(
    {"who": [1, 1, 2], "start": [0, 5, 0], "stop": [5, 9, 7], "state": ["a", None, "b"]}, index=["p", "q", "r"]
)
STATES = {"start": "start", "stop": "stop", "state": "state", "person": "who"}


@pytest.mark.parametrize(
    "convert",
    [
        lambda d: d.assign(event=d["event"].astype(bool)),
        lambda d: d.convert_dtypes(),
        lambda d: d.convert_dtypes(dtype_backend="pyarrow"),
        lambda d: d.assign(group=d["group"].astype("category").cat.add_categories("never")),
        lambda d: d.assign(time=d["time"].astype("float32"), event=d["event"].astype("int8")),
        lambda d: d.assign(event=d["event"].astype(object)),
        lambda d: d.set_index(np.zeros(N, dtype=int)),
    ],
    ids=["bool", "nullable", "arrow", "category", "small", "object", "one label"],
)
def test_columns_of_every_kind_give_the_same_curve(convert: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    expected = kaplan_meier(DATA, stop="time", event="event", by="group")
    ours = kaplan_meier(convert(DATA), stop="time", event="event", by="group")
    assert ours["group"].tolist() == expected["group"].tolist()
    columns = [c for c in expected if c != "group"]
    np.testing.assert_allclose(ours[columns].to_numpy(dtype=float), expected[columns].to_numpy(dtype=float))
    other = logrank(convert(DATA), stop="time", event="event", by="group").chisq
    assert other == pytest.approx(logrank(DATA, stop="time", event="event", by="group").chisq)


def test_times_that_differ_by_rounding_are_one_time() -> None:
    data = pd.DataFrame({"time": [0.1 + 0.2, 0.3, 0.5], "event": [1, 1, 1]})
    assert kaplan_meier(data, stop="time", event="event")["n_event"].tolist() == [2, 1]


def test_rows_without_a_value_are_dropped_and_counted() -> None:
    data = DATA.assign(time=DATA["time"].where(DATA["time"] > 3))
    dropped = int((DATA["time"] <= 3).sum())
    assert kaplan_meier(data, stop="time", event="event").attrs["n_dropped"] == dropped
    assert logrank(data, stop="time", event="event", by="group").n_dropped == dropped
    assert cumulative_incidence(data, stop="time", cause="cause").n_dropped == dropped
    assert fine_gray(data, "x", stop="time", cause="cause").glance()["n_dropped"] == dropped


def test_survival_that_never_falls_has_no_median() -> None:
    row = survival_quantile(DATA.assign(event=0), stop="time", event="event").iloc[0]
    assert np.isnan(row["time"]) and row["share"] == 0.5


def test_reading_a_curve_between_and_beyond_its_times() -> None:
    data = pd.DataFrame({"time": [2, 4, 6], "cause": [1, 0, 2]})
    read = cumulative_incidence(data, stop="time", cause="cause").at([1, 2, 3.5, 6, 7])
    assert read.loc[read["cause"] == 1, "estimate"].tolist()[:4] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    assert read.loc[read["time"] == 7, "estimate"].isna().all()


def test_gray_without_events_in_any_group_but_one_still_compares() -> None:
    quiet = DATA.assign(cause=np.where(DATA["group"] == "a", 0, DATA["cause"]))
    tests = cumulative_incidence(quiet, stop="time", cause="cause", by="group").gray
    assert (tests["chisq"] > 0).all() and tests["df"].tolist() == [2, 2]


def test_a_level_without_the_event_is_named() -> None:
    quiet = DATA.assign(cause=np.where((DATA["group"] == "b") & (DATA["cause"] == 1), 0, DATA["cause"]))
    with pytest.raises(errors.NoEvents, match="'group' is b"):
        fine_gray(quiet, "x + group", stop="time", cause="cause")
    zero = quiet.assign(b=(quiet["group"] == "b").astype(int))
    with pytest.raises(errors.NoEvents, match="'b' is 1"):
        fine_gray(zero, "x + b", stop="time", cause="cause")


def test_an_infinite_estimate_is_named_and_a_far_outlier_is_not() -> None:
    first = DATA["time"].rank(method="first")
    order = DATA.assign(time=first, cause=np.where(DATA["cause"] == 1, 2, DATA["cause"]))
    early = first <= 20
    # Everyone with the event is above everyone still at risk, and the later the lower.
    apart = order.assign(cause=np.where(early, 1, order["cause"]), x=np.where(early, 100 - first, -5.0))
    with pytest.raises(errors.Separation, match="'x'"):
        fine_gray(apart, "x", stop="time", cause="cause")
    outlier = DATA.assign(x=DATA["x"].where(DATA.index != "r7", 4000.0))
    assert np.isfinite(fine_gray(outlier, "x", stop="time", cause="cause").coefficients).all()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"event": np.nan}, errors.BadOutcome, "all 150 rows"),
        ({"event": "yes"}, errors.BadOutcome, "yes"),
        ({"event": 2}, errors.BadOutcome, "cumulative_incidence"),
        ({"event": -1}, errors.BadOutcome, "row"),
        ({"time": -1.0}, errors.BadTimes, "r0"),
        ({"time": np.inf}, errors.BadTimes, "infinite"),
        ({"time": "soon"}, errors.BadTimes, "no times"),
    ],
)
def test_what_is_wrong_with_a_column(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        kaplan_meier(DATA.assign(**change), stop="time", event="event")


def test_entry_after_exit_names_the_rows() -> None:
    with pytest.raises(errors.BadTimes, match="r0"):
        kaplan_meier(DATA.assign(entry=30), start="entry", stop="time", event="event")


def test_what_is_wrong_with_a_call() -> None:
    with pytest.raises(errors.MissingColumn, match="tme"):
        kaplan_meier(DATA, stop="tme", event="event")
    with pytest.raises(errors.BadArgument, match="level"):
        kaplan_meier(DATA, stop="time", event="event", level=95)
    with pytest.raises(errors.NoRows):
        kaplan_meier(DATA.iloc[:0], stop="time", event="event")
    with pytest.raises(errors.BadArgument, match="two groups"):
        logrank(DATA.assign(group="a"), stop="time", event="event", by="group")
    with pytest.raises(errors.NoEvents):
        logrank(DATA.assign(event=0), stop="time", event="event", by="group")
    with pytest.raises(errors.NoEvents):
        cumulative_incidence(DATA.assign(cause=0), stop="time", cause="cause")
    with pytest.raises(errors.NoEvents, match="cause 7"):
        fine_gray(DATA, "x", stop="time", cause="cause", of=7)
    with pytest.raises(errors.BadArgument, match="share"):
        survival_quantile(DATA, stop="time", event="event", share=1)
    with pytest.raises(errors.BadArgument, match="tolerance"):
        fine_gray(DATA, "x", stop="time", cause="cause", tolerance=0)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"start": [0, 4, 0]}, errors.BadTimes, "overlap: see row q"),
        ({"start": [0, 6, 0]}, errors.BadTimes, "missing between a person's intervals: see row q"),
        ({"start": [0, 9, 0]}, errors.BadTimes, "before 'stop': see row q"),
        ({"state": None}, errors.NoEvents, "'state' is missing"),
    ],
)
def test_histories_that_cannot_be_true(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        state_occupation(MOVES.assign(**change), **STATES)


def test_expected_time_beyond_follow_up_warns() -> None:
    with pytest.warns(errors.AnalysisWarning, match="held"):
        frame = expected_time(MOVES, **STATES, until=20)
    assert frame["time"].sum() == pytest.approx(20)
    assert len(frame.attrs["warnings"]) == 1
    with pytest.raises(errors.BadArgument, match="until"):
        expected_time(MOVES, **STATES, until=0)


def test_initial_is_a_state_or_a_column_that_holds_it() -> None:
    begun = MOVES.assign(begun=["b", "b", "a"])
    assert state_occupation(begun, **STATES, initial="begun").beginning["estimate"].tolist() == [0.5, 0.5]
    named = MOVES.assign(a="x")  # a column that is called as a state
    assert state_occupation(named, **STATES, initial="a").states == ("a", "b")


def test_every_result_has_a_glance_and_a_tidy_table() -> None:
    test = logrank(DATA, stop="time", event="event", by="group")
    assert test.glance()["df"] == 2 and len(test.tidy()) == 3
    curves = cumulative_incidence(DATA, stop="time", cause="cause", by="group")
    assert set(curves.glance()) == {"n", "n_dropped", "p_value_cause_1", "p_value_cause_2"}
    occupied = state_occupation(MOVES, **STATES)
    assert occupied.glance() == {"n": 3, "n_persons": 2, "n_dropped": 0, "transitions": 2}
    for result in (test, curves, occupied):
        assert "n" in result.glance() and len(result.tidy()) and repr(result)


def test_a_column_of_the_result_cannot_be_the_groups_name() -> None:
    with pytest.raises(errors.BadArgument, match="'n_risk'"):
        kaplan_meier(DATA.assign(n_risk=1), stop="time", event="event", by="n_risk")


def test_a_gray_test_that_cannot_be_computed_says_so() -> None:
    data = pd.DataFrame({"time": [1, 2, 3], "cause": [1, 1, 2], "group": ["a", "a", "b"]})
    with pytest.warns(errors.AnalysisWarning, match="cause 2"):
        result = cumulative_incidence(data, stop="time", cause="cause", by="group")
    assert result.warnings and np.isnan(result.gray["chisq"].iloc[1])


def test_states_by_group() -> None:
    data = pd.concat([MOVES.assign(g="x"), MOVES.assign(g="y", who=MOVES["who"] + 10, stop=[5, 11, 9])])
    both = state_occupation(data, **STATES, by="g")
    alone = state_occupation(data[data["g"] == "y"], **STATES)
    columns = ["time", "estimate", "std_error"]
    ours = both.table.loc[both.table["g"] == "y", columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, alone.table[columns])
    times = expected_time(data, **STATES, by="g", until=8)
    pd.testing.assert_frame_equal(expected_time(both, until=8), times)
    with pytest.raises(errors.BadArgument, match="all four"):
        expected_time(data, until=8)
    assert times.groupby("g")["time"].sum().tolist() == pytest.approx([8, 8])
