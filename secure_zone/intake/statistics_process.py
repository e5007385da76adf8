"""The process that reads SPSS, Stata, SAS and Parquet files, apart from the custodian.

    python -m secure_zone.intake.statistics_process FORMAT FILE_DESCRIPTOR PIPE_DESCRIPTOR LIMITS_AS_JSON

These formats are read by large C and C++ libraries. A file made to crash them or to fill the memory takes down this
process only, which has a memory limit, writes no core dump and nothing to a terminal or log. It sends Arrow batches
through the pipe; what is wrong with a file is its exit status.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

READERS: dict[str, Callable[..., tuple[dict[str, list[object]], Any]]] = {
    ".sav": pyreadstat.read_sav,
    ".zsav": pyreadstat.read_sav,
    ".por": pyreadstat.read_por,
    ".dta": pyreadstat.read_dta,
    ".sas7bdat": pyreadstat.read_sas7bdat,
    ".xpt": pyreadstat.read_xport,
}
SPSS = {".sav", ".zsav", ".por"}
# pyreadstat does not tell declared missing codes apart in the other formats: there they come as nothing at all.
USER_MISSING = {".sav", ".zsav", ".dta", ".sas7bdat"}
DAMAGED, TOO_MANY_COLUMNS, REPEATED_COLUMN, NO_MEMORY, NESTED = 3, 4, 5, 6, 7
EPOCH = date(1970, 1, 1)
DAY = 86_400
FROM_1582, FROM_1960 = (date(1582, 10, 14) - EPOCH).days, (date(1960, 1, 1) - EPOCH).days
SPSS_DAYS = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
SAS_DAYS = ("DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "IS8601DA", "B8601DA")
SECONDS = ("DATETIME", "E8601DT", "IS8601DT", "B8601DT", "YMDHMS")
LETTERS = {chr(ord("a") + at): -1.0 - at for at in range(26)}
LARGEST_DAY = 3_000_000


def main(form: str, file: int, pipe: int, limits: dict[str, int]) -> int:
    """The exit status. Whatever a library raises becomes DAMAGED: its text may quote the file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    send = parquet if form == ".parquet" else statistics
    try:
        with open(pipe, "wb", buffering=0) as out:  # noqa: PTH123  a descriptor has no path
            send(f"/dev/fd/{file}", form, out, limits)
    except Refused as refused:
        return refused.status
    except MemoryError:
        return NO_MEMORY
    except BrokenPipeError:
        return 0
    except Exception:  # the process ends here, and its status is all that it may tell
        return DAMAGED
    return 0


class Refused(Exception):
    """What is wrong with the file, as an exit status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__()


def parquet(path: str, form: str, out: object, limits: dict[str, int]) -> None:
    """Plain columns only; dictionaries and times as they are."""
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow.remove_metadata()
        check_names(schema.names, limits["columns"])
        if any(pa.types.is_nested(field.type) or pa.types.is_binary(field.type) for field in schema):
            raise Refused(NESTED)
        rows = max(1, min(limits["rows"], limits["cells"] // max(1, len(schema))))
        head = json.dumps({"rows": file.metadata.num_rows, "variables": {}}).encode()
        schema = schema.with_metadata({b"delivery": head})
        with pa.ipc.new_stream(out, schema) as writer:
            for batch in file.iter_batches(rows):
                writer.write_batch(batch.replace_schema_metadata(schema.metadata))


def statistics(path: str, form: str, out: object, limits: dict[str, int]) -> None:
    """Numbers as doubles, dates as date32, the rest as texts; what the file says of each column in the metadata."""
    read = READERS[form]
    options = {"user_missing": True} if form in USER_MISSING else {}
    _, about = read(path, metadataonly=True, **options)
    check_names(about.column_names, limits["columns"])
    rows = max(1, min(limits["rows"], limits["cells"] // max(1, len(about.column_names))))
    schema = pa.schema(
        [(name, kind(name, about, form)) for name in about.column_names],
        metadata={b"delivery": json.dumps({"rows": about.number_rows, "variables": variables(about)}).encode()},
    )
    with pa.ipc.new_stream(out, schema) as writer:
        offset = 0
        while about.number_rows is None or offset < about.number_rows:
            values, _ = read(
                path,
                row_offset=offset,
                row_limit=rows,
                output_format="dict",
                disable_datetime_conversion=True,
                **options,
            )
            arrays = [as_arrow(values[field.name], field.type, about, form, field.name) for field in schema]
            batch = pa.record_batch(arrays, schema=schema)
            writer.write_batch(batch)
            offset += batch.num_rows
            if batch.num_rows < rows:
                break
    if about.number_rows not in (None, -1) and offset != about.number_rows:
        raise Refused(DAMAGED)


def check_names(names: list[str], most: int) -> None:
    if len(names) > most:
        raise Refused(TOO_MANY_COLUMNS)
    if len(set(names)) < len(names):
        raise Refused(REPEATED_COLUMN)


def kind(name: str, about: Any, form: str) -> pa.DataType:
    if about.readstat_variable_types[name] == "string":
        return pa.string()
    return pa.date32() if day_of(name, about, form) is not None else pa.float64()


def day_of(name: str, about: Any, form: str) -> Callable[[np.ndarray], np.ndarray] | None:
    """What makes days since 1970 of the column's numbers, None where they are not dates by their format."""
    written = (about.original_variable_types.get(name) or "").upper().lstrip("%-")
    word = written.rstrip("0123456789.")
    if form in SPSS:
        return (lambda x: x / DAY + FROM_1582) if word in (*SPSS_DAYS, *SECONDS) else None
    if form == ".dta":
        if written.startswith(("TD", "D")) and not word.endswith(("G", "F", "E")):
            return lambda x: x + FROM_1960
        return (lambda x: x / (1000 * DAY) + FROM_1960) if written.startswith("TC") else None
    if word in SECONDS:
        return lambda x: x / DAY + FROM_1960
    return (lambda x: x + FROM_1960) if word in SAS_DAYS else None


def as_arrow(values: list[object], to: pa.DataType, about: Any, form: str, name: str) -> pa.Array:
    if pa.types.is_string(to):
        try:
            return pa.array(values, to)
        except (pa.ArrowException, TypeError):
            return pa.array(["" if value is None else str(value) for value in values], to)
    if form not in SPSS and any(isinstance(value, str) for value in values):
        values = [
            LETTERS.get(value.lower().strip("._"), math.nan) if isinstance(value, str) else value for value in values
        ]
    numbers = pa.array(values, pa.float64(), from_pandas=True)
    days = day_of(name, about, form)
    if days is None:
        return numbers
    with np.errstate(all="ignore"):
        found = np.floor(days(np.asarray(numbers.fill_null(math.nan), dtype=np.float64)))
    # A number too large for a date must not become another date: -2^31 lies outside every range.
    outside = ~(np.abs(found) <= LARGEST_DAY)
    whole = np.where(outside, -LARGEST_DAY, found).astype(np.int32)
    return pa.array(whole, pa.int32(), mask=np.asarray(numbers.is_null())).cast(pa.date32())


def variables(about: Any) -> dict[str, dict[str, object]]:
    """Labels and declared missing codes of each column, as JSON can hold them."""
    return {
        name: {
            "label": about.column_names_to_labels.get(name) or "",
            "value_labels": [
                [LETTERS.get(str(code).lower(), code), str(text)]
                for code, text in about.variable_value_labels.get(name, {}).items()
            ],
            "missing": [[r["lo"], r["hi"]] for r in about.missing_ranges.get(name, [])]
            + [
                [LETTERS[letter.lower()]] * 2
                for letter in about.missing_user_values.get(name, [])
                if letter.lower() in LETTERS
            ],
            "text": about.readstat_variable_types[name] == "string",
        }
        for name in about.column_names
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])))
