"""Text is a date only where it can be read in one way."""

import datetime as dt

import pandas as pd
import pytest

from analysis.cohort import OutcomeDefinition, merge_spells, outcomes
from analysis.errors import BadTimes


def _spells(start: object, stop: object) -> pd.DataFrame:
    return pd.DataFrame({"person": [1], "start": [start], "stop": [stop], "grade": [100]})


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ("2020-02-05", "2020-02-10"),
        ("20200205", "20200210"),
        ("2020-02-05T08:30:00", "2020-02-10T00:00:00"),
        (dt.date(2020, 2, 5), dt.date(2020, 2, 10)),
        (dt.datetime(2020, 2, 5, 12), dt.datetime(2020, 2, 10)),
        (pd.Timestamp("2020-02-05"), "2020-02-10"),
    ],
)
def test_iso_text_and_dates_are_read(start: object, stop: object) -> None:
    spell = merge_spells(_spells(start, stop)).iloc[0]
    assert (spell["days"], str(spell["start"])[:10]) == (6, "2020-02-05")


@pytest.mark.parametrize("text", ["05.02.2020", "31.12.2020", "05/02/2020", "2/5/20", "5 Feb 2020", "soon"])
def test_other_text_is_refused_with_advice(text: str) -> None:
    with pytest.raises(BadTimes, match=r"'start' cannot be read as dates.*format='%d.%m.%Y'"):
        merge_spells(_spells(text, text))


def test_the_end_of_the_register_too() -> None:
    people = pd.DataFrame({"person": [1], "baseline": ["2019-01-01"]})
    spells = _spells("2020-02-05", "2020-02-10")
    with pytest.raises(BadTimes, match="cannot be read as dates"):
        outcomes(people, spells, OutcomeDefinition(register_end="05.02.2020", age_limit=None))
