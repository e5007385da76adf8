"""Reading a version with its key: as a pyarrow dataset, a pandas frame of chosen columns, or a DuckDB relation.

Nothing is written anywhere, least of all in plaintext: DuckDB gets no temporary directory and no access to files.
What opens is what was published under exactly this zone, dataset, version and purpose, or Damaged is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from secure_zone.errors import NotFound
from secure_zone.keys.secret import Secret
from secure_zone.store.checking import check_contents, check_folder, damaged, read_manifest, unreadable_is_told
from secure_zone.store.manifest import Identity, Manifest, Part, TableEntry, file_key, open_manifest
from secure_zone.store.queries import private_connection, source_errors

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

# Up to this many bytes a version is hashed whole when it is opened (some milliseconds), so that damage shows before
# anything is read. In larger ones the length and footer of each file are checked, and each page as it is read.
HASHED_AT_OPENING = 16 * 1024 * 1024


def open_version(
    folder: Path, manifest_sha256: str, key: Secret, *, zone_id: str, dataset: str, version: int, purpose: str
) -> OpenVersion:
    """The version in `folder`, checked against the manifest that the ledger names by its SHA-256."""
    identity = Identity(zone_id, dataset, version, purpose)
    with unreadable_is_told(identity):
        manifest = open_manifest(read_manifest(folder, identity), manifest_sha256, key, identity)
        opened = OpenVersion(folder, manifest, key)
        check_folder(folder, manifest)
        if manifest.size <= HASHED_AT_OPENING:
            check_contents(folder, manifest)
        opened.check_footers()
    return opened


class OpenVersion:
    """A version that can be read. It stays readable while newer versions are published."""

    def __init__(self, folder: Path, manifest: Manifest, key: Secret) -> None:
        self.manifest = manifest
        self._folder = folder
        self._key = key
        self._entries = {table.name: table for table in manifest.tables}

    def __repr__(self) -> str:
        tables = ", ".join(f"{name} ({rows} rows)" for name, rows in self.rows.items())
        return f"<{self.manifest.identity.dataset} version {self.manifest.identity.version}: {tables}>"

    @property
    def dataset(self) -> str:
        return self.manifest.identity.dataset

    @property
    def version(self) -> int:
        return self.manifest.identity.version

    @property
    def purpose(self) -> str:
        return self.manifest.identity.purpose

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(self._entries)

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows of each table."""
        return {name: entry.rows for name, entry in self._entries.items()}

    @property
    def schema(self) -> Mapping[str, pa.Schema]:
        """Arrow schema of each table."""
        return {name: entry.schema for name, entry in self._entries.items()}

    def arrow(self, table: str) -> ds.Dataset:
        """The table as a pyarrow dataset, scanned in parallel and decrypted as it is read."""
        entry = self._entry(table)
        parts = [
            ds.dataset(self._folder / part.file, format=self._format(part), schema=entry.schema) for part in entry.parts
        ]
        return parts[0] if len(parts) == 1 else ds.dataset(parts)

    def pandas(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The chosen columns of the table, in the order given, as a pandas frame; all of them without a choice."""
        entry = self._entry(table)
        for column in columns or ():
            if column not in entry.schema.names:
                raise NotFound("There is no column {column} in {table}.", column=column, table=table)
        with self.plain_errors():
            read = self.arrow(table).to_table(columns=None if columns is None else list(columns))
        return read.to_pandas(self_destruct=True, split_blocks=True)

    def relation(self, table: str) -> duckdb.DuckDBPyRelation:
        """The table as a DuckDB relation. Relations of one opened version can be joined."""
        return self._duckdb.from_arrow(self.arrow(table))

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """A DuckDB query over this version's tables by their names, and over nothing else."""
        return self._duckdb.sql(query)

    def check(self) -> None:
        """Reads every file whole and returns if each is what was published; raises Damaged naming the file if not."""
        check_folder(self._folder, self.manifest)
        check_contents(self._folder, self.manifest)
        self.check_footers()

    def check_footers(self) -> None:
        """Returns if each file opens with its key under its own name and holds the rows the manifest says."""
        for table in self.manifest.tables:
            for part in table.parts:
                try:
                    footer = pq.read_metadata(self._folder / part.file, decryption_properties=self._decryption(part))
                except PermissionError:
                    raise
                except (OSError, pa.ArrowInvalid):
                    raise damaged(self.manifest.identity, part.file) from None
                if footer.num_rows != part.rows:
                    raise damaged(self.manifest.identity, part.file)

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Around a read: turns what pyarrow or DuckDB says about a damaged or removed file into a sentence naming it.

        `pandas()` does this itself; put it around scans of `arrow()` and fetches of `relation()` and `sql()`.
        """
        try:
            yield
        except (OSError, pa.ArrowInvalid, *source_errors()):
            self.check()
            raise

    def _entry(self, table: str) -> TableEntry:
        if table not in self._entries:
            raise NotFound(
                "There is no table {table} in {dataset}. It has: {tables}.",
                table=table,
                dataset=self.dataset,
                tables=", ".join(self.tables),
            )
        return self._entries[table]

    def _decryption(self, part: Part) -> pe.FileDecryptionProperties:
        return pe.create_decryption_properties(
            footer_key=file_key(self._key, part.file).reveal(),
            aad_prefix=self.manifest.identity.binding("part", part.file),
        )

    def _format(self, part: Part) -> ds.ParquetFileFormat:
        options = ds.ParquetFragmentScanOptions(decryption_properties=self._decryption(part))
        return ds.ParquetFileFormat(default_fragment_scan_options=options)

    @cached_property
    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        return private_connection({name: self.arrow(name) for name in self.tables})
