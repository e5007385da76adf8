"""Any codebook that can be read is written and read again without change, and any bytes end as faults or a codebook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.instruments import (
    CORE,
    Category,
    CodebookFaults,
    Instrument,
    Item,
    Named,
    Scale,
    Sensitivity,
    Text,
    read_csv,
    read_ddi,
    read_excel,
    write_csv,
    write_ddi,
    write_excel,
)

# What people write: any letters and marks, no control characters, no blanks at the ends.
words = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
texts = st.builds(Text, words, words)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    ids = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    versions = draw(st.lists(st.sampled_from(["2013", "2021", "2023"]), min_size=1, unique=True).map(sorted))
    name, scale, group, module = draw(st.tuples(texts, texts, texts, texts))
    items = []
    for number, one in enumerate(ids):
        codes = draw(st.lists(st.integers(-5, 60), min_size=0, max_size=4, unique=True))
        missing = draw(st.lists(st.integers(90, 99), max_size=3, unique=True))
        items.append(
            Item(
                id=one,
                text=draw(texts),
                scale="scale" if number % 2 == 0 else None,
                categories=tuple(Category(code, draw(texts)) for code in codes),
                reversed=draw(st.booleans()),
                sensitivity=draw(st.sampled_from(Sensitivity)),
                versions=tuple(versions),
                module="extra" if number % 2 == 0 else CORE,
                missing=tuple(Category(code, draw(texts)) for code in missing),
                wording=draw(words),
            )
        )
    return Instrument(
        "test",
        name,
        tuple(versions),
        (Named("group", group),),
        (Named("extra", module),),
        (Scale("scale", scale, "group", draw(st.booleans())),),
        tuple(items),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(instruments())
@pytest.mark.parametrize(
    ("write", "read"),
    [(write_csv, read_csv), (write_excel, read_excel), (write_ddi, read_ddi)],
    ids=["csv", "excel", "ddi"],
)
def test_what_is_written_is_read(
    write: Callable[[Instrument], bytes], read: Callable[[bytes], Instrument], instrument: Instrument
) -> None:
    assert read(write(instrument)) == instrument


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 10_000), st.integers(0, 255))
@pytest.mark.parametrize("kind", ["csv", "excel", "ddi"])
def test_damaged_files_end_as_faults_or_as_codebooks(kind: str, noise: bytes, place: int, byte: int) -> None:
    read = {"csv": read_csv, "excel": read_excel, "ddi": read_ddi}[kind]
    for content in (noise, damaged(kind, place, byte)):
        try:
            read(content)
        except CodebookFaults as error:
            assert error.faults


def damaged(kind: str, place: int, byte: int) -> bytes:
    """A good file with one byte changed."""
    whole = bytearray(GOOD[kind])
    whole[place % len(whole)] = byte
    return bytes(whole)


SMALL = Instrument(
    "small",
    Text("Liten", "Small"),
    ("1",),
    (),
    (),
    (),
    (Item("v1", Text("Går det bra?", "All well?"), None, (), False, Sensitivity.ORDINARY, ("1",)),),
)
GOOD = {"csv": write_csv(SMALL), "excel": write_excel(SMALL), "ddi": write_ddi(SMALL)}
