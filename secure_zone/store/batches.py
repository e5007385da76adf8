"""What may be written as a table, cut into row groups of an even size: small enough to stream, large enough to scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

import pyarrow as pa

from secure_zone.errors import BadInput

ROWS_PER_GROUP = 250_000

Rows: TypeAlias = "pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]"


def schema_of(rows: Rows) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The columns and the rows in batches. What pandas notes about its index is left out: only columns are stored."""
    if isinstance(rows, (pa.Table, pa.RecordBatchReader)):
        schema = rows.schema
        batches = iter(rows.to_batches()) if isinstance(rows, pa.Table) else iter(rows)
    else:
        batches = iter(rows)
        first = next(batches, None)
        if first is None:
            raise BadInput("No batches, so no columns: give an Arrow table or a reader where a table has no rows.")
        schema, batches = first.schema, chain([first], batches)
    plain = schema.remove_metadata()
    return plain, (_of_schema(batch, plain) for batch in batches)


def _of_schema(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if not batch.schema.equals(schema):
        raise BadInput("The batches of one table have different columns.")
    return batch.replace_schema_metadata(None)


def in_groups(batches: Iterator[pa.RecordBatch], rows: int = ROWS_PER_GROUP) -> Iterator[pa.Table]:
    """The same rows in tables of exactly `rows` rows, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while count + batch.num_rows >= rows:
            taken = rows - count
            yield pa.Table.from_batches([*waiting, batch.slice(0, taken)])
            batch, waiting, count = batch.slice(taken), [], 0
        if batch.num_rows:
            waiting.append(batch)
            count += batch.num_rows
    if waiting:
        yield pa.Table.from_batches(waiting)
