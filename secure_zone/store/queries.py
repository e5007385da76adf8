"""DuckDB in memory, and nowhere else: no spilling, no files, no network, no look at the program's variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow.dataset as ds

if TYPE_CHECKING:
    import duckdb


def private_connection(tables: Mapping[str, ds.Dataset], memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that knows the given tables by name. What does not fit into `memory_limit` (DuckDB's own writing,
    "4GB"; by default 80 % of the memory) fails instead of being spilled in plaintext."""
    import duckdb  # here, because most who open a version never ask for it

    limits = {} if memory_limit is None else {"memory_limit": memory_limit}
    connection = duckdb.connect(config={"temp_directory": "", **limits})
    connection.execute("SET python_enable_replacements = false")
    # Last, in this order: after them neither a file can be touched nor a setting changed.
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    for name, table in tables.items():
        connection.register(name, table)
    return connection


def source_errors() -> tuple[type[Exception], ...]:
    """What a query raises when the data under it cannot be read."""
    import duckdb

    return (duckdb.InvalidInputException,)
