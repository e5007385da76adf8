"""The data area as the custodian holds it: begins drafts, destroys, verifies, recovers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from secure_zone.keys.secret import Secret
from secure_zone.store import recover as recovery
from secure_zone.store.manifest import Identity
from secure_zone.store.paths import version_folder
from secure_zone.store.recover import Recovery, VersionId
from secure_zone.store.writing import Draft

if TYPE_CHECKING:
    from secure_zone.store.reading import OpenVersion


class Store:
    """One zone's data area. There is one writer: the custodian."""

    def __init__(self, data_area: Path, zone_id: str) -> None:
        self.data_area = data_area
        self.zone_id = zone_id

    def begin(
        self, dataset: str, *, purpose: str, version: int, key: Secret, created_by: str, made_from: Iterable[str] = ()
    ) -> Draft:
        """A draft of a new version under a key of its own. Use it as a context: see `writing`."""
        identity = Identity(self.zone_id, dataset, version, purpose)
        return Draft(self.data_area, identity, key, created_by, made_from)

    def open(self, dataset: str, *, purpose: str, version: int, manifest_sha256: str, key: Secret) -> OpenVersion:
        """A published version, for the custodian's own use."""
        # Here, because pyarrow's datasets load pandas, and the custodian must be ready soon after a restart.
        from secure_zone.store.reading import open_version

        return open_version(
            version_folder(self.data_area, dataset, version),
            manifest_sha256,
            key,
            zone_id=self.zone_id,
            dataset=dataset,
            version=version,
            purpose=purpose,
        )

    def verify(self, dataset: str, *, purpose: str, version: int, manifest_sha256: str, key: Secret) -> None:
        """Reads every file of the version whole; raises Damaged naming the first that is not what was published."""
        self.open(dataset, purpose=purpose, version=version, manifest_sha256=manifest_sha256, key=key).check()

    def destroy_files(self, dataset: str, version: int) -> None:
        """Removes the files, after the ledger has destroyed the keys."""
        recovery.destroy_files(self.data_area, dataset, version)

    def recover(self, *, readable: Collection[VersionId], gone: Collection[VersionId]) -> Recovery:
        """Finishes or undoes what a crash left: see `recover`."""
        return recovery.recover(self.data_area, readable=readable, gone=gone)
