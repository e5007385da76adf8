"""How much is taken in: the numbers that stop hostile and mistaken files, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """file_bytes: of the delivered file. columns, workbook_*: of one file. first_line_bytes: the names of the columns.
    rows_per_batch: at most so many rows are held at a time (fewer in wide files: cells_per_batch). child_memory_bytes:
    for the process that reads SPSS, Stata, SAS and Parquet. stall_seconds: without a new batch reading is stopped."""

    file_bytes: int = 64 * 1024 * MEGABYTE
    columns: int = 2_000
    first_line_bytes: int = MEGABYTE
    line_bytes: int = MEGABYTE
    rows_per_batch: int = 100_000
    cells_per_batch: int = 6_000_000
    workbook_bytes: int = 200 * MEGABYTE
    workbook_members: int = 1_000
    workbook_cells: int = 20_000_000
    child_memory_bytes: int = 4 * 1024 * MEGABYTE
    stall_seconds: float = 120.0
    listed_per_kind: int = 20


LIMITS = Limits()
