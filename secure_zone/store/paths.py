"""Where things lie in the data area, and which names may become paths.

datasets/<dataset>/<version>/   a published version: its parts and its manifest, never changed again
staging/<dataset>@<version>/    a draft, and the mark that a publication is under way
"""

from __future__ import annotations

import re
from pathlib import Path

from secure_zone.datasets import check_name
from secure_zone.errors import BadInput

MANIFEST = "manifest.sealed"
TABLE = re.compile(r"[a-z][a-z0-9_]{0,47}")
STAGED = re.compile(r"(?P<dataset>[a-z][a-z0-9-]*)@(?P<version>[1-9][0-9]*)")


def relative_folder(dataset: str, version: int) -> str:
    """The version's folder, relative to the data area."""
    check_name(dataset)
    if version < 1:
        raise BadInput("Versions are numbered from 1.")
    return f"datasets/{dataset}/{version}"


def version_folder(data_area: Path, dataset: str, version: int) -> Path:
    return data_area / relative_folder(dataset, version)


def staging_folder(data_area: Path) -> Path:
    return data_area / "staging"


def draft_folder(data_area: Path, dataset: str, version: int) -> Path:
    relative_folder(dataset, version)
    return staging_folder(data_area) / f"{dataset}@{version}"


def draft_target(name: str) -> tuple[str, int] | None:
    """The dataset and version that a folder in the staging area is for, or None where it is none of ours."""
    match = STAGED.fullmatch(name)
    return (match["dataset"], int(match["version"])) if match else None


def part_name(table: str, number: int) -> str:
    """The file of a table's n-th part, counted from 1."""
    if not TABLE.fullmatch(table):
        raise BadInput("A table's name is 1 to 48 characters: small letters a-z, digits, _; the first is a letter.")
    return f"{table}-{number:04d}.parquet"
