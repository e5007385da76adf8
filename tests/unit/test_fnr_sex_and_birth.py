"""Sex and birth date come from the number where it tells them, and else from the fields beside it (RULES 2.4)."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from secure_zone.identity.many import FEMALE, MALE, UNKNOWN_SEX, read_numbers
from secure_zone.identity.number import age
from secure_zone.identity.sex_and_birth import ages_on, sex_and_birth

# A synthetic man of 1994 and a synthetic woman of 2003.
NUMBERS = ["12829499914", "05840399895"]
BIRTHS = np.array(["1994-02-12", "2003-04-05"], dtype="datetime64[D]")
UNKNOWN = np.full(2, np.datetime64("NaT", "D"))


def test_before_2032_the_number_tells() -> None:
    known = sex_and_birth(read_numbers(NUMBERS))
    assert known.sex.tolist() == [MALE, FEMALE]
    assert (known.birth == BIRTHS).all()
    assert not known.differs.any()


def test_from_2032_the_fields_do() -> None:
    read = read_numbers(NUMBERS, first_seen=date(2033, 1, 1))
    assert sex_and_birth(read).sex.tolist() == [UNKNOWN_SEX, UNKNOWN_SEX]
    known = sex_and_birth(read, sex=np.array([FEMALE, UNKNOWN_SEX]), birth=BIRTHS)
    assert known.sex.tolist() == [FEMALE, UNKNOWN_SEX]
    assert (known.birth == BIRTHS).all()
    assert not known.differs.any()


def test_a_field_that_says_otherwise_is_told() -> None:
    read = read_numbers(NUMBERS)
    known = sex_and_birth(read, sex=np.array([FEMALE, FEMALE]), birth=BIRTHS)
    assert known.differs.tolist() == [True, False]
    assert known.sex.tolist() == [MALE, FEMALE]
    later = sex_and_birth(read, sex=np.array([MALE, UNKNOWN_SEX]), birth=BIRTHS + np.array([0, 1]))
    assert later.differs.tolist() == [False, True]
    assert not sex_and_birth(read, sex=np.zeros(2, dtype=int), birth=UNKNOWN).differs.any()


def test_an_invalid_number_tells_nothing() -> None:
    known = sex_and_birth(read_numbers(["12829499924", ""]), sex=np.array([FEMALE, MALE]))
    assert known.sex.tolist() == [FEMALE, MALE]
    assert np.isnat(known.birth).all()


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.dates(date(1950, 1, 1), date(2060, 1, 1)))
def test_ages_of_a_column_are_ages(born: date, day: date) -> None:
    column = np.array([born, None], dtype="datetime64[D]")
    ages = ages_on(column, np.datetime64(day))
    assert ages[0] == age(born, day)
    assert np.isnan(ages[1])
