"""Any bytes, as any kind and format, end as findings; what can be written is read back the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_people import fnr

from secure_zone.identity.many import read_numbers
from secure_zone.intake import SCHEMAS, Limits, read_delivery, schema_for
from secure_zone.intake.stray_numbers import text_holds_number

FNR = fnr(50)
NAME = "Eldbjørg Ørnerud"
IN_PROCESS = [".csv", ".xlsx", ".jsonl", ".sav", ".dta", ".sas7bdat", ".xpt", ".parquet", ".exe"]
WITH_BEGINNINGS = {
    ".sav": b"$FL2",
    ".zsav": b"$FL3",
    ".dta": b"<stata_dta>",
    ".por": b"ASCII SPSS PORT FILE",
    ".parquet": b"PAR1",
}
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=0, max_size=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("intake")


def read_all(path: Path, kind: str) -> str:
    """Reads to the end; what is told. No exception is the property."""
    with read_delivery(path, schema_for(kind), limits=Limits(stall_seconds=20)) as delivery:
        rows = sum(part.good.num_rows + part.quarantined.num_rows for part in delivery)
    findings = delivery.findings
    assert findings.rows_read == rows
    assert not findings.clean or rows > 0
    assert delivery.sha256 is not None
    return str(findings)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(min_size=1, max_size=400), st.sampled_from(IN_PROCESS), st.sampled_from(sorted(SCHEMAS)))
def test_any_bytes_as_anything_end_as_findings(folder: Path, content: bytes, form: str, kind: str) -> None:
    path = folder / f"any{form}"
    path.write_bytes(content)
    read_all(path, kind)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.sampled_from(sorted(WITH_BEGINNINGS)))
def test_any_bytes_after_the_right_beginning_end_as_findings(folder: Path, content: bytes, form: str) -> None:
    path = folder / f"begun{form}"
    path.write_bytes(WITH_BEGINNINGS[form] + content)
    assert "0 good" in read_all(path, "survey")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["identities", "population", "sick_leave", "consents"]))
def test_any_rows_under_the_right_names_end_as_findings(folder: Path, content: bytes, kind: str) -> None:
    schema = schema_for(kind if kind in SCHEMAS else f"register:{kind}")
    path = folder / ("rows.jsonl" if schema.json_lines else "rows.csv")
    path.write_bytes(";".join(column.name for column in schema.columns).encode() + b"\n" + content)
    read_all(path, schema.kind)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=16))
def test_a_damaged_sav_ends_as_findings_without_its_text(folder: Path, at: int, damage: bytes) -> None:
    path = folder / "answers.sav"
    frame = pd.DataFrame({"respondent": [f"r{n}" for n in range(50)], "fnr": FNR, "navn": NAME})
    pyreadstat.write_sav(frame, path)
    content = bytearray(path.read_bytes())
    place = at % len(content)
    content[place : place + len(damage)] = damage
    path.write_bytes(content)
    told = read_all(path, "identities")
    assert NAME not in told
    assert not any(number in told for number in FNR)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FNR), TEXTS), min_size=1, max_size=10), st.sampled_from(";,\t|"))
def test_names_come_back_as_they_were_written(folder: Path, people: list[tuple[str, str]], separator: str) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    rows = [["respondent", "fnr", "navn"], *([f"r{n}", *person] for n, person in enumerate(people))]
    path = folder / "identities.csv"
    path.write_bytes("".join(separator.join(map(quoted, row)) + "\r\n" for row in rows).encode())
    with read_delivery(path, schema_for("identities")) as delivery:
        parts = list(delivery)
    good = {row["respondent"]: (row["fnr"], row["navn"]) for part in parts for row in part.good.to_pylist()}
    apart = {row["respondent"] for part in parts for row in part.quarantined.to_pylist()}
    assert good.keys() | apart == {f"r{n}" for n in range(len(people))}
    for respondent, person in good.items():
        number, name = people[int(respondent[1:])]
        assert person == (number, name.strip())


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(FNR), TEXTS, st.sampled_from(["", " ", "-", "\u00a0", ". "]))
def test_a_number_in_a_text_is_seen(before: str, number: str, after: str, between: str) -> None:
    before = before.rstrip("".join(c for c in before if c.isdigit()))
    text = f"{before}: {number[:6]}{between}{number[6:]}, {after}"
    assert text_holds_number(text)


@given(st.dates(date(1950, 1, 1), date(2020, 1, 1)))
def test_other_long_numbers_are_not_taken_for_identities(day: date) -> None:
    for text in (f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", "310000019", f"{day:%Y-%m-%d} 12:30:59"):
        assert not text_holds_number(text) or read_numbers([text]).valid.any()
