"""Reading deliveries with every check, against reading the same files with nothing but the library underneath.

A survey in SPSS (500,000 answers x 60 columns) against pyreadstat's own frame, and five million spells of sick leave
in CSV against DuckDB's and pyarrow's CSV readers with typed columns. Ours hashes the file, checks every value, looks
for identity numbers where none belongs, and gives typed Arrow batches. All alternate in one process.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyreadstat

from benchmarks.alternating import compare
from benchmarks.section import Section
from secure_zone.identity.synthetic import synthetic_numbers
from secure_zone.intake import read_delivery, schema_for

ANSWERS, ITEMS, SPELLS, PEOPLE = 500_000, 52, 5_000_000, 400_000
ROUNDS = 3
SPSS_LIMIT, CSV_LIMIT = 1.5, 1.3


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        answers, spells = Path(folder) / "answers.sav", Path(folder) / "sick_leave.csv"
        _write_answers(answers)
        _write_spells(spells)
        rows = [
            compare(
                f"SPSS, {ANSWERS:,} x {ITEMS + 8}, against pyreadstat",
                lambda: _ours(answers, "survey", ANSWERS),
                lambda: pyreadstat.read_sav(answers, user_missing=True),
                rounds=ROUNDS,
                limit=SPSS_LIMIT,
            ),
            compare(
                f"CSV, {SPELLS:,} spells, against DuckDB",
                lambda: _ours(spells, "register:sick_leave", SPELLS),
                lambda: _duckdb(spells),
                rounds=ROUNDS,
                limit=CSV_LIMIT,
            ),
            compare(
                f"CSV, {SPELLS:,} spells, against pyarrow's streaming reader",
                lambda: _ours(spells, "register:sick_leave", SPELLS),
                lambda: _pyarrow(spells),
                rounds=ROUNDS,
                limit=CSV_LIMIT,
            ),
        ]
    return Section(
        name="intake_reading",
        title="Reading deliveries",
        rows=rows,
        note=f"Best of {ROUNDS} alternating reads. DuckDB reads dates and decimals typed into Arrow batches; pyarrow's "
        "streaming reader gives texts only.",
    )


def _write_answers(path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "respondent": [f"R21-{n:07d}" for n in range(ANSWERS)],
            "orgnr": "310000019",
            "answered": pd.Timestamp("2021-10-07").date(),
            "version": "2021",
            **{f"unit_{level}": f"Avdeling {level}" for level in (1, 2, 3, 4)},
        }
    )
    items = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0, 99.0, np.nan], size=(ANSWERS, ITEMS), p=[0.18] * 5 + [0.05] * 2)
    names = [f"item_{n}" for n in range(ITEMS)]
    labels = {float(code): f"Svar {code}" for code in (1, 2, 3, 4, 5, 97, 98, 99)}
    pyreadstat.write_sav(
        pd.concat([frame, pd.DataFrame(items, columns=names)], axis=1),
        path,
        variable_value_labels=dict.fromkeys(names, labels),
        missing_ranges=dict.fromkeys(names, [97, 98, 99]),
    )


def _write_spells(path: Path) -> None:
    rng = np.random.default_rng(2)
    birth = np.datetime64("1955-01-01") + rng.integers(0, 50 * 365, PEOPLE)
    fnr = synthetic_numbers(birth, rng.integers(1, 3, PEOPLE), np.zeros(PEOPLE, dtype=bool)).astype("U11")
    start = pd.Timestamp("2018-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 3000, SPELLS)), unit="D")
    stop = start + pd.to_timedelta(rng.integers(1, 90, SPELLS), unit="D")
    codes = np.array(["L02", "P76", "R05", "A04", "L84"])
    texts = np.array(["Rygg symptomer/plager", "Depressiv lidelse", "Hoste", "Slapphet", "Ryggsyndrom uten utstråling"])
    which = rng.integers(0, len(codes), SPELLS)
    with path.open("w", encoding="utf-8", newline="") as file:
        for at in range(0, SPELLS, 1_000_000):
            part = slice(at, at + 1_000_000)
            pd.DataFrame(
                {
                    "fnr": fnr[rng.integers(0, PEOPLE, len(which[part]))],
                    "orgnr": rng.choice(["310000019", "315000157", "310000116"], len(which[part])),
                    "fom": start[part].strftime("%d.%m.%Y"),
                    "tom": stop[part].strftime("%d.%m.%Y"),
                    "grad": rng.choice(["50,0", "100,0", "20,0", "80,0"], len(which[part])),
                    "diagnose": codes[which[part]],
                    "diagnosetekst": texts[which[part]],
                }
            ).to_csv(file, sep=";", index=False, header=at == 0, quoting=1, lineterminator="\r\n")


def _ours(path: Path, kind: str, rows: int) -> None:
    with read_delivery(path, schema_for(kind)) as delivery:
        read = sum(part.good.num_rows for part in delivery)
    assert read == rows, str(delivery.findings)


def _duckdb(path: Path) -> None:
    dates = {"fom": "DATE", "tom": "DATE"}
    texts = dict.fromkeys(["fnr", "orgnr", "diagnose", "diagnosetekst"], "VARCHAR")
    with duckdb.connect() as database:
        relation = database.read_csv(
            str(path), sep=";", decimal=",", date_format="%d.%m.%Y", dtype={**texts, **dates, "grad": "DOUBLE"}
        )
        for _ in relation.to_arrow_reader(100_000):
            pass


def _pyarrow(path: Path) -> None:
    names = ["fnr", "orgnr", "fom", "tom", "grad", "diagnose", "diagnosetekst"]
    reader = arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(block_size=8 * 1024 * 1024),
        parse_options=arrow_csv.ParseOptions(delimiter=";", newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    for _ in reader:
        pass
