"""Deliveries of every format and kind: what comes out, what is found, and where."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from intake_people import fnr

from secure_zone.demo.world import write_world
from secure_zone.errors import BadInput, Conflict
from secure_zone.identity.kinds import Population
from secure_zone.intake import FaultKind, Findings, Limits, read_delivery, schema_for
from secure_zone.intake.faults import SENTENCES
from secure_zone.intake.source import Source
from secure_zone.intake.text_stream import TextStream

HERE = fnr(6)
HEAD = "fnr;orgnr;fom;tom;grad;diagnose;diagnosetekst"
ROW = f"{HERE[0]};310000019;01.02.2021;10.02.2021;50,0;L02;Rygg symptomer"
SICK_LEAVE = "register:sick_leave"


def read(path: Path, kind: str, **options: object) -> tuple[list[dict], list[dict], Findings]:
    with read_delivery(path, schema_for(kind), **options) as delivery:
        parts = list(delivery)
    good = [row for part in parts for row in part.good.to_pylist()]
    return good, [row for part in parts for row in part.quarantined.to_pylist()], delivery.findings


def sick_leave(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8", end: str = "\r\n") -> Path:
    path = tmp_path / "sick_leave_2021.csv"
    path.write_bytes((end.join([head, *rows]) + end).encode(encoding))
    return path


def test_every_delivery_of_a_synthetic_world_is_read_whole(tmp_path: Path) -> None:
    for delivery in write_world(tmp_path, people=1_000, seed=3):
        path = tmp_path / delivery.name
        with read_delivery(path, schema_for(delivery.kind), population=Population.SYNTHETIC) as reading:
            rows = sum(part.good.num_rows for part in reading)
        assert reading.findings.clean, (delivery.name, str(reading.findings))
        assert rows == reading.findings.rows_good == delivery.rows
        assert reading.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_sick_leave_comes_out_typed(tmp_path: Path) -> None:
    good, _, _ = read(sick_leave(tmp_path, ROW), SICK_LEAVE)
    assert good == [
        {
            "fnr": HERE[0],
            "orgnr": "310000019",
            "fom": date(2021, 2, 1),
            "tom": date(2021, 2, 10),
            "grad": 50.0,
            "diagnose": "L02",
            "diagnosetekst": "Rygg symptomer",
        }
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    head, row = HEAD.replace(";", separator), ROW.replace("50,0", "50.0").replace(";", separator)
    good, _, findings = read(sick_leave(tmp_path, row + " på øyet", head=head, encoding=encoding), SICK_LEAVE)
    assert findings.clean, str(findings)
    assert good[0]["diagnosetekst"] == "Rygg symptomer på øyet"


def test_quoted_line_breaks_and_quotes_stay_in_the_text_and_empty_lines_are_no_rows(tmp_path: Path) -> None:
    text = ROW.replace("Rygg symptomer", '"Rygg;\r\n""vondt"""')
    good, _, findings = read(sick_leave(tmp_path, "", text, "", ROW, "", ""), SICK_LEAVE)
    assert findings.clean, str(findings)
    assert [row["diagnosetekst"] for row in good] == ['Rygg;\r\n"vondt"', "Rygg symptomer"]


def test_ragged_rows_are_numbered_as_the_sender_sees_them(tmp_path: Path) -> None:
    bad = ROW.replace("L02", "??")
    path = sick_leave(tmp_path, ROW, ROW + ";x", bad, "1;2", ROW, bad)
    good, quarantined, findings = read(path, SICK_LEAVE)
    assert len(good) == 2
    assert {(f.kind, f.row, f.column) for f in findings.listed} == {
        (FaultKind.RAGGED_ROW, 3, None),
        (FaultKind.NOT_A_CODE, 4, "diagnose"),
        (FaultKind.RAGGED_ROW, 5, None),
        (FaultKind.NOT_A_CODE, 7, "diagnose"),
    }
    assert {row["row"]: row["line"] for row in quarantined if row["line"]} == {3: ROW + ";x", 5: "1;2"}
    assert [row["diagnose"] for row in quarantined if row["row"] == 4] == ["??"]


@pytest.mark.parametrize(
    ("change", "kind", "column"),
    [
        (("01.02.2021", "31.02.2021"), FaultKind.NOT_A_DATE, "fom"),
        (("01.02.2021", "1.2.2021"), FaultKind.NOT_A_DATE, "fom"),
        (("01.02.2021", "01.02.1821"), FaultKind.OUT_OF_RANGE, "fom"),
        (("10.02.2021", "31.01.2021"), FaultKind.END_BEFORE_START, "tom"),
        (("50,0", "100,1"), FaultKind.OUT_OF_RANGE, "grad"),
        (("50,0", "halv"), FaultKind.NOT_A_NUMBER, "grad"),
        (("50,0", ""), FaultKind.MISSING, "grad"),
        (("310000019", "31000001"), FaultKind.NOT_A_CODE, "orgnr"),
        (("Rygg", "=cmd|' /C calc'!A0"), FaultKind.FORMULA, "diagnosetekst"),
        (("Rygg", "@SUM(A1)"), FaultKind.FORMULA, "diagnosetekst"),
        (("Rygg", f"se {HERE[1]}"), FaultKind.STRAY_NUMBER, "diagnosetekst"),
        (("Rygg", f"se {HERE[1][:6]} {HERE[1][6:]}, mor"), FaultKind.STRAY_NUMBER, "diagnosetekst"),
        (("310000019", HERE[2]), FaultKind.STRAY_NUMBER, "orgnr"),
        (("50,0", HERE[2]), FaultKind.STRAY_NUMBER, "grad"),
        (("Rygg", "Ry\x07gg"), FaultKind.BAD_CHARACTER, "diagnosetekst"),
        (("Rygg", "x" * 501), FaultKind.TOO_LONG, "diagnosetekst"),
        ((HERE[0], ""), FaultKind.MISSING, "fnr"),
        ((HERE[0], HERE[0][:-1]), FaultKind.FNR_LENGTH, "fnr"),
        ((HERE[0], HERE[0][:-1] + str((int(HERE[0][-1]) + 1) % 10)), FaultKind.FNR_CONTROL_DIGITS, "fnr"),
    ],
)
def test_each_fault_is_found_and_its_row_set_apart(
    tmp_path: Path, change: tuple[str, str], kind: FaultKind, column: str
) -> None:
    good, quarantined, findings = read(sick_leave(tmp_path, ROW, ROW.replace(*change)), SICK_LEAVE)
    assert len(good) == 1
    assert [(f.kind, f.row, f.column) for f in findings.listed] == [(kind, 3, column)]
    assert quarantined[0]["faults"] == [f"{kind}:{column}"]
    assert findings.rows_quarantined == 1
    assert not findings.refused


def test_the_listing_is_bounded_and_the_totals_are_not(tmp_path: Path) -> None:
    rows = [ROW.replace("L02", "??")] * 70
    _, quarantined, findings = read(sick_leave(tmp_path, *rows), SICK_LEAVE, limits=Limits(listed_per_kind=5))
    assert len(findings.listed) == 5
    assert findings.count(FaultKind.NOT_A_CODE) == len(quarantined) == 70
    assert "65 more of not_a_code in diagnose." in str(findings)


def test_user_missing_codes_stay_apart_from_nothing_and_from_faults(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "respondent": ["a", "b", "c", "d"],
            "orgnr": "310000019",
            "answered": date(2021, 10, 7),
            "version": "2021",
            **{f"unit_{level}": "" for level in (1, 2, 3, 4)},
            "demands_1": [4.0, 98.0, None, 7.0],
        }
    )
    path = tmp_path / "answers.sav"
    labels = {1.0: "Nei", 4.0: "Ja", 98.0: "Ønsker ikke å svare"}
    pyreadstat.write_sav(
        frame,
        path,
        variable_value_labels={"demands_1": labels},
        missing_ranges={"demands_1": [98]},
    )
    with read_delivery(path, schema_for("survey", items=["demands_1"])) as delivery:
        part = next(iter(delivery))
    assert part.good.schema.field("demands_1").type == pa.int64()
    assert part.good.column("demands_1").to_pylist() == [4, 98, None]
    assert part.good.column("answered").to_pylist() == [date(2021, 10, 7)] * 3
    assert delivery.variables["demands_1"].is_missing(98)
    assert delivery.variables["demands_1"].value_labels == labels
    assert [(f.kind, f.row, f.column) for f in delivery.findings.listed] == [(FaultKind.NOT_A_CODE, 4, "demands_1")]


@pytest.mark.parametrize("form", ["por", "xpt", "dta", "zsav", "sav", "parquet", "xlsx", "csv"])
def test_one_register_in_every_format(tmp_path: Path, form: str) -> None:
    frame = pd.DataFrame({"fnr": HERE[:2], "fom": [18110, 18111], "grad": [50.0, 100.0]})
    path = tmp_path / f"disability_pension.{form}"
    write = {
        "por": pyreadstat.write_por,
        "xpt": pyreadstat.write_xport,
        "dta": pyreadstat.write_dta,
        "zsav": lambda data, to: pyreadstat.write_sav(data, to, compress=True),
        "sav": pyreadstat.write_sav,
        "parquet": lambda data, to: data.to_parquet(to),
        "xlsx": lambda data, to: data.to_excel(to, index=False),
        "csv": lambda data, to: data.to_csv(to, index=False),
    }
    write[form](frame, path)
    good, _, findings = read(path, "register:disability_pension")
    assert findings.clean, str(findings)
    assert good == [
        {"fnr": HERE[0], "fom": date(2019, 8, 2), "grad": 50.0},
        {"fnr": HERE[1], "fom": date(2019, 8, 3), "grad": 100.0},
    ]


def test_stata_letters_for_missing_become_codes_of_their_own(tmp_path: Path) -> None:
    frame = pd.DataFrame({"fnr": HERE[:3], "fom": [18110.0] * 3, "grad": [50.0, "a", None]})
    path = tmp_path / "disability_pension.dta"
    pyreadstat.write_dta(frame, path, missing_user_values={"grad": ["a"]})
    _, quarantined, findings = read(path, "register:disability_pension")
    assert [(f.kind, f.row) for f in findings.listed] == [(FaultKind.OUT_OF_RANGE, 2), (FaultKind.MISSING, 3)]
    assert quarantined[0]["grad"] == "-1"


def test_consents_in_lines(tmp_path: Path) -> None:
    event = {"id": "e1", "fnr": HERE[0], "purpose": "research", "kind": "given", "at": "2021-10-05T13:54:41+02:00"}
    lines = [event, {**event, "at": "2021-10-05T13:54:41"}, {**event, "kind": "maybe"}, {**event, "navn": "x"}]
    path = tmp_path / "consents.jsonl"
    path.write_text("\n".join([*map(json.dumps, lines), "{", '{"id": "a", "id": "b"}', "[" * 100_000]))
    good, quarantined, findings = read(path, "consents")
    assert [row["at"] for row in good] == [datetime(2021, 10, 5, 11, 54, 41, tzinfo=UTC)]
    assert [(f.row, f.kind) for f in findings.listed] == [
        (2, FaultKind.NOT_A_MOMENT),
        (3, FaultKind.NOT_A_CODE),
        *((row, FaultKind.NOT_JSON) for row in (4, 5, 6, 7)),
    ]
    assert len(quarantined) == 6


def test_a_unit_list_is_checked_by_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [
        ("Nivå1", "Nivå 2", "nivå3"),
        ("ingen",),
        ("A", "A1", "A11"),
        ("A", None, "A12"),
        ("B", "A1", None),
        ("B", "=1+1", None),
        ("C", "ingen", None),
        ("A", "A1", "A11"),
        ("D", "D1", None),
        ("D", "ingen", None),
    ]:
        book.active.append(row)
    path = tmp_path / "units.xlsx"
    book.save(path)
    good, _, findings = read(path, "units")
    assert [(f.cell, f.kind) for f in findings.listed] == [
        ("C4", FaultKind.GAP_IN_LEVELS),
        ("B5", FaultKind.TWO_PARENTS),
        ("B6", FaultKind.FORMULA),
        ("B7", FaultKind.NOBODY_ALONE),
        ("C8", FaultKind.REPEATED),
    ]
    assert str(findings.listed[0]).startswith("C4: There is a unit here")
    assert {"Nivå1": "A", "Nivå2": "A1", "Nivå3": "A11"} in good


def test_wrong_columns_are_told_all_at_once_and_never_by_their_text(tmp_path: Path) -> None:
    head = "fnr;fnr;Kari Syntetisk;fom;tom;grad;diagnose"
    good, _, findings = read(sick_leave(tmp_path, ROW, head=head), SICK_LEAVE)
    assert good == []
    assert findings.refused
    assert {(f.kind, f.column) for f in findings.listed} == {
        (FaultKind.REPEATED_COLUMN, "fnr"),
        (FaultKind.UNKNOWN_COLUMN, "column 3"),
        (FaultKind.MISSING_COLUMN, "orgnr"),
        (FaultKind.MISSING_COLUMN, "diagnosetekst"),
    }
    assert "Kari" not in str(findings)


def test_values_that_may_occur_once_are_compared_over_all_batches(tmp_path: Path) -> None:
    path = tmp_path / "identities.parquet"
    frame = pd.DataFrame({"respondent": ["a", "b", "c", "a", "d", "b"], "fnr": HERE, "navn": "Syntetisk"})
    frame.to_parquet(path)
    good, _, findings = read(path, "identities", limits=Limits(rows_per_batch=2))
    assert [row["respondent"] for row in good] == ["a", "b", "c", "d"]
    assert [(f.kind, f.row) for f in findings.listed] == [(FaultKind.REPEATED, 4), (FaultKind.REPEATED, 6)]


def test_progress_is_told_and_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "identities.parquet"
    names = [f"r{n}" for n in range(1_000)]
    pd.DataFrame({"respondent": names, "fnr": HERE[0], "navn": "x"}).to_parquet(path)
    told: list[tuple[int, float]] = []
    limits = Limits(rows_per_batch=100)
    read(path, "identities", limits=limits, progress=lambda rows, share: told.append((rows, share)))
    assert told == [(100 * n, pytest.approx(n / 10)) for n in range(1, 11)]
    with pytest.raises(Conflict) as stopped:
        read(path, "identities", limits=limits, cancelled=lambda: len(told) >= 10)
    assert stopped.value.code == "cancelled"


def test_an_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="register:sick_leave"):
        schema_for("register:cats")


def test_every_kind_of_fault_says_what_to_do() -> None:
    assert set(SENTENCES) == set(FaultKind)
    assert all(sentence.count(".") >= 2 or "?" in sentence for kind, sentence in SENTENCES.items() if "fnr" not in kind)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_letters_across_blocks_are_read_as_one(tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["Ærlig", "Ørnerud Åse", "€ 😀" if encoding == "utf-8" else "€ ø"]
    text = "respondent;fnr;navn\n" + "".join(f"{n};{HERE[n]};{name}\n" for n, name in enumerate(names))
    path = tmp_path / "identities.csv"
    path.write_bytes(text.encode(encoding))
    for size in (1, 2, 3, 5, 7, 64):
        monkeypatch.setattr("secure_zone.intake.text_stream.BLOCK", size)
        with Source(path, 10_000) as source:
            assert TextStream(source).read() == text.encode()


def test_a_file_of_many_blocks_is_read_in_its_encoding(tmp_path: Path) -> None:
    row = ROW.replace("Rygg symptomer", "Øre og åndedrett " * 6)
    for encoding in ("utf-8", "cp1252"):
        good, _, findings = read(sick_leave(tmp_path, *[row] * 120_000, encoding=encoding), SICK_LEAVE)
        assert findings.clean, str(findings)
        assert len(good) == 120_000
