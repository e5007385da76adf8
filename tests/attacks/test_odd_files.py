"""Files of a zone that are no files, or hold what no program of ours wrote: a sentence, at once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from factories import RESEARCHER, WHY, Ground, demo_zone

from secure_zone.api import models
from secure_zone.audit.verify import verify
from secure_zone.custodian.founding import first_user, found_zone
from secure_zone.custodian.use_cases import datasets
from secure_zone.errors import Damaged
from secure_zone.facts import read_facts
from secure_zone.keys.secret import Secret
from secure_zone.roles import Role
from secure_zone.store.paths import MANIFEST
from secure_zone.store.reading import open_version

DEEP = "[" * 100_000


@pytest.mark.parametrize("what", ["pipe", "link", "folder", "large"])
def test_a_manifest_that_is_no_file_keeps_nobody_waiting(inside: Ground, what: str) -> None:
    opened = datasets.open_version(inside.house, inside.session(RESEARCHER), "example", models.OpenDataset(why=WHY))
    folder = inside.folder.data_area / opened.folder
    manifest = folder / MANIFEST
    kept = manifest.rename(inside.folder.data_area / "kept")
    if what == "pipe":
        os.mkfifo(manifest)
    elif what == "link":
        manifest.symlink_to(kept)
    elif what == "folder":
        manifest.mkdir()
    else:
        with manifest.open("wb") as file:
            file.truncate(2**33)
    with pytest.raises(Damaged, match=MANIFEST):
        open_version(
            folder,
            opened.manifest_sha256,
            Secret.random(),
            zone_id=opened.zone_id,
            dataset=opened.dataset,
            version=opened.version,
            purpose=opened.purpose,
        )


def test_nested_without_end_is_damaged(inside: Ground) -> None:
    inside.folder.audit_head.write_text(DEEP)
    assert [finding.kind for finding in verify(inside.house.ledger).findings] == ["head_unreadable"]
    inside.folder.facts.write_text(DEEP)
    with pytest.raises(Damaged, match="zone.json"):
        read_facts(inside.folder.facts)


def test_a_pipe_in_the_place_of_the_facts_is_damaged() -> None:
    with demo_zone() as folder:
        folder.facts.unlink()
        os.mkfifo(folder.facts)
        with pytest.raises(Damaged, match="zone.json"):
            read_facts(folder.facts)


def test_a_zone_founded_under_a_careless_umask_is_closed_all_the_same(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        leader = first_user("kari", "Kari", Role.PROJECT_LEADER)
        found_zone(tmp_path / "zone", "Zone", leader)
        assert os.umask(0o002) == 0o002
    finally:
        os.umask(before)
    public = tmp_path / "zone" / "zone.json"
    for path in (tmp_path / "zone").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o022, path
        assert path.is_dir() or path == public or not mode & 0o077, path
