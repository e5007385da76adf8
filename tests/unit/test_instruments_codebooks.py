"""An organisation's own codebook: in and out in three formats, faults by place all at once, hostile files refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from analysis.instruments import (
    MISSING,
    Category,
    CodebookFaults,
    Instrument,
    Sensitivity,
    Text,
    kiwest,
    must,
    read_csv,
    read_ddi,
    read_excel,
    write_csv,
    write_ddi,
    write_excel,
)

Read = Callable[[bytes], Instrument]
Write = Callable[[Instrument], bytes]
FORMATS = pytest.mark.parametrize(
    ("write", "read"), [(write_csv, read_csv), (write_excel, read_excel), (write_ddi, read_ddi)]
)


def sheet(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def faults(read: Read, content: bytes) -> dict[str, str]:
    with pytest.raises(CodebookFaults) as caught:
        read(content)
    return {fault.place: fault.sentence for fault in caught.value.faults}


@FORMATS
@pytest.mark.parametrize("instrument", [must(), kiwest()], ids=lambda instrument: instrument.id)
def test_an_instrument_comes_back_as_it_went_out(write: Write, read: Read, instrument: Instrument) -> None:
    assert read(write(instrument)) == instrument


@FORMATS
def test_texts_of_every_kind_come_back(write: Write, read: Read) -> None:
    item = replace(
        must().items[0],
        text=Text('=2+2; "quoted", æøå <b>&amp;', "'-1 | 2=x"),
        categories=(Category(-1, Text("a=b; c", "+1")), Category(2, Text("Ærlig & <klart>", "@here"))),
        missing=(),
        sensitivity=Sensitivity.TEN_IN_UNITS,
        reversed=True,
        wording="our own",
    )
    instrument = replace(must(), items=(item, *must().items[1:]))
    assert read(write(instrument)).item(item.id) == item


@FORMATS
def test_a_codebook_may_leave_almost_everything_out(write: Write, read: Read) -> None:
    if read is read_ddi:
        content = b'<codeBook><dataDscr><var name="v1"><labl>Trives du?</labl></var></dataDscr></codeBook>'
    elif read is read_csv:
        content = b"text_nb,id\nTrives du?,v1\n"
    else:
        content = sheet(["id", "text_nb"], ["v1", "Trives du?"])
    item = read(content).item("v1")
    assert item.text == Text("Trives du?", "Trives du?")
    assert (item.scale, item.reversed, item.sensitivity, item.versions) == (None, False, "ordinary", ("1",))
    assert item.wording == "codebook"
    assert item.missing == (() if read is read_ddi else MISSING)


def test_all_faults_are_found_at_once_and_named_by_cell() -> None:
    content = sheet(
        ["id", "text_nb", "categories_nb", "categories_en", "reversed", "sensitivity", "scale", "group"],
        ["a1", "Text", "1=Nei\n2=Ja", "1=No\n3=Yes", "maybe", "secret", "s", "g"],
        ["a1", "", "1=Nei\n1=Ja", None, "ja", "ordinary", "s", "h"],
        [None, "Text", "Nei", None, None, None, "9s", "g"],
        ["ok", "Text", "1=Nei | 97=Ja", None, None, None, None, None],
    )
    found = faults(read_excel, content)
    assert set(found) == {"D2", "E2", "F2", "A3", "B3", "C3", "H3", "A4", "C4", "G4", "A5"}
    assert "yes or no" in found["E2"]
    assert "relation_only" in found["F2"]
    assert "both an answer and a missing code" in found["A5"]


def test_faults_in_csv_are_named_by_line_and_column() -> None:
    content = b'id;text_nb;reversed\na;"over\nto linjer";ja\nb;Tekst;kanskje\n'
    assert set(faults(read_csv, content)) == {"line 4, column 3"}


def test_faults_in_ddi_are_named_by_line() -> None:
    content = b'<codeBook>\n<dataDscr>\n<var name="1a"><labl>x</labl></var>\n<var name="b"></var></dataDscr></codeBook>'
    assert set(faults(read_ddi, content)) == {"line 3", "line 4"}


def test_unknown_twice_and_lacking_columns_are_faults_of_the_header() -> None:
    found = faults(read_excel, sheet(["id", "tekst", "id", "scale"], ["a", "b", "c", "d"]))
    assert set(found) == {"A1", "B1", "C1"}
    assert "lacks text_nb" in found["A1"]


def test_csv_comes_in_the_ways_that_spreadsheets_write_it() -> None:
    text = "id;text_nb;versions\nv1;Føler du deg sett på jobb?;2013, 2023\n"
    for content in (text.encode("utf-8-sig"), text.encode("cp1252"), text.replace(";", "\t").encode()):
        instrument = read_csv(content)
        assert instrument.item("v1").text.nb == "Føler du deg sett på jobb?"
        assert instrument.versions == ("2013", "2023")


def test_numbers_and_truths_of_excel_are_read_as_meant() -> None:
    item = read_excel(sheet(["id", "text_nb", "versions", "reversed"], ["v1", "Tekst", 2023, True])).item("v1")
    assert (item.versions, item.reversed) == (("2023",), True)


def test_ddi_of_others_is_read_with_what_ddi_can_say() -> None:
    content = b"""<?xml version="1.0"?>
    <codeBook xmlns="ddi:codebook:2_5" version="2.5"><dataDscr>
    <varGrp ID="G1" var="V1 V2" name="trivsel"><labl xml:lang="no">Trivsel</labl></varGrp>
    <var ID="V1" name="q1"><labl>Trives</labl><qstn><qstnLit>Trives du?</qstnLit></qstn>
      <catgry><catValu>1</catValu><labl>Nei</labl></catgry><catgry><catValu>2</catValu><labl>Ja</labl></catgry>
      <catgry missing="Y"><catValu>9</catValu><labl>Vet ikke</labl></catgry></var>
    <var ID="V2" name="q2"><labl>Savn</labl></var></dataDscr></codeBook>"""
    instrument = read_ddi(content)
    item = instrument.item("q1")
    assert item.text.nb == "Trives du?"
    assert [c.value for c in item.categories] == [1, 2]
    assert [c.label.nb for c in item.missing] == ["Vet ikke"]
    assert [i.id for i in instrument.items_of("trivsel")] == ["q1", "q2"]
    assert instrument.scale("trivsel").name.nb == "Trivsel"


LAUGHS = b'<!DOCTYPE codeBook [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><codeBook>&b;</codeBook>'
OUTSIDE = b'<!DOCTYPE codeBook [<!ENTITY x SYSTEM "file:///etc/hostname">]><codeBook>&x;</codeBook>'


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        OUTSIDE,
        LAUGHS.decode().encode("utf-16"),
        b"<codeBook>" * 5_000,
        b"<codeBook><var name='a'>",
        b"",
        b"\0\0",
        b"<?xml version='1.0' encoding='klingon'?><codeBook/>",
        b"<html/>",
        b"<codeBook/>",
        b"<codeBook>&undeclared;</codeBook>",
    ],
    ids=["laughs", "outside", "utf16", "deep", "cut", "empty", "nul", "encoding", "other", "bare", "undeclared"],
)
def test_hostile_or_broken_xml_ends_as_a_fault(content: bytes) -> None:
    assert faults(read_ddi, content)


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return file.getvalue()


def with_dtd(content: bytes) -> bytes:
    """The Excel file with a document type in its sheet."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, b'<!DOCTYPE x [<!ENTITY a "b">]>' + part if name.endswith("sheet1.xml") else part)
    return file.getvalue()


GOOD = sheet(["id", "text_nb"], ["v1", "Tekst"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        GOOD[: len(GOOD) // 2],
        packed(**{"xl__workbook.xml": b"0" * 120_000_000}),
        packed(**{f"part{n}": b"" for n in range(600)}),
        packed(a=b"b"),
        with_dtd(GOOD),
    ],
    ids=["empty", "text", "cut", "bomb", "parts", "other", "dtd"],
)
def test_hostile_or_broken_excel_ends_as_a_fault(content: bytes) -> None:
    assert set(faults(read_excel, content)) == {"file"}


def test_formulas_are_faults_and_ours_are_texts() -> None:
    assert set(faults(read_excel, sheet(["id", "text_nb"], ["v1", "=1+1"]))) == {"B2"}
    item = replace(must().items[0], text=Text("=1+1", "=1+1"))
    content = write_excel(replace(must(), items=(item, *must().items[1:])))
    cells = [c for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for c in row]
    assert not [c.coordinate for c in cells if c.data_type == "f"]
    lines = write_csv(replace(must(), items=(item, *must().items[1:]))).decode("utf-8-sig").splitlines()
    assert ";=1+1" not in lines[1] and ";'=1+1" in lines[1]


@pytest.mark.parametrize("content", [b"id;text_nb\n\0;x", b'id;text_nb\na;"open', b"", b"id;text_nb\n", b"\x81;\xff"])
def test_broken_csv_ends_as_a_fault(content: bytes) -> None:
    assert faults(read_csv, content)


def test_ten_thousand_columns_are_faults_not_a_crash() -> None:
    assert faults(read_csv, b";".join(b"c%d" % n for n in range(10_000)) + b"\n")
