"""Any number, any text: one digit wrong is always found, one number reads as a column does, and nothing is repeated."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from secure_zone.identity.faults import BadIdentityNumber
from secure_zone.identity.many import FEMALE, MALE, read_numbers
from secure_zone.identity.number import is_valid, parse
from secure_zone.identity.synthetic import synthetic_numbers

NOW = date(2026, 11, 20)
births = st.dates(date(1900, 1, 1), NOW)


def one_number(born: date, male: bool, d_number: bool) -> str:
    birth = np.array([born], dtype="datetime64[D]")
    return synthetic_numbers(birth, np.array([MALE if male else FEMALE]), np.array([d_number]))[0].decode()


@given(births, st.booleans(), st.booleans())
def test_a_number_tells_what_it_was_made_from(born: date, male: bool, d_number: bool) -> None:
    read = parse(one_number(born, male, d_number), first_seen=NOW)
    assert (read.birth_date, read.sex == "male", read.d_number) == (born, male, d_number)


@given(births, st.booleans(), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born: date, male: bool, place: int, change: int) -> None:
    right = one_number(born, male, d_number=False)
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    assert not is_valid(wrong)


@given(births, st.booleans(), st.integers(0, 9))
def test_two_neighbours_changed_are_always_found(born: date, male: bool, place: int) -> None:
    right = one_number(born, male, d_number=False)
    assume(right[place] != right[place + 1])
    assert not is_valid(right[:place] + right[place + 1] + right[place] + right[place + 2 :])


@given(st.lists(st.one_of(st.from_regex(r"[0-9]{11}", fullmatch=True), st.text(max_size=13)), max_size=8))
def test_a_column_reads_as_its_numbers_do(texts: list[str]) -> None:
    assert read_numbers(texts, first_seen=NOW).valid.tolist() == [is_valid(text, first_seen=NOW) for text in texts]


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_an_error_does_not_repeat_the_number(text: str) -> None:
    try:
        parse(text)
    except BadIdentityNumber as error:
        assert text not in f"{error} {error!r} {vars(error)} {error.__context__!r}"
