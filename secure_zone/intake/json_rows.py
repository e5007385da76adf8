"""JSON lines: one object with plain values on each line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.limits import Limits
from secure_zone.intake.raw import Broken, RawBatch, Reading
from secure_zone.intake.schema import Schema
from secure_zone.intake.source import Source
from secure_zone.intake.text_stream import TextStream

ROWS_PER_BATCH = 20_000


def read_json_lines(source: Source, schema: Schema, limits: Limits) -> Reading:
    """Opens a file of JSON lines. The schema's columns are all there are: what a line lacks is missing in it, and a
    line with other names is no event of this kind."""
    stream = TextStream(source)
    names = tuple(column.name for column in schema.columns)
    return Reading(names, _batches(stream, names, limits.line_bytes), stream.sha256)


def _batches(stream: TextStream, names: Sequence[str], most: int) -> Iterator[RawBatch]:
    lines = io.BufferedReader(stream, buffer_size=most)
    rows: list[int] = []
    values: list[list[str | None]] = []
    broken: list[Broken] = []

    def batch() -> RawBatch:
        arrays = {name: pa.array([row[at] for row in values], pa.string()) for at, name in enumerate(names)}
        return RawBatch(np.array(rows, dtype=np.int64), arrays, tuple(broken), share=stream.share)

    number = 0
    while line := lines.readline(most + 1):
        number += 1
        if len(line) > most:
            raise Unreadable(FaultKind.NOT_THIS_FORMAT)
        if not line.strip():
            continue
        found = _event(line, names)
        if found is None:
            broken.append(Broken(number, FaultKind.NOT_JSON, line.decode(errors="replace").rstrip("\r\n")))
        else:
            rows.append(number)
            values.append(found)
        if len(rows) + len(broken) >= ROWS_PER_BATCH:
            yield batch()
            rows, values, broken = [], [], []
    if rows or broken:
        yield batch()


def _event(line: bytes, names: Sequence[str]) -> list[str | None] | None:
    """The values in the order of the names, None where the line is no such object."""
    try:
        found = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not set(found) <= set(names):
        return None
    values = [found.get(name) for name in names]
    if any(isinstance(value, bool) or not isinstance(value, str | int | None) for value in values):
        return None
    texts = [None if value is None else str(value) for value in values]
    # Half a surrogate pair cannot be written anywhere.
    return None if any(text and not _writable(text) for text in texts) else texts


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
