"""What bad input gets: a sentence that says what to do, exit code 1, and nothing half-written."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

import factories
import pytest
from factories import LEADER, RESEARCHER, WHY, Done, demo_zone, open_ground, varde
from sqlalchemy import event
from starlette.testclient import TestClient

from secure_zone.api.models import NewUser
from secure_zone.audit.verify import verify
from secure_zone.custodian import demo_users
from secure_zone.custodian.app import create_app
from secure_zone.custodian.founding import first_user, found_zone
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.use_cases import users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.errors import BadInput, Conflict, Damaged, NotFound, Refused, ZoneUnavailable
from secure_zone.facts import read_facts, write_facts
from secure_zone.folder import ZoneFolder
from secure_zone.keys.passphrase import CHEAPEST
from secure_zone.keys.secret import Secret
from secure_zone.keys.signing import Signer
from secure_zone.roles import Role
from secure_zone.settings import SessionLimits, Settings


def sentence(done: Done) -> str:
    """What a person is told: exit code 1, one sentence or two on stderr, no traceback."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_a_folder_that_is_no_zone(tmp_path: Path) -> None:
    told = sentence(varde("custodian", "--zone", str(tmp_path)))
    assert told == "There is no zone in this folder. Make one with `varde init` or `varde demo`."
    assert list(tmp_path.iterdir()) == []


def test_a_zone_of_a_newer_version(zone: ZoneFolder) -> None:
    facts = json.loads(zone.facts.read_text())
    zone.facts.write_text(json.dumps(facts | {"format": 2}))
    before = contents(zone.root)
    told = sentence(varde("custodian", "--zone", str(zone.root)))
    assert "newer version" in told and "Update Varde" in told
    assert contents(zone.root) == before


def test_a_ledger_of_a_newer_version(zone: ZoneFolder) -> None:
    with sqlite3.connect(zone.ledger) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, '0999_future', 'x', '2026-01-01T00:00:00.000000Z')")
    connection.close()
    assert "newer" in sentence(varde("custodian", "--zone", str(zone.root)))


@pytest.mark.parametrize(
    "change", [{"demo": False}, {"kdf_profile": "RFC9106_LOW_MEMORY"}, {"zone_id": "other"}, {"name": "Other"}]
)
def test_changed_facts_stop_the_start(zone: ZoneFolder, change: dict[str, object]) -> None:
    facts = json.loads(zone.facts.read_text())
    zone.facts.write_text(json.dumps(facts | change))
    with pytest.raises(Damaged, match=r"zone.json"), open_house(Settings(zone)):
        pass


def test_a_real_zone_is_not_made_a_demo_zone_by_facts_signed_with_another_key(tmp_path: Path) -> None:
    """The attacker writes zone.json anew, signed with a key of their own: the ledger knows the right one."""
    root = tmp_path / "zone"
    found_zone(root, "Real", first_user("kari", "Kari Prøve", Role.PROJECT_LEADER))
    folder = ZoneFolder(root)

    facts = read_facts(folder.facts)

    mine = Signer.generate()
    forged = replace(facts, demo=True, verify_key=base64.b64encode(mine.verifier.public).decode())
    write_facts(folder.facts, forged, mine)
    with pytest.raises(Damaged), open_house(Settings(folder)):
        pass
    # With the key area's signing key replaced too, the ledger's own signatures do not fit.
    folder.signing_key.write_bytes(mine.private.reveal())
    with pytest.raises(Damaged), open_house(Settings(folder)):
        pass


def test_even_with_the_right_key_a_real_zone_stays_a_real_zone(tmp_path: Path) -> None:
    root = tmp_path / "zone"
    found_zone(root, "Real", first_user("kari", "Kari Prøve", Role.PROJECT_LEADER))
    folder = ZoneFolder(root)

    right = Signer(Secret(folder.signing_key.read_bytes()))
    write_facts(folder.facts, replace(read_facts(folder.facts), demo=True), right)
    with pytest.raises(Damaged, match="ledger"), open_house(Settings(folder)):
        pass


def test_the_cheap_profile_is_refused_in_a_real_zone(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        found_zone(tmp_path / "zone", "Real", first_user("kari", "Kari", Role.PROJECT_LEADER), profile=CHEAPEST)
    assert list(tmp_path.iterdir()) == []


def test_a_real_zone_lists_no_users_to_sign_in_with_and_keeps_its_session_limits(tmp_path: Path) -> None:
    root = tmp_path / "zone"
    found_zone(root, "Real", first_user("kari", "Kari Prøve", Role.PROJECT_LEADER))

    with open_house(Settings(ZoneFolder(root))) as house, pytest.raises(NotFound):
        demo_users.show(house)
    with pytest.raises(Refused), open_house(Settings(ZoneFolder(root), limits=SessionLimits(idle=99_999))):
        pass


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    before = contents(tmp_path)
    assert "not empty" in sentence(varde("demo", str(tmp_path)))
    assert contents(tmp_path) == before
    with pytest.raises(Conflict):
        found_zone(tmp_path, "Real", first_user("kari", "Kari", Role.PROJECT_LEADER))


def test_founding_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZoneUnavailable):
        found_zone(
            tmp_path / "zone",
            "Real",
            first_user("kari", "Kari", Role.PROJECT_LEADER),
            ledger_url="postgresql://nobody@127.0.0.1:1/none",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use(zone: ZoneFolder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("run", "app"):
            told = sentence(varde(command, "--zone", str(zone.root), "--port", str(port)))
            assert str(port) in told and "make run PORT=" in told
    # Nothing was started for it.
    with open_house(Settings(zone)):
        pass


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    with demo_zone() as short:
        deep = tmp_path / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        moved = shutil.copytree(short.root, deep / "zone")
        assert "shorter path" in sentence(varde("custodian", "--zone", str(moved)))


def test_no_custodian(zone: ZoneFolder) -> None:
    assert sentence(varde("status", "--zone", str(zone.root))) == (
        "The custodian is not running. Start it with `varde run`."
    )
    assert "not running" in sentence(varde("users", "list", "--user", "kari", "--zone", str(zone.root)))


def test_not_signed_in(zone: ZoneFolder) -> None:
    assert "not signed in" in sentence(varde("users", "list", "--zone", str(zone.root), VARDE_TOKEN=""))


@pytest.mark.parametrize("what", ["signing key", "ledger", "half the ledger"])
def test_a_damaged_key_area(zone: ZoneFolder, what: str) -> None:
    if what == "signing key":
        zone.signing_key.unlink()
    elif what == "ledger":
        zone.ledger.write_bytes(b"")
    else:
        zone.ledger.write_bytes(zone.ledger.read_bytes()[: zone.ledger.stat().st_size // 2])
    told = sentence(varde("custodian", "--zone", str(zone.root)))
    assert "backup" in told or "damaged" in told


def test_a_full_disk_under_the_ledger() -> None:
    """The database is told that it may not grow: the same error as a full disk, without filling one."""
    with open_ground() as ground:
        leader = ground.session(LEADER)
        before = contents(ground.folder.data_area)
        engine = ground.house.ledger._database.engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

        event.listen(engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))
        told = []
        for number in range(30):
            new = NewUser(user=f"user-{number}", display_name="Prøve", role=Role.RESEARCHER, why=WHY)
            try:
                users.invite(ground.house, leader, new)
            except ZoneUnavailable as error:
                told.append(error)
                break
        assert [error.code for error in told] == ["disk_full"]
        assert "free some space" in str(told[0])
        assert verify(ground.house.ledger).sound
        after = contents(ground.folder.data_area)
        assert {name for name in after if "head" not in name} == {name for name in before if "head" not in name}


@pytest.mark.parametrize("arguments", [["nonsense"], ["users"], ["run", "--port", "0"], ["run", "--port", "x"], []])
def test_a_wrong_command_line_is_exit_code_two(arguments: list[str]) -> None:
    done = varde(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_over_the_socket_too_the_sealed_key_area_is_a_sentence(inside: factories.Ground) -> None:

    token, _ = sign_in(inside.house, LEADER, factories.passphrase_of(LEADER), inside.code(LEADER))
    inside.house.key_room.seal()
    answer = TestClient(create_app(inside.house)).post(
        f"/users/{RESEARCHER}/renew", json={"why": WHY}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 423
    assert answer.json()["error"]["message"] == (
        "The key area is sealed. The project leader or a custodian must open it first."
    )
