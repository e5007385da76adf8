"""What a spell is, at the days where the rule turns: literal rows in, literal spells out."""

import pandas as pd
import pytest

from analysis.cohort import merge_spells


def rows(text: str) -> pd.DataFrame:
    """Lines of `person start stop grade` with dates of 2024 as month-day."""
    lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines, columns=["person", "start", "stop", "grade"])
    for column in ("start", "stop"):
        frame[column] = pd.to_datetime("2024-" + frame[column])
    return frame.assign(grade=frame["grade"].astype(int))


def told(spells: pd.DataFrame) -> list[str]:
    return [
        f"{s.person} {s.start:%m-%d} {s.stop:%m-%d} {s.days} {s.lost_days:g}" for s in spells.itertuples(index=False)
    ]


@pytest.mark.parametrize(
    ("gap", "text", "spells"),
    [
        # 15 days free (11 to 25 January) are within the employer period, 16 are not.
        (15, "a 01-01 01-10 100\na 01-26 01-31 100", ["a 01-01 01-31 16 16"]),
        (15, "a 01-01 01-10 100\na 01-27 01-31 100", ["a 01-01 01-10 10 10", "a 01-27 01-31 5 5"]),
        # With 0 only the very next day joins.
        (0, "a 01-01 01-10 100\na 01-11 01-12 100", ["a 01-01 01-12 12 12"]),
        (0, "a 01-01 01-10 100\na 01-12 01-12 100", ["a 01-01 01-10 10 10", "a 01-12 01-12 1 1"]),
        # The free days count from the last day of anything before, not from the row just before.
        (15, "a 01-01 02-20 50\na 01-05 01-06 100\na 03-07 03-07 100", ["a 01-01 03-07 52 27.5"]),
        # Two employers on the same days: each day once, at the higher grade.
        (15, "a 01-01 01-10 40\na 01-06 01-15 100", ["a 01-01 01-15 15 12"]),
        (15, "a 01-01 01-10 60\na 01-01 01-10 60", ["a 01-01 01-10 10 6"]),
        # Three at once, one inside another.
        (15, "a 01-01 01-30 20\na 01-11 01-20 50\na 01-15 01-16 100", ["a 01-01 01-30 30 10"]),
        # One day; people never join each other.
        (15, "b 01-02 01-02 100\na 01-01 01-01 50", ["a 01-01 01-01 1 0.5", "b 01-02 01-02 1 1"]),
        # Over the leap day.
        (0, "a 02-28 02-29 100\na 03-01 03-01 100", ["a 02-28 03-01 3 3"]),
    ],
)
def test_spells(gap: int, text: str, spells: list[str]) -> None:
    assert told(merge_spells(rows(text), gap=gap)) == spells


def test_only_what_counts() -> None:
    register = rows("a 01-01 01-10 40\na 01-11 01-15 100\na 03-01 03-02 100")
    register["diagnosis"] = ["L84", "P76", None]
    assert told(merge_spells(register, min_grade=50)) == ["a 01-11 01-15 5 5", "a 03-01 03-02 2 2"]
    assert told(merge_spells(register, diagnoses=["L"])) == ["a 01-01 01-10 10 4"]
    assert told(merge_spells(register, diagnoses=["L", "P"])) == ["a 01-01 01-15 15 9"]
    assert merge_spells(register, diagnoses=["Z"]).columns.tolist() == ["person", "start", "stop", "days", "lost_days"]
