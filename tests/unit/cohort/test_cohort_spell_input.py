"""merge_spells takes ids and dates of every kind, changes nothing, and says what is wrong with rows."""

import uuid
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import merge_spells
from analysis.errors import AnalysisError, BadArgument, BadTimes, MissingColumn

DATES = pd.DataFrame(
    {
        "person": [2, 1, 2],
        "start": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-03"]),
        "stop": pd.to_datetime(["2024-01-04", "2024-02-01", "2024-01-05"]),
        "grade": [50, 100, 100],
    },
    index=["first", "second", "third"],
)


@pytest.mark.parametrize(
    "ids",
    [
        ["b", "a", "b"],
        pd.Categorical(["b", "a", "b"]),
        pd.array(["b", "a", "b"], dtype="string[pyarrow]"),
        [uuid.UUID(int=2), uuid.UUID(int=1), uuid.UUID(int=2)],
        [2**62, -(2**62), 2**62],
        np.array([7, 3, 7], dtype=np.uint8),
        pd.array([7, 3, 7], dtype="Int64"),
        [2.5, 1.5, 2.5],
        [("b", 1), ("a", 1), ("b", 1)],
    ],
    ids=str,
)
def test_ids_of_every_kind(ids: object) -> None:
    merged = merge_spells(DATES.assign(person=pd.Series(ids, index=DATES.index)))
    values = list(pd.Series(ids))
    assert merged["person"].tolist() == [values[1], values[0]]
    assert merged["days"].tolist() == [1, 5]
    assert merged["lost_days"].tolist() == [1.0, 4.0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_of_every_unit_keep_it(unit: str) -> None:
    frame = DATES.assign(start=DATES["start"].astype(f"datetime64[{unit}]"), stop=DATES["stop"].dt.as_unit(unit))
    merged = merge_spells(frame)
    assert merged["start"].dtype == merged["stop"].dtype == f"datetime64[{unit}]"
    assert merged["stop"].tolist() == list(pd.to_datetime(["2024-02-01", "2024-01-05"]))


@pytest.mark.parametrize(
    "convert",
    [
        lambda column: column.dt.strftime("%Y-%m-%d"),
        lambda column: column.dt.date,
        lambda column: column.astype("date32[pyarrow]"),
        lambda column: column.dt.tz_localize("Europe/Oslo"),
        lambda column: column + pd.Timedelta(hours=13),
    ],
    ids=["text", "date objects", "arrow", "time zone", "time of day"],
)
def test_dates_of_every_kind(convert: Callable[[pd.Series], pd.Series]) -> None:
    merged = merge_spells(DATES.assign(start=convert(DATES["start"]), stop=convert(DATES["stop"])))
    assert merged["start"].dt.date.tolist() == [date(2024, 2, 1), date(2024, 1, 1)]
    assert merged["days"].tolist() == [1, 5]


def test_the_input_is_left_alone() -> None:
    frame = pd.DataFrame({"person": [1, 1], "start": [5, 1], "stop": [6, 2], "grade": [100, 50]})
    before = frame.copy(deep=True)
    merged = merge_spells(frame)
    merged["start"] += 1
    pd.testing.assert_frame_equal(frame, before)


def test_before_1970_and_grades_between_whole_per_cents() -> None:
    frame = pd.DataFrame({"person": [1], "start": ["1969-12-30"], "stop": ["1970-01-02"], "grade": [33.3]})
    merged = merge_spells(frame)
    assert merged["days"].tolist() == [4]
    assert merged["lost_days"].iloc[0] == pytest.approx(1.332)


def test_rows_that_do_not_fit_into_one_number() -> None:
    rng = np.random.default_rng(4)
    people = rng.integers(0, 2**31 - 2, 500)
    start = rng.integers(0, 400_000, 500)
    frame = pd.DataFrame({"person": people, "start": start, "stop": start + 3, "grade": rng.uniform(1, 100, 500)})
    merged = merge_spells(pd.concat([frame, frame]))
    expected = frame.sort_values(["person", "start"])
    assert merged["person"].tolist() == expected["person"].tolist()
    assert merged["start"].tolist() == expected["start"].tolist()
    np.testing.assert_allclose(merged["lost_days"], 4 * expected["grade"] / 100)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"stop": pd.to_datetime(["2024-01-04", "2023-02-01", "2024-01-05"])}, BadTimes, "row second"),
        ({"start": pd.to_datetime(["2024-01-01", None, "2024-01-03"])}, BadTimes, "row second"),
        ({"stop": ["2024-01-04", "soon", "2024-01-05"]}, BadTimes, "'stop'"),
        ({"start": [1.5, 2.5, 3.5]}, BadTimes, "not dates"),
        ({"grade": [50, 0, 100]}, BadArgument, "row second"),
        ({"grade": [50, 101, 100]}, BadArgument, "row second"),
        ({"grade": [50, None, 100]}, BadArgument, "row second"),
        ({"grade": ["50", "20", "100"]}, BadArgument, "per cent"),
        ({"person": ["a", None, "b"]}, BadArgument, "row second"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], error: type[AnalysisError], words: str) -> None:
    with pytest.raises(error, match=words):
        merge_spells(DATES.assign(**change))


def test_wrong_arguments() -> None:
    with pytest.raises(BadArgument, match="gap"):
        merge_spells(DATES, gap=-1)
    with pytest.raises(BadArgument, match="list"):
        merge_spells(DATES, diagnoses="L")
    with pytest.raises(BadArgument, match="min_grade"):
        merge_spells(DATES, min_grade=0)
    with pytest.raises(MissingColumn, match="diagnosis"):
        merge_spells(DATES, diagnoses=["L"])
    with pytest.raises(MissingColumn, match="grade"):
        merge_spells(DATES.drop(columns="grade"))
