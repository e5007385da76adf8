"""kill -9 and a full disk at every fault point of the store, in a real custodian: nothing lost or half-written."""

from __future__ import annotations

import base64
import contextlib
import multiprocessing
import signal
import threading
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import custodian_crash
import factories
import pytest
from custodian_crash import MEMBER, NAME, ROWS
from factories import CUSTODIAN, LEADER, SECOND_CUSTODIAN, WHY, open_ground, running_custodian

from secure_zone.api.models import OpenDataset
from secure_zone.audit.verify import verify
from secure_zone.custodian.use_cases import datasets
from secure_zone.datasets import READABLE, VersionState
from secure_zone.errors import ZoneError
from secure_zone.folder import ZoneFolder
from secure_zone.keys.secret import Secret
from secure_zone.ledger import data_keys, users, versions
from secure_zone.store.faults import POINTS


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["custodian_crash"])
    return context


def lived(processes: ForkServerContext, root: Path, fault: str, kind: str = "kill") -> int | None:
    process = processes.Process(target=custodian_crash.live_with_fault, args=(root, fault, kind))
    process.start()
    process.join(60)
    return process.exitcode


def check_whole(folder: ZoneFolder) -> set[int]:
    """Everything the ledger says is there opens whole, and nothing else lies there. The current versions' numbers."""
    with open_ground(folder) as ground:
        house = ground.house
        assert verify(house.ledger).findings == ()
        with house.ledger.read() as tx:
            every = versions.of_dataset(tx, NAME)
            keys = {version.version: data_keys.of_version(tx, NAME, version.version) for version in every}
        session = ground.session(MEMBER)
        for version in every:
            where = folder.data_area / "datasets" / NAME / str(version.version)
            if version.state in READABLE:
                asked = OpenDataset(version=version.version, why=WHY)
                opened = datasets.open_version(house, session, NAME, asked)
                house.store.verify(
                    NAME,
                    purpose=opened.purpose,
                    version=opened.version,
                    manifest_sha256=opened.manifest_sha256,
                    key=Secret(base64.b64decode(opened.key)),
                )
                assert version.rows == ROWS
            else:
                assert version.state is VersionState.DESTROYED
                assert keys[version.version] == [] and not where.exists()
        there = {int(one.name) for one in (folder.data_area / "datasets" / NAME).glob("*")}
        assert there == {version.version for version in every if version.state in READABLE}
        assert list((folder.data_area / "staging").glob("*")) == []
        return {version.version for version in every if version.state is VersionState.CURRENT}


@pytest.mark.parametrize("point", POINTS)
def test_killed_there_and_started_again(point: str, zone: ZoneFolder, processes: ForkServerContext) -> None:
    custodian_crash.live(zone.root)
    if point.startswith("recover:"):
        # That point is passed only when there is something to take back.
        assert lived(processes, zone.root, "publish:after-rename") == -signal.SIGKILL
    assert lived(processes, zone.root, point) == -signal.SIGKILL, "the point was not passed"
    assert check_whole(zone) in ({1}, {2})
    # And it goes on working.
    custodian_crash.live(zone.root)


@pytest.mark.parametrize("point", [one for one in POINTS if one.startswith(("draft:", "publish:after-rename"))])
def test_a_full_disk_is_a_sentence_and_changes_nothing(
    point: str, zone: ZoneFolder, processes: ForkServerContext
) -> None:
    custodian_crash.live(zone.root)
    assert lived(processes, zone.root, point, "enospc") == 1
    told = zone.root.with_name("told").read_text()
    assert told.startswith("disk_full") and "full" in told
    assert check_whole(zone) == {1}


def test_killed_at_any_moment_of_its_work() -> None:
    """A real custodian, killed while users are invited and removed: what it answered for is there, the log is sound."""
    with factories.demo_zone() as folder:
        done: list[str] = []
        for life, holder in enumerate((LEADER, CUSTODIAN, SECOND_CUSTODIAN)):
            with running_custodian(folder) as custodian:
                leader = custodian.sign_in(holder)

                def work(life: int = life, leader: factories.Zone = leader) -> None:
                    with contextlib.suppress(ZoneError):
                        for number in range(10_000):
                            leader.invite(f"user-{life}-{number}", "Prøve", "researcher", WHY)
                            done.append(f"user-{life}-{number}")

                worker = threading.Thread(target=work)
                worker.start()
                time.sleep(0.3 + 0.07 * life)
                custodian.process.kill()
                worker.join()
        assert len(done) > 4
        with open_ground(folder) as ground:
            assert verify(ground.house.ledger).findings == ()
            with ground.house.ledger.read() as tx:
                there = {user.user for user in users.everyone(tx)}
        assert set(done) <= there
