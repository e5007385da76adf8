"""What must hold for curves of competing events and of states, whatever the data."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survival import cumulative_incidence, expected_time, kaplan_meier, logrank, state_occupation

EXIT = st.tuples(st.integers(1, 30), st.integers(0, 3), st.integers(0, 1))
COLUMNS = {"start": "start", "stop": "stop", "state": "state", "person": "person"}


@pytest.mark.filterwarnings("ignore:Gray's test")
@given(st.lists(EXIT, min_size=2, max_size=60).filter(lambda rows: any(row[1] for row in rows)))
@settings(max_examples=50, deadline=None)
def test_incidences_and_survival_add_up_to_one(rows: list[tuple[int, int, int]]) -> None:
    data = pd.DataFrame(rows, columns=["time", "cause", "group"]).assign(any=lambda d: d["cause"] > 0)
    for by in (None, "group"):
        keys = ["time"] if by is None else [by, "time"]
        total = cumulative_incidence(data, stop="time", cause="cause", by=by).table.groupby(keys)["estimate"].sum()
        survival = kaplan_meier(data, stop="time", event="any", by=by).set_index(keys)["survival"]
        np.testing.assert_allclose(total + survival, 1, atol=1e-12)


@given(st.lists(EXIT, min_size=2, max_size=40).filter(lambda rows: any(row[1] for row in rows)))
@settings(max_examples=50, deadline=None)
def test_one_move_per_person_is_cumulative_incidence(rows: list[tuple[int, int, int]]) -> None:
    data = pd.DataFrame(rows, columns=["stop", "cause", "group"]).assign(start=0, person=range(len(rows)))
    data["state"] = data["cause"].map({1: "one", 2: "two", 3: "three"})
    states = state_occupation(data, **COLUMNS)
    incidence = cumulative_incidence(data, stop="stop", cause="cause")
    for cause, state in ((1, "one"), (2, "two"), (3, "three")):
        if state in states.states:
            occupied = states.table.loc[states.table["state"] == state, "estimate"]
            had = incidence.table.loc[incidence.table["cause"] == cause, "estimate"]
            np.testing.assert_allclose(occupied, had, atol=1e-12)


HISTORY = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(["work", "leave", "out", None])), min_size=1, max_size=6
)


def intervals(histories: list[list[tuple[int, str | None]]]) -> pd.DataFrame:
    rows = []
    for person, history in enumerate(histories):
        time = 0
        for length, state in history:
            rows.append((person, time, time + length, state))
            time += length
            if state == "out":
                break
    return pd.DataFrame(rows, columns=["person", "start", "stop", "state"])


@given(st.lists(HISTORY, min_size=2, max_size=15), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_states_are_everybody_at_every_time(histories: list[list[tuple[int, str | None]]], random: Random) -> None:
    data = intervals(histories)
    if data["state"].notna().sum() == 0:
        return
    result = state_occupation(data, **COLUMNS, initial="work")
    np.testing.assert_allclose(result.table.groupby("time")["estimate"].sum(), 1, atol=1e-12)
    end = float(data["stop"].max())
    times = expected_time(data, **COLUMNS, initial="work", until=end)
    np.testing.assert_allclose(times["time"].sum(), end)
    # Cutting intervals in two and mixing the rows tells nothing new.
    halves = [data.assign(stop=data["start"] + 0.5, state=None), data.assign(start=data["start"] + 0.5)]
    cut = pd.concat(halves, ignore_index=True)
    order = list(range(len(cut)))
    random.shuffle(order)
    again = state_occupation(cut.iloc[order], **COLUMNS, initial="work")
    shared = ["time", "state", "n_risk", "estimate", "std_error"]
    pd.testing.assert_frame_equal(again.table[shared], result.table[shared])


@given(st.lists(st.tuples(*[st.integers(1, 9)] * 3), min_size=2, max_size=12), st.integers(1, 25))
@settings(max_examples=10, deadline=None)
def test_variance_is_that_of_leaving_each_person_out_a_little(lengths: list[tuple[int, ...]], at: int) -> None:
    """The infinitesimal jackknife is the derivative by a person's weight: a copy more, where everyone counts 400."""
    histories = [[(a, "leave"), (b, "work"), (c, None)] for a, b, c in lengths]
    data = intervals(histories)
    at = min(at, int(data.groupby("person")["stop"].max().min()))
    result = state_occupation(data, **COLUMNS, initial="work").at(at).set_index("state")
    copies, derivative = 400, []
    for person in range(len(histories)):
        often = [history for history in histories for _ in range(copies)]
        up = state_occupation(intervals([*often, histories[person]]), **COLUMNS, initial="work").at(at)
        moved = up.set_index("state")["estimate"] - result["estimate"]
        derivative.append(moved * copies)
    variance = (pd.DataFrame(derivative) ** 2).sum()
    np.testing.assert_allclose(np.sqrt(variance), result["std_error"], rtol=0.02, atol=1e-3)


@given(st.lists(EXIT, min_size=6, max_size=60), st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_observed_is_expected_in_sum(rows: list[tuple[int, int, int]], entry: int) -> None:
    data = pd.DataFrame(rows, columns=["time", "cause", "group"])
    data["start"] = np.minimum(entry, data["time"] - 1)
    data["event"] = data["cause"] > 0
    if data["group"].nunique() < 2 or not data["event"].any():
        return
    test = logrank(data, start="start", stop="time", event="event", by="group")
    np.testing.assert_allclose(test.table["observed"].sum(), test.table["expected"].sum())
    assert test.chisq >= 0
