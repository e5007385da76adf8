"""Identity numbers: what is one, what it says, and what is said about one that is not. All numbers are synthetic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from secure_zone.identity.faults import SENTENCES, BadIdentityNumber, Fault
from secure_zone.identity.kinds import Population, Scheme, Sex
from secure_zone.identity.many import read_numbers
from secure_zone.identity.number import age, is_valid, parse
from secure_zone.identity.synthetic import TooManyOfOneDay, synthetic_numbers

NOW = date(2026, 11, 20)
LATER = date(2033, 5, 1)


def number(nine: str, remainder: int = 0) -> str | None:
    """Eleven digits by the formulas as Skatteetaten writes them; None where a control digit would be 10."""
    d1, d2, m1, m2, y1, y2, i1, i2, i3 = map(int, nine)
    k1 = (11 + remainder - (d1 * 3 + d2 * 7 + m1 * 6 + m2 * 1 + y1 * 8 + y2 * 9 + i1 * 4 + i2 * 5 + i3 * 2) % 11) % 11
    k2 = (d1 * 5 + d2 * 4 + m1 * 3 + m2 * 2 + y1 * 7 + y2 * 6 + i1 * 5 + i2 * 4 + i3 * 3 + k1 * 2) % 11
    k2 = (11 - k2) % 11
    return None if 10 in (k1, k2) else f"{nine}{k1}{k2}"


# From the national synthetic population: written number, sex, birth date, D-number.
PUBLISHED = [
    ("17912099997", Sex.MALE, date(2020, 11, 17), False),
    ("57912075186", Sex.MALE, date(2020, 11, 17), True),
    ("29822099635", Sex.FEMALE, date(2020, 2, 29), False),
    ("69822075096", Sex.FEMALE, date(2020, 2, 29), True),
    ("45840375084", Sex.FEMALE, date(2003, 4, 5), True),
    ("12829499914", Sex.MALE, date(1994, 2, 12), False),
    ("52829400197", Sex.MALE, date(1994, 2, 12), True),
    ("12905299938", Sex.MALE, date(1952, 10, 12), False),
    ("21883649874", Sex.FEMALE, date(1936, 8, 21), False),
    ("61883600222", Sex.FEMALE, date(1936, 8, 21), True),
    ("21929774873", Sex.FEMALE, date(1897, 12, 21), False),
    ("61929750062", Sex.FEMALE, date(1897, 12, 21), True),
]


@pytest.mark.parametrize(("text", "sex", "born", "d_number"), PUBLISHED)
def test_published_synthetic_numbers_say_what_they_should(text: str, sex: Sex, born: date, d_number: bool) -> None:
    read = parse(text, first_seen=NOW, population=Population.SYNTHETIC)
    assert (read.sex, read.birth_date, read.d_number, read.synthetic) == (sex, born, d_number, True)
    assert read.scheme is Scheme.BEFORE_2032


@pytest.mark.parametrize(
    ("stem", "individual", "born"),
    [
        ("018100", 499, 1900),
        ("018100", 500, 2000),
        ("018139", 500, 2039),
        ("018140", 0, 1940),
        ("018140", 900, 1940),
        ("018140", 899, None),
        ("018140", 500, None),
        ("018153", 749, None),
        ("018154", 749, 1854),
        ("018154", 750, None),
        ("018199", 500, 1899),
        ("418139", 199, 1939),
        ("418139", 200, 2039),
        ("418140", 200, 1940),
        ("418157", 599, None),
        ("418158", 599, 1858),
        ("418158", 600, 1958),
        ("418199", 999, 1999),
    ],
)
def test_the_series_give_the_century(stem: str, individual: int, born: int | None) -> None:
    # Where the end of a series has no control digits, its neighbour inside the series has.
    inward = 1 if individual % 100 == 0 else -1
    written = next(n for step in range(5) if (n := number(f"{stem}{individual + inward * step:03d}")))
    if born is None:
        assert not is_valid(written, first_seen=NOW)
        assert fault_of(written, first_seen=NOW) is Fault.NO_SUCH_SERIES
    elif born > NOW.year:
        assert fault_of(written, first_seen=NOW) is Fault.NOT_BORN_YET
    else:
        birth = parse(written, first_seen=NOW).birth_date
        assert birth is not None and birth.year == born


def fault_of(text: str, *, first_seen: date | None = None, population: Population = Population.BOTH) -> Fault:
    with pytest.raises(BadIdentityNumber) as caught:
        parse(text, first_seen=first_seen, population=population)
    assert text.strip() == "" or text not in f"{caught.value!r} {caught.value} {caught.value.args} {vars(caught.value)}"
    assert caught.value.__cause__ is None
    return caught.value.fault


@pytest.mark.parametrize("remainder", [0, 1, 2, 3])
def test_from_2032_four_remainders_are_right_and_the_sex_is_not_told(remainder: int) -> None:
    written = [n for i in range(999, 900, -1) if (n := number(f"028132{i}", remainder))]
    for one in written:
        read = parse(one, first_seen=LATER)
        assert (read.scheme, read.sex, read.birth_date) == (Scheme.FROM_2032, None, None)
        assert fault_of(one, first_seen=NOW) is (Fault.NOT_BORN_YET if remainder == 0 else Fault.NOT_YET_ISSUED)


@pytest.mark.parametrize("remainder", [4, 5, 6, 7, 8, 9, 10])
def test_other_remainders_are_never_right(remainder: int) -> None:
    written = [n for i in range(999, 900, -1) if (n := number(f"028132{i}", remainder))]
    assert written
    assert not read_numbers(written).valid.any()
    assert not read_numbers(written, first_seen=LATER).valid.any()


def test_an_old_number_seen_after_2032_may_be_a_new_one() -> None:
    """An adult who comes to Norway in 2033 may get a number that looks as if issued in 1982."""
    read = parse("12829499914", first_seen=LATER)
    assert (read.scheme, read.sex, read.birth_date) == (Scheme.EITHER, None, None)
    assert parse("12829499914", first_seen=date(2031, 12, 31)).sex is Sex.MALE
    assert parse("12829499914").sex is Sex.MALE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.MISSING),
        ("1791209999", Fault.NOT_ELEVEN_DIGITS),
        ("179120999970", Fault.NOT_ELEVEN_DIGITS),
        ("1791209999x", Fault.NOT_ELEVEN_DIGITS),
        ("17912\u0660999970", Fault.NOT_ELEVEN_DIGITS),
        ("179120/99997", Fault.NOT_ELEVEN_DIGITS),
        ("15507600333", Fault.HELP_NUMBER),
        ("97912099997", Fault.HELP_NUMBER),
        ("00000000000", Fault.NO_SUCH_DATE),
        ("32812099997", Fault.NO_SUCH_DATE),
        ("29822199997", Fault.NO_SUCH_DATE),
        ("17932099997", Fault.NO_SUCH_DATE),
        ("72812099997", Fault.NO_SUCH_DATE),
        ("17912099979", Fault.CONTROL_DIGITS),
        ("17912099987", Fault.CONTROL_DIGITS),
    ],
)
def test_every_fault_is_named(text: str, fault: Fault) -> None:
    assert fault_of(text, first_seen=NOW) is fault


def test_every_fault_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Fault) - {Fault.NONE}


def test_the_29th_of_february_1900_never_was() -> None:
    written = next(n for i in range(499, 400, -1) if (n := number(f"298200{i}")))
    assert fault_of(written, first_seen=NOW) is Fault.NO_SUCH_SERIES
    written = next(n for i in range(999, 900, -1) if (n := number(f"298200{i}")))
    assert parse(written, first_seen=NOW).birth_date == date(2000, 2, 29)


def test_demo_zones_take_synthetic_numbers_only_and_real_zones_none() -> None:
    assert fault_of("12829499914", population=Population.REAL) is Fault.SYNTHETIC
    real_form = next(n for i in range(499, 400, -1) if (n := number(f"310190{i}")))
    read = read_numbers([real_form], population=Population.SYNTHETIC)
    assert read.counts() == {Fault.NOT_SYNTHETIC: 1}


@pytest.mark.parametrize("text", ["12829499914", "128294 99914", "128294-99914", "  12829499914\n"])
def test_the_usual_ways_of_writing_are_one_number(text: str) -> None:
    assert parse(text, first_seen=NOW) == parse("12829499914")


def test_what_is_said_holds_no_digit_of_the_number() -> None:
    assert "12829499914" not in repr(parse("12829499914"))


@pytest.mark.parametrize(
    "column",
    [
        ["05840399895", "12829499914", None, "x"],
        pd.Series(["05840399895", "12829499914", None, "x"]),
        pd.Series(["05840399895", "12829499914", None, "x"], dtype=object),
        pd.Series(["05840399895", "12829499914", None, "x"], dtype="category"),
        pa.array(["05840399895", "12829499914", None, "x"]),
        pa.chunked_array([["05840399895"], ["12829499914", None, "x"]]),
        pa.array(["..", "05840399895", "12829499914", None, "x"], pa.large_string()).slice(1),
        pd.Series([5840399895.0, 12829499914.0, np.nan, 7.5]),
        [5840399895, 12829499914, None, 7],
        np.array([b"05840399895", b"12829499914", b"", b"x"]),
        np.array(["05840399895", "12829499914", "", "x"]),
        pd.Series([5840399895, 12829499914, None, 7], dtype="Int64"),
        pa.array(["05840399895", "12829499914", None, "x"]).dictionary_encode(),
        pa.array([5840399895, 12829499914, None, 7], pa.uint64()),
    ],
    ids=lambda column: type(column).__name__,
)
def test_columns_of_every_kind_are_read_alike(column: Iterable[object]) -> None:
    read = read_numbers(column, first_seen=NOW)
    assert read.valid.tolist() == [True, True, False, False]
    assert read.faults[2] == Fault.MISSING
    assert read.birth_date_of(0) == date(2003, 4, 5)
    assert [read.sex_of(row) for row in (0, 1)] == [Sex.FEMALE, Sex.MALE]


@pytest.mark.parametrize(
    "column",
    [
        ["\udc80", object(), [1], 1 + 2j, True],
        np.array(["\udc80" * 11, "x"]),
        np.array([True, False]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([1 + 2j]),
        np.array([-17912099997, 2**62]),
        pd.Series([17912099997.5, np.inf]),
        pd.Series([17912099997], dtype="float32"),
        pa.array([b"\xff" * 11]),
        pa.array([True]),
        pa.array([["17912099997"]]),
    ],
    ids=[
        "mixed objects",
        "lone surrogates",
        "booleans",
        "days",
        "complex",
        "out of range",
        "fractions",
        "narrow floats",
        "bytes",
        "arrow booleans",
        "lists",
    ],
)
def test_what_can_be_no_number_is_a_fault_and_never_an_error(column: Iterable[object]) -> None:
    read = read_numbers(column, first_seen=NOW)
    assert not read.valid.any()
    assert Fault.MISSING not in read.counts()


def test_an_empty_column_is_read() -> None:
    assert read_numbers([]).valid.size == 0
    assert read_numbers(pd.Series([], dtype=str)).counts() == {}


def test_synthetic_numbers_are_valid_synthetic_and_all_different() -> None:
    chance = np.random.default_rng(3)
    birth = np.datetime64("1899-12-31") + chance.integers(1, 132 * 365, 30_000)
    sex, d_number = chance.integers(1, 3, 30_000), chance.random(30_000) < 0.1
    numbers = synthetic_numbers(birth, sex, d_number)
    read = read_numbers(numbers, population=Population.SYNTHETIC)
    assert read.counts() == {}
    assert len(np.unique(numbers)) == 30_000
    assert (read.birth == birth).all()
    assert (read.sex == sex).all()
    assert (read.d_number == d_number).all()
    assert (synthetic_numbers(birth, sex, d_number) == numbers).all()


def test_a_day_has_only_so_many_numbers() -> None:
    birth = np.full(300, np.datetime64("1980-05-17"))
    with pytest.raises(TooManyOfOneDay, match="1 days"):
        synthetic_numbers(birth, np.ones(300, dtype=int), np.zeros(300, dtype=bool))


def test_age_is_counted_in_completed_years() -> None:
    assert age(date(1980, 6, 15), date(2020, 6, 14)) == 39
    assert age(date(1980, 6, 15), date(2020, 6, 15)) == 40
    assert age(date(1980, 2, 29), date(2021, 2, 28)) == 40
    assert age(date(1980, 2, 29), date(2021, 3, 1)) == 41
    assert parse("12829499914").age_on(date(2024, 2, 12)) == 30
    assert parse("12829499914", first_seen=LATER).age_on(LATER) is None
