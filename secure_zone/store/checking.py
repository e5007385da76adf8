"""Is a version's folder what its manifest says? Every answer but yes names the file and what to do."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secure_zone.errors import Conflict, Damaged, ZoneUnavailable
from secure_zone.store.files import read_file
from secure_zone.store.manifest import Identity, Manifest
from secure_zone.store.paths import MANIFEST

# Some hundred bytes for each part: room for a hundred thousand.
LARGEST_MANIFEST = 64 * 1024 * 1024


def read_manifest(folder: Path, identity: Identity) -> bytes:
    """The sealed manifest's bytes, not yet checked."""
    check_there(folder, identity)
    try:
        return read_file(folder / MANIFEST, LARGEST_MANIFEST)
    except FileNotFoundError:
        raise missing(identity, MANIFEST) from None
    except ValueError:
        raise damaged(identity, MANIFEST) from None


@contextmanager
def unreadable_is_told(identity: Identity) -> Iterator[None]:
    """Turns files that the operating system does not let this user read into a sentence."""
    try:
        yield
    except PermissionError:
        raise ZoneUnavailable(
            "The operating system does not let you read the files of version {version} of {dataset}. Ask who runs the "
            "zone to add you to its group.",
            code="unreadable",
            dataset=identity.dataset,
            version=identity.version,
        ) from None


def check_there(folder: Path, identity: Identity) -> None:
    """Returns if the version's folder is there: it goes when a version is destroyed."""
    if not folder.is_dir():
        raise Conflict(
            "The files of version {version} of {dataset} are not there. If the version has been destroyed, "
            "use a newer one; if not, restore the folder from a backup.",
            code="version_gone",
            dataset=identity.dataset,
            version=identity.version,
        )


def check_folder(folder: Path, manifest: Manifest) -> None:
    """Returns if the folder holds exactly the files of the manifest, each an ordinary file of the right length."""
    identity = manifest.identity
    check_there(folder, identity)
    with os.scandir(folder) as entries:
        found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
    for name in sorted(manifest.files - found.keys()):
        raise missing(identity, name)
    for name in sorted(found.keys() - manifest.files):
        raise Damaged(
            "The file {file} in version {version} of {dataset} does not belong there. Move it away, find out who put "
            "it there, then try again.",
            code="extra_file",
            file=name[:80],
            dataset=identity.dataset,
            version=identity.version,
        )
    sizes = {part.file: part.size for table in manifest.tables for part in table.parts}
    for name, status in found.items():
        if not stat.S_ISREG(status.st_mode) or status.st_size != sizes.get(name, status.st_size):
            raise damaged(identity, name)


def check_contents(folder: Path, manifest: Manifest) -> None:
    """Returns if every file has the SHA-256 of the manifest. Reads all of them."""
    for table in manifest.tables:
        for part in table.parts:
            try:
                right = sha256_of(folder / part.file) == part.sha256
            except FileNotFoundError:
                raise missing(manifest.identity, part.file) from None
            if not right:
                raise damaged(manifest.identity, part.file)


def sha256_of(path: Path) -> str:
    """Of the whole file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(identity: Identity, file: str) -> Damaged:
    return Damaged(
        "The file {file} of version {version} of {dataset} is not what was published: it is damaged, cut, edited or "
        "swapped. Restore the version's folder from a backup.",
        code="damaged_file",
        file=file,
        dataset=identity.dataset,
        version=identity.version,
    )


def missing(identity: Identity, file: str) -> Damaged:
    return Damaged(
        "The file {file} of version {version} of {dataset} is missing. Restore the version's folder from a backup.",
        code="missing_file",
        file=file,
        dataset=identity.dataset,
        version=identity.version,
    )
