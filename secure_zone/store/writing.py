"""Writing a version: a draft in the staging area, sealed, then published in one step together with its ledger row.

    with store.begin("answers", purpose="research", version=3, key=key, created_by="kari") as draft:
        draft.write("people", table)
        sealed = draft.seal()
        with draft.publishing(committed=...):
            ...  # the one ledger transaction that makes the version known, with sealed.sha256

Whatever goes wrong, and wherever the process dies, afterwards either the ledger knows the version and all of it is in
its place, or neither is the case (`recover` finishes or undoes what a killed process left).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from secure_zone.errors import BadInput, Conflict
from secure_zone.keys.secret import Secret
from secure_zone.store.batches import Rows, in_groups, schema_of
from secure_zone.store.faults import fault
from secure_zone.store.files import (
    STAGING_MODE,
    NewFile,
    disk_problems_are_told,
    make_folder,
    place,
    remove_folder,
    sync_folder,
    write_file,
)
from secure_zone.store.manifest import Identity, Manifest, Part, TableEntry, encode_schema, file_key, seal_manifest
from secure_zone.store.paths import MANIFEST, draft_folder, part_name, staging_folder, version_folder


@dataclass(frozen=True)
class Sealed:
    """A whole version, ready to be published. `sha256`: of the sealed manifest, for the ledger row."""

    manifest: Manifest
    sha256: str

    @property
    def rows(self) -> int:
        return self.manifest.rows


class Draft:
    """A version being written. As a context it leaves nothing behind unless it was published."""

    def __init__(
        self, data_area: Path, identity: Identity, key: Secret, created_by: str, made_from: Iterable[str]
    ) -> None:
        self.identity = identity
        self._key = key
        self._created_by, self._made_from = created_by, tuple(made_from)
        self._data_area = data_area
        self._folder = draft_folder(data_area, identity.dataset, identity.version)
        self._files = self._folder / "files"
        self._target = version_folder(data_area, identity.dataset, identity.version)
        self._tables: dict[str, tuple[pa.Schema, list[Part]]] = {}
        self._mine = True
        with disk_problems_are_told():
            if self._target.exists() or self._folder.exists():
                raise Conflict(
                    "Version {version} of {dataset} exists already, or its publication was interrupted. "
                    "Start the custodian again to clear that, or publish under the next number.",
                    code="version_exists",
                    dataset=identity.dataset,
                    version=identity.version,
                )
            try:
                make_folder(staging_folder(data_area), STAGING_MODE)
                make_folder(self._files)
                fault("draft:after-folder")
            except OSError:
                shutil.rmtree(self._folder, ignore_errors=True)
                raise

    def write(self, table: str, rows: Rows) -> None:
        """Adds rows to the named table: an Arrow table, a reader, or batches, written as they come. More calls add
        more; all must have the schema of the first."""
        known, parts = self._tables.get(table, (None, []))
        name = part_name(table, len(parts) + 1)
        schema, batches = schema_of(rows)
        if known is not None and not schema.equals(known):
            raise BadInput("The rows added to {table} have other columns than those before.", table=table)
        path = self._files / name
        try:
            with disk_problems_are_told():
                with NewFile(path) as file:
                    written = self._write_part(file, name, schema, in_groups(batches))
                fault("draft:after-part")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._tables[table] = (schema, [*parts, Part(name, written, file.size, file.sha256)])

    def _write_part(self, file: NewFile, name: str, schema: pa.Schema, groups: Iterator[pa.Table]) -> int:
        encryption = pe.create_encryption_properties(
            footer_key=file_key(self._key, name).reveal(),
            aad_prefix=self.identity.binding("part", name),
            store_aad_prefix=False,
        )
        written = 0
        with pq.ParquetWriter(file, schema, compression="zstd", encryption_properties=encryption) as writer:
            for group in groups:
                writer.write_table(group, row_group_size=group.num_rows or None)
                written += group.num_rows
        return written

    def seal(self) -> Sealed:
        """Writes the manifest and returns once the whole draft is on the disk."""
        if not self._tables:
            raise BadInput("A version needs at least one table.")
        manifest = Manifest(
            identity=self.identity,
            tables=tuple(
                TableEntry(name, encode_schema(schema), tuple(parts)) for name, (schema, parts) in self._tables.items()
            ),
            created_by=self._created_by,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            made_from=self._made_from,
        )
        content, sha256 = seal_manifest(manifest, self._key)
        with disk_problems_are_told():
            write_file(self._files / MANIFEST, content)
            fault("draft:before-sync")
            sync_folder(self._files)
            sync_folder(self._folder)
            fault("draft:after-seal")
        return Sealed(manifest, sha256)

    @contextmanager
    def publishing(self, committed: Callable[[], bool]) -> Iterator[None]:
        """Inside, the version is in its place and the caller makes the ledger know it in one transaction.

        After an exception `committed()` is asked whether the ledger knows the version all the same (the failure may
        have come after the commit). If it cannot tell, everything stays as it is until `recover` finds out.
        """
        if not (self._files / MANIFEST).is_file():
            raise Conflict("The draft must be sealed before it is published.")
        self._mine = False
        try:
            with disk_problems_are_told():
                place(self._files, self._target)
                fault("publish:after-rename")
            yield
        except BaseException:
            if not committed():
                remove_folder(self._target)
                fault("recover:after-undo")
            remove_folder(self._folder)
            raise
        fault("publish:after-ledger")
        remove_folder(self._folder)

    def abandon(self) -> None:
        """Removes the draft; a published version stays."""
        if self._mine:
            remove_folder(self._folder)
            self._mine = False

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.abandon()
