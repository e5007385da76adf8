"""Hostile and broken files end as findings: no crash, no hang, nothing of the file in what is told, nothing on disk."""

from __future__ import annotations

import io
import os
import subprocess
import traceback
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from intake_people import fnr

from secure_zone.intake import FaultKind, Findings, Limits, read_delivery, schema_for, statistics_rows

FNR = fnr(20)
NAME = "Eldbjørg Ørnerud"
IDENTITIES = "respondent;fnr;navn\n"
SHEET = "xl/worksheets/sheet1.xml"


def findings_of(path: Path, kind: str = "identities", limits: Limits | None = None) -> Findings:
    with read_delivery(path, schema_for(kind), limits=limits or Limits()) as delivery:
        for _ in delivery:
            pass
    return delivery.findings


def kinds(findings: Findings) -> set[FaultKind]:
    return {total.kind for total in findings.totals}


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(tmp_path: Path, rows: list[tuple[object, ...]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    return tmp_path / "units.xlsx"


def repacked(path: Path, member: str, content: bytes) -> Path:
    """The workbook with one member's content changed."""
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members[member] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return path


def test_a_zip_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = repacked(workbook(tmp_path, [("Nivå1",), ("A",)]), SHEET, b" " * 300_000_000)
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    assert kinds(findings_of(path, "units")) == {FaultKind.UNPACKS_TOO_LARGE}
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_xml_entities_are_refused_before_anything_reads_them(tmp_path: Path, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><x>&b;&f;</x>'
    path = repacked(workbook(tmp_path, [("Nivå1",), ("A",)]), SHEET, bomb.encode(encoding))
    assert kinds(findings_of(path, "units")) == {FaultKind.XML_DECLARATIONS}


def test_a_declaration_across_two_blocks_is_seen(tmp_path: Path) -> None:
    for shift in range(0, 12, 3):
        text = b"<x>" + b" " * (1024 * 1024 - 5 - shift) + b"<!DOCTYPE y>"
        path = repacked(workbook(tmp_path, [("Nivå1",), ("A",)]), SHEET, text)
        assert kinds(findings_of(path, "units")) == {FaultKind.XML_DECLARATIONS}


def test_formulas_in_a_workbook_are_findings_by_cell_and_not_calculated(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("Nivå1", "Nivå2"), ("A", '=HYPERLINK("http://example.test/")')])
    findings = findings_of(path, "units")
    assert [(f.kind, f.cell) for f in findings.listed] == [(FaultKind.FORMULA, "B2")]
    assert "example" not in str(findings)


def test_a_sheet_that_claims_a_far_cell_does_not_hang(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Nivå1</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    path = repacked(workbook(tmp_path, [("Nivå1",)]), SHEET, sheet.encode())
    assert kinds(findings_of(path, "units", Limits(workbook_cells=100_000))) == {FaultKind.UNPACKS_TOO_LARGE}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, FaultKind.PASSWORD),
        ("a.xlsx", b"respondent;fnr;navn\n", FaultKind.NOT_THIS_FORMAT),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 600, FaultKind.DAMAGED),
        ("a.sav", b"respondent;fnr;navn\n", FaultKind.NOT_THIS_FORMAT),
        ("a.sav", b"$FL2" + b"x" * 600, FaultKind.DAMAGED),
        ("a.zsav", b"$FL3" + b"\xff" * 600, FaultKind.DAMAGED),
        ("a.dta", b"<stata_dta>" + b"\xff" * 600, FaultKind.DAMAGED),
        ("a.por", b"\xff" * 600, FaultKind.DAMAGED),
        ("a.xpt", b"HEADER RECORD*******" + b"x" * 600, FaultKind.DAMAGED),
        ("a.sas7bdat", bytes(12) + b"\xc2\xea\x81\x60" + b"\xff" * 2000, FaultKind.DAMAGED),
        ("a.parquet", b"PAR1" + b"\xff" * 600 + b"PAR1", FaultKind.DAMAGED),
        ("a.csv", b"", FaultKind.EMPTY),
        ("a.csv", b"\r\n\r\n", FaultKind.EMPTY),
        ("a.csv", IDENTITIES.encode(), FaultKind.NO_ROWS),
        ("a.csv", (IDENTITIES + f"a;{FNR[0]};\0x\n").encode(), FaultKind.NUL_BYTES),
        ("a.csv", (IDENTITIES + f"a;{FNR[0]};x\n").encode("utf-16"), FaultKind.NUL_BYTES),
        ("a.csv", f"{IDENTITIES}a;{FNR[0]};Ø\n".encode() + b"b;1;\xd8re\n", FaultKind.MIXED_ENCODINGS),
        ("a.csv", (";".join(f"c{n}" for n in range(10_000)) + "\n").encode(), FaultKind.TOO_MANY_COLUMNS),
        ("a.csv", b"x" * 2_000_000, FaultKind.TOO_MANY_COLUMNS),
        ("a.csv", (IDENTITIES + 'a;"unfinished;x\n' + "b;c;d\n" * 3_000_000).encode(), FaultKind.DAMAGED),
        ("a.exe", b"MZ", FaultKind.UNKNOWN_FORMAT),
        ("a", b"x", FaultKind.UNKNOWN_FORMAT),
    ],
)
def test_what_is_no_delivery_is_one_finding(tmp_path: Path, name: str, content: bytes, kind: FaultKind) -> None:
    findings = findings_of(written(tmp_path, name, content))
    assert findings.refused
    assert kinds(findings) == {kind}


def test_links_folders_pipes_and_what_is_not_there(tmp_path: Path) -> None:
    real = written(tmp_path, "real.csv", b"x")
    (tmp_path / "link.csv").symlink_to(real)
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, kind in {
        "link": FaultKind.SYMLINK,
        "folder": FaultKind.NOT_A_FILE,
        "pipe": FaultKind.NOT_A_FILE,
        "nothing": FaultKind.CANNOT_READ,
        "nul\0": FaultKind.CANNOT_READ,
    }.items():
        assert kinds(findings_of(tmp_path / f"{name}.csv")) == {kind}


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", (IDENTITIES + f"a;{FNR[0]};x\n").encode())
    with read_delivery(path, schema_for("identities")) as delivery:
        for _ in delivery:
            with path.open("ab") as file:
                file.write(b"b;c;d\n")
    assert kinds(delivery.findings) == {FaultKind.CHANGED}


def survey(tmp_path: Path, rows: int = 3_000) -> Path:
    frame = pd.DataFrame({"respondent": [f"r{n}" for n in range(rows)], "fnr": FNR[0], "navn": NAME})
    pyreadstat.write_sav(frame, tmp_path / "whole.sav")
    return tmp_path / "whole.sav"


def test_a_cut_off_sav_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    content = survey(tmp_path).read_bytes()
    for share in (0.0001, 0.001, 0.01, 0.5, 0.99):
        path = written(tmp_path, "cut.sav", content[: max(5, int(len(content) * share))])
        findings = findings_of(path)
        assert findings.refused, share
        assert NAME not in str(findings)


def test_a_sav_of_ten_thousand_columns_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.ones((1, 10_000)), columns=[f"c{n}" for n in range(10_000)])
    pyreadstat.write_sav(frame, tmp_path / "wide.sav")
    assert kinds(findings_of(tmp_path / "wide.sav")) == {FaultKind.TOO_MANY_COLUMNS}


def test_a_reader_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics_rows.sys, "executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "python").chmod(0o700)
    assert kinds(findings_of(survey(tmp_path), limits=Limits(stall_seconds=0.5))) == {FaultKind.STALLED}


def test_a_reader_that_crashes_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics_rows.sys, "executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (tmp_path / "python").chmod(0o700)
    assert kinds(findings_of(survey(tmp_path))) == {FaultKind.DAMAGED}


def test_a_reader_with_too_little_memory_ends(tmp_path: Path) -> None:
    findings = findings_of(survey(tmp_path), limits=Limits(child_memory_bytes=64 * 1024 * 1024))
    assert findings.refused


def test_closing_in_the_middle_leaves_no_process_and_no_thread(tmp_path: Path) -> None:
    path = survey(tmp_path, 20_000)
    with read_delivery(path, schema_for("identities"), limits=Limits(rows_per_batch=100)) as delivery:
        next(iter(delivery))
    mine = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True)
    assert "statistics_process" not in mine.stdout


def test_no_identity_in_findings_errors_or_representations(tmp_path: Path) -> None:
    rows = [
        f"{FNR[0]};{FNR[1]};{NAME}",
        f"a;{FNR[1][:-1]};{NAME}",
        f"b;{NAME};{FNR[2]}",
        f"c;{FNR[1]};={NAME}",
        f"{NAME};{FNR[3]};x;{FNR[4]}",
    ]
    path = written(tmp_path, "a.csv", (IDENTITIES + "\n".join(rows)).encode())
    with read_delivery(path, schema_for("identities")) as delivery:
        parts = list(delivery)
    told = io.StringIO()
    for thing in (delivery, delivery.findings, *parts, *delivery.findings.listed, delivery.findings.totals):
        print(repr(thing), str(thing), file=told)
    try:
        raise ValueError(parts)
    except ValueError:
        told.write(traceback.format_exc())
    assert delivery.findings.rows_quarantined == 5
    for secret in (*FNR, *(number[:-1] for number in FNR), NAME, "Eldbj"):
        assert secret not in told.getvalue()


def test_a_number_in_a_header_a_label_or_a_column_of_numbers(tmp_path: Path) -> None:
    header = written(tmp_path, "a.csv", f"{FNR[0]};{FNR[1]};{NAME}\na;{FNR[1]};x\n".encode())
    findings = findings_of(header)
    assert FaultKind.LABEL_HOLDS_NUMBER in kinds(findings)
    assert not any(number in str(findings) for number in FNR)

    frame = pd.DataFrame(
        {
            "respondent": ["a", "b"],
            "orgnr": "310000019",
            "answered": date(2021, 10, 7),
            "version": "2021",
            **{f"unit_{level}": "" for level in (1, 2, 3, 4)},
            "hours": [37.5, float(FNR[5])],
        }
    )
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(frame, path)
    assert [(f.kind, f.row, f.column) for f in findings_of(path, "survey").listed] == [
        (FaultKind.STRAY_NUMBER, 2, "column 9")
    ]
    pyreadstat.write_sav(frame.assign(hours=1.0), path, variable_value_labels={"hours": {1.0: f"se {FNR[6]}"}})
    assert kinds(findings_of(path, "survey")) == {FaultKind.LABEL_HOLDS_NUMBER}


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "tmp"
    empty.mkdir()
    monkeypatch.setenv("TMPDIR", str(empty))
    monkeypatch.setattr("tempfile.tempdir", str(empty))
    path = survey(tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    assert findings_of(path).clean is False or findings_of(path).rows_good
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()} == before
