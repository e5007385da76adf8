"""kill -9 and a full disk at every fault point of the data area: nothing is lost, nothing is half-written."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import store_crash
from store_crash import DATASET, PURPOSE, TABLES, Ledger, recover
from store_versions import ZONE, people

from secure_zone.errors import ZoneUnavailable
from secure_zone.keys.secret import Secret
from secure_zone.store.area import Store
from secure_zone.store.faults import POINTS

ROOT = Path(__file__).parents[2]
MORE_THAN_ONCE = ["draft:after-part:2", "draft:after-part:3", "draft:in-part:2", "destroy:after-file:2"]
AT_START = "recover:after-undo"

Run = Callable[..., int | None]


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that start fast: forked from one that has imported everything and started nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["store_crash"])
    return context


@pytest.fixture
def run(processes: ForkServerContext) -> Run:
    """Runs one life of a folder in a process of its own; gives its exit code (-9 where it was killed)."""

    def run(folder: Path, fault: str, kind: str = "kill") -> int | None:
        process = processes.Process(target=store_crash.live_with_fault, args=(folder, fault, kind))
        process.start()
        process.join(60)
        return process.exitcode

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data area with version 1 of one dataset."""
    store_crash.publish_next(Store(tmp_path / "data_area", ZONE), Ledger(tmp_path))
    return tmp_path


def assert_whole(folder: Path) -> None:
    """The data area holds exactly the versions the ledger has keys for, each of them whole."""
    store, ledger = Store(folder / "data_area", ZONE), Ledger(folder)
    readable = {v: row for v, row in ledger.rows().items() if row[0] == "current"}
    assert readable, "no version was lost"
    for version, (_, sha256, key) in readable.items():
        opened = store.open(DATASET, purpose=PURPOSE, version=version, manifest_sha256=sha256, key=key)
        opened.check()
        assert opened.rows == {name: sum(len(part) for part in parts) for name, parts in TABLES.items()}
        assert len(opened.pandas("people")) == opened.rows["people"]
    there = {int(p.name) for p in (store.data_area / "datasets" / DATASET).iterdir()}
    assert there == set(readable)
    assert list((store.data_area / "staging").iterdir()) == []


@pytest.mark.parametrize("fault", [point for point in POINTS if point != AT_START] + MORE_THAN_ONCE)
def test_killed_anywhere_nothing_is_lost(run: Run, folder: Path, fault: str) -> None:
    assert run(folder, fault) == -signal.SIGKILL
    known = Ledger(folder).in_state("current")
    recover(Store(folder / "data_area", ZONE), Ledger(folder))
    assert Ledger(folder).in_state("current") == known, "recovery changes no decision of the ledger"
    assert_whole(folder)
    store_crash.live(folder)
    assert_whole(folder)


@pytest.mark.parametrize("first", ["publish:after-rename", "draft:after-seal"])
def test_killed_again_while_recovering(run: Run, folder: Path, first: str) -> None:
    assert run(folder, first) == -signal.SIGKILL
    assert run(folder, AT_START) == -signal.SIGKILL
    assert run(folder, "destroy:after-file") == -signal.SIGKILL
    assert run(folder, "destroy:after-file") == -signal.SIGKILL
    store_crash.live(folder)
    assert_whole(folder)


@pytest.mark.parametrize("fault", [p for p in POINTS if p.startswith("draft:") or p == "publish:after-rename"])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(run: Run, folder: Path, fault: str) -> None:
    assert run(folder, fault, "enospc") == 1
    told = (folder / "told").read_text()
    assert told == "The disk of the data area is full: nothing was changed. Make room, then try again."
    assert_whole(folder)
    assert Ledger(folder).in_state("current") == {(DATASET, 1)}


def test_every_point_in_the_code_is_known_and_the_other_way_round() -> None:
    used = set()
    for file in (ROOT / "secure_zone").rglob("*.py"):
        used |= set(re.findall(r"\bfault\(\"([^\"]+)\"\)", file.read_text()))
    assert used == set(POINTS)


def test_folders_the_ledger_does_not_know_are_named_and_left_alone(folder: Path) -> None:
    """A ledger restored from an older backup must not cost the data of the newer versions."""
    store = Store(folder / "data_area", ZONE)
    recovery = store.recover(readable={("register", 4)}, gone=())
    assert recovery.unknown == ((DATASET, 1),)
    assert recovery.missing == (("register", 4),)
    assert_whole(folder)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root only")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this machine does not let a small disk be mounted")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    folder = tiny_disk
    store, ledger = Store(folder / "data_area", ZONE), Ledger(folder)
    store_crash.publish_next(store, ledger)
    before = sorted(store.data_area.rglob("*"))
    noise = people(60_000).append_column("noise", [[os.urandom(16).hex() for _ in range(60_000)]])
    with (
        pytest.raises(ZoneUnavailable, match="is full: nothing was changed"),
        store.begin(DATASET, purpose=PURPOSE, version=2, key=Secret.random(), created_by="kari") as draft,
    ):
        draft.write("people", noise)
    assert sorted(store.data_area.rglob("*")) == before
    assert_whole(folder)
    store_crash.publish_next(store, ledger)
    assert_whole(folder)
