"""merge_spells against a count that visits every day of every person."""

from random import Random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cohort import merge_spells

ROW = st.tuples(
    st.integers(0, 2),  # person
    st.integers(0, 60),  # first day
    st.integers(0, 20),  # further days
    st.integers(1, 100),  # grade
)


def day_by_day(rows: list[tuple[int, int, int, int]], gap: int) -> list[tuple[int, int, int, int, float]]:
    spells = []
    for person in sorted({row[0] for row in rows}):
        grade_of: dict[int, int] = {}
        for who, first, further, grade in rows:
            if who == person:
                for day in range(first, first + further + 1):
                    grade_of[day] = max(grade_of.get(day, 0), grade)
        spell: list[int] = []
        for day in [*sorted(grade_of), 10_000]:
            if spell and day - spell[-1] - 1 > gap:
                lost = sum(grade_of[d] for d in spell) / 100
                spells.append((person, spell[0], spell[-1], len(spell), lost))
                spell = []
            spell.append(day)
    return spells


@given(st.lists(ROW, min_size=1, max_size=40), st.integers(0, 20))
@settings(max_examples=300, deadline=None)
def test_spells_are_what_counting_every_day_gives(rows: list[tuple[int, int, int, int]], gap: int) -> None:
    frame = pd.DataFrame(rows, columns=["person", "start", "further", "grade"])
    frame["stop"] = frame["start"] + frame["further"]
    merged = merge_spells(frame, gap=gap)
    expected = pd.DataFrame(day_by_day(rows, gap), columns=["person", "start", "stop", "days", "lost_days"])
    assert merged[["person", "start", "stop", "days"]].to_numpy().tolist() == (
        expected[["person", "start", "stop", "days"]].to_numpy().tolist()
    )
    np.testing.assert_allclose(merged["lost_days"], expected["lost_days"], rtol=1e-12)


@given(st.lists(ROW, min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_row_order_and_repeated_rows_do_not_matter(rows: list[tuple[int, int, int, int]], random: Random) -> None:
    frame = pd.DataFrame(rows, columns=["person", "start", "further", "grade"])
    frame["stop"] = frame["start"] + frame["further"]
    shuffled = [*rows, *rows]
    random.shuffle(shuffled)
    again = pd.DataFrame(shuffled, columns=["person", "start", "further", "grade"])
    again["stop"] = again["start"] + again["further"]
    pd.testing.assert_frame_equal(merge_spells(frame), merge_spells(again))
