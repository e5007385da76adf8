"""Columns as text files, appended block by block."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray


def append_csv(path: Path, columns: Mapping[str, object], *, encoding: str = "utf-8", separator: str = ";") -> None:
    """Appends rows to a CSV file; a file that does not exist yet begins with the header row. Lines end in CRLF."""
    table = pa.table({name: _column(values) for name, values in columns.items()})
    file = io.BytesIO()
    options = pa_csv.WriteOptions(
        include_header=not path.exists(),
        delimiter=separator,
        quoting_style="needed",
        quoting_header="needed",
        eol="\r\n",
    )
    pa_csv.write_csv(table, file, options)
    content = file.getvalue()
    with path.open("ab") as out:
        out.write(content if encoding == "utf-8" else content.decode("utf-8").encode(encoding))


def written_days(days: NDArray[np.datetime64], form: str) -> pa.Array:
    """Days as text, such as `%d.%m.%Y`; null where there is none."""
    known = days.astype("datetime64[D]")
    there = known[~np.isnat(known)]
    if there.size == 0:
        return pa.nulls(known.size, pa.string())
    # There are few different days: each is written once.
    first, last = there.min(), there.max()
    texts = pc.strftime(pa.array(np.arange(first, last + 1)), format=form)
    positions = np.where(np.isnat(known), 0, (known - first).astype(np.int64))
    return texts.take(pa.array(positions, mask=np.isnat(known)))


def decimal_comma(values: NDArray[np.integer]) -> pa.Array:
    """Whole numbers as a Norwegian system writes them: `50,0`."""
    return pc.binary_join_element_wise(pc.cast(pa.array(values), pa.string()), pa.scalar(",0"), "")


def _column(values: object) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    array = np.asarray(values)
    if array.dtype.kind == "S":
        return pc.cast(pa.array(array, pa.binary()), pa.string())
    return pa.array(array)
