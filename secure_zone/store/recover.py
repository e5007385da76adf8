"""After a crash: finishes or undoes what a killed process left in the data area. Run at the start, before any write.

The ledger decides. A draft whose version the ledger does not know is undone, files too if they were in place already;
one that it knows is finished. Files of versions whose key the ledger has destroyed are removed. A version's folder
that is neither is left alone and named: it may belong to a ledger that was not restored with this data area.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from secure_zone.errors import ZoneUnavailable
from secure_zone.store.faults import fault
from secure_zone.store.files import remove_folder, sync_folder
from secure_zone.store.paths import draft_target, staging_folder, version_folder

VersionId = tuple[str, int]


@dataclass(frozen=True)
class Recovery:
    """What was done and seen, as (dataset, version)."""

    finished: tuple[VersionId, ...]
    undone: tuple[VersionId, ...]
    removed: tuple[VersionId, ...]
    unknown: tuple[VersionId, ...]
    missing: tuple[VersionId, ...]


def recover(data_area: Path, *, readable: Collection[VersionId], gone: Collection[VersionId]) -> Recovery:
    """Brings the data area to what the ledger says.

    readable: versions the ledger holds keys for; gone: versions whose destruction it has begun or finished.
    Safe to repeat, and to be killed in.
    """
    finished, undone = _settle_drafts(data_area, {*readable, *gone})
    removed = []
    for dataset, version in sorted(gone):
        if version_folder(data_area, dataset, version).exists():
            destroy_files(data_area, dataset, version)
            removed.append((dataset, version))
    there = _published(data_area)
    return Recovery(
        finished=finished,
        undone=undone,
        removed=tuple(removed),
        unknown=tuple(sorted(there - {*readable, *gone})),
        missing=tuple(sorted(set(readable) - there)),
    )


def destroy_files(data_area: Path, dataset: str, version: int) -> None:
    """Removes a version's files; the ledger has destroyed its keys before. Repeating it is fine."""
    folder = version_folder(data_area, dataset, version)
    fault("destroy:before-files")
    try:
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                file.unlink()
                fault("destroy:after-file")
            folder.rmdir()
            sync_folder(folder.parent)
    except OSError as error:
        raise ZoneUnavailable(
            "The keys of version {version} of {dataset} are destroyed, but its files cannot be removed ({reason}). "
            "Without keys they are noise. Check the disk and who owns the folder, then start the custodian again: it "
            "removes them.",
            code="files_remain",
            dataset=dataset,
            version=version,
            reason=os.strerror(error.errno or errno.EIO),
        ) from None
    fault("destroy:after-folder")


def _settle_drafts(data_area: Path, known: set[VersionId]) -> tuple[tuple[VersionId, ...], tuple[VersionId, ...]]:
    finished, undone = [], []
    staging = staging_folder(data_area)
    for draft in sorted(staging.iterdir()) if staging.is_dir() else ():
        target = draft_target(draft.name)
        if target is None:
            continue
        if target in known:
            finished.append(target)
        else:
            # The files first: while the draft lies there, a second run knows that they were never published.
            remove_folder(version_folder(data_area, *target))
            fault("recover:after-undo")
            undone.append(target)
        remove_folder(draft)
    return tuple(finished), tuple(undone)


def _published(data_area: Path) -> set[VersionId]:
    return {
        (folder.parent.name, int(folder.name))
        for folder in (data_area / "datasets").glob("*/*")
        if folder.is_dir() and folder.name.isdecimal()
    }
