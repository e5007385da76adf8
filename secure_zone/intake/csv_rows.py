"""CSV: separator and encoding found out, quoted line breaks kept, rows cut in C++ by Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.limits import Limits
from secure_zone.intake.raw import Broken, RawBatch, Reading
from secure_zone.intake.schema import Schema, Type
from secure_zone.intake.source import BLOCK, Source
from secure_zone.intake.text_stream import TextStream

SEPARATORS = ";,\t|"
# A block of Windows-1252 grows at most threefold as UTF-8. It is handed on in one piece, because Arrow takes no row
# that lies in three of them.
BLOCK_BYTES = 4 * BLOCK
FIRST_DATA_ROW = 2
REPEATING = pa.dictionary(pa.int32(), pa.string())
# Nearly every row has another value here: a dictionary of them would only cost.
DISTINCT = (Type.FNR, Type.NAME)


class _Start(io.RawIOBase):
    """A stream with the bytes that were read ahead put back in front."""

    def __init__(self, start: bytes, rest: TextStream) -> None:
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._start:
            return self._rest.read(size)
        if size < 0:
            size = len(self._start)
        found, self._start = self._start[:size], self._start[size:]
        return found


def read_csv(source: Source, schema: Schema, limits: Limits) -> Reading:
    """Opens a CSV file. Column names must not be broken over lines."""
    stream = TextStream(source)
    line, start = _first_line(stream, limits.first_line_bytes)
    separator, columns = _columns(line, schema)
    if len(columns) > limits.columns:
        raise Unreadable(FaultKind.TOO_MANY_COLUMNS)
    # Arrow needs names that differ; the real ones are checked by the caller.
    places = [f"{place}" for place in range(len(columns))]
    distinct = {column.name for column in schema.columns if column.type in DISTINCT}
    types = {place: pa.string() if name in distinct else REPEATING for place, name in zip(places, columns, strict=True)}
    batches = _batches(_Start(start, stream), stream, separator, places, types, columns)
    return Reading(columns, batches, stream.sha256)


def _first_line(stream: TextStream, most: int) -> tuple[str, bytes]:
    """The first line that is not empty, and what was read behind it."""
    start = b""
    while True:
        start = start.lstrip(b"\r\n")
        end = min((at for at in (start.find(b"\n"), start.find(b"\r")) if at >= 0), default=-1)
        if end >= 0 or len(start) > most:
            break
        more = stream.read(BLOCK_BYTES)
        if not more:
            end = len(start)
            break
        start += more
    if end < 0 or end > most:
        raise Unreadable(FaultKind.TOO_MANY_COLUMNS)
    if end == 0:
        raise Unreadable(FaultKind.EMPTY)
    return start[:end].decode(), start[end:].removeprefix(b"\r").removeprefix(b"\n")


def _columns(line: str, schema: Schema) -> tuple[str, tuple[str, ...]]:
    """The separator whose cut gives most of the schema's names, then most columns."""
    wanted = {column.name for column in schema.columns} | schema.items
    cuts: list[tuple[int, int, str, tuple[str, ...]]] = []
    for separator in SEPARATORS:
        try:
            cut = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            raise Unreadable(FaultKind.NOT_THIS_FORMAT) from None
        names = tuple(name.strip() for name in cut)
        known = len(wanted & set(names))
        cuts.append((known, len(names), separator, names))
    _, _, separator, columns = max(cuts, key=lambda cut: cut[:2])
    return separator, columns


def _batches(
    start: _Start,
    stream: TextStream,
    separator: str,
    places: Sequence[str],
    types: dict[str, pa.DataType],
    columns: Sequence[str],
) -> Iterator[RawBatch]:
    ragged: list[tuple[int, str]] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    before = given = 0
    try:
        reader = arrow_csv.open_csv(
            start,
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=places),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=types, check_utf8=False),
        )
        for batch in reader:
            # Row numbers count the ragged rows that lie between the others.
            at = np.array([number for number, _ in ragged], dtype=np.int64) - 1
            places_of = np.arange(before, before + batch.num_rows, dtype=np.int64)
            rows = places_of + np.searchsorted(at - np.arange(len(at)), places_of, side="right") + FIRST_DATA_ROW
            before += batch.num_rows
            broken = tuple(
                Broken(number + FIRST_DATA_ROW - 1, FaultKind.RAGGED_ROW, text)
                for number, text in ragged[given:]
                if text.strip()
            )
            given = len(ragged)
            yield _without_empty_rows(
                RawBatch(rows, dict(zip(columns, batch.columns, strict=True)), broken, share=stream.share)
            )
    except (pa.ArrowException, UnicodeDecodeError, UnicodeEncodeError, OSError) as error:
        if "Empty CSV file" not in str(error):
            raise stream.fault or Unreadable(FaultKind.DAMAGED) from None
    rest = tuple(
        Broken(n + FIRST_DATA_ROW - 1, FaultKind.RAGGED_ROW, text) for n, text in ragged[given:] if text.strip()
    )
    if rest:
        nothing = {name: pa.array([], pa.string()) for name in columns}
        yield RawBatch(np.array([], dtype=np.int64), nothing, rest, share=1.0)


def _without_empty_rows(batch: RawBatch) -> RawBatch:
    """Empty lines come as rows of nothing but empty texts; they are no rows."""
    filled = np.zeros(len(batch.rows), dtype=bool)
    for column in batch.columns.values():
        if isinstance(column, pa.DictionaryArray):
            used = np.append(np.asarray(pc.binary_length(column.dictionary)) > 0, False)
            filled |= used[np.asarray(pc.fill_null(column.indices, len(used) - 1))]
        else:
            filled |= np.asarray(pc.fill_null(pc.greater(pc.binary_length(column), 0), False))
        if filled.all():
            return batch
    keep = pa.array(filled)
    return RawBatch(
        batch.rows[filled],
        {name: column.filter(keep) for name, column in batch.columns.items()},
        batch.broken,
        share=batch.share,
    )
