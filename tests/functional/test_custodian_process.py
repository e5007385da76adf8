"""The custodian as a real process: start, modes of its files, a second one, signals, the data side's view of it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import factories
import httpx
import pytest
from factories import LEADER, RESEARCHER, WHY, Custodian, running_custodian, start_custodian

from secure_zone.client import Zone
from secure_zone.errors import Damaged, NotFound, Refused, SessionEnded, ZoneUnavailable
from secure_zone.folder import ZoneFolder

# What the start must not load, because it takes long and the custodian does not need it to answer.
HEAVY = ("pandas", "scipy", "streamlit", "duckdb", "statsmodels", "altair")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_ready_within_two_seconds(zone: ZoneFolder) -> None:
    """Measured alone in `make bench`; here with room for the tests that run beside it."""
    custodian = start_custodian(zone)
    try:
        assert factories.wait_until_ready(custodian) < 8
    finally:
        custodian.process.terminate()
        custodian.process.communicate(timeout=20)


def test_the_start_loads_nothing_heavy() -> None:
    code = "import sys, secure_zone.cli.entry, secure_zone.custodian.process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert set(HEAVY) & {name.partition(".")[0] for name in loaded.stdout.split()} == set()


def test_nobody_else_reaches_socket_or_key_area(custodian: Custodian) -> None:
    folder = custodian.folder
    assert mode(folder.socket_folder) == 0o700
    assert mode(folder.socket) == 0o600
    assert mode(folder.key_area) == 0o700
    for file in folder.key_area.iterdir():
        assert mode(file) == 0o600, file.name


def test_a_second_custodian_is_refused_and_the_first_goes_on(custodian: Custodian) -> None:
    second = start_custodian(custodian.folder)
    _, said = second.process.communicate(timeout=20)
    assert second.process.returncode == 1
    assert said.strip() == "A custodian is running on this zone already. Stop it first, or use it."
    assert custodian.outside.status().ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_leaves_nothing_open(zone: ZoneFolder, number: signal.Signals) -> None:
    custodian = start_custodian(zone)
    factories.wait_until_ready(custodian)
    custodian.sign_in(RESEARCHER)
    custodian.process.send_signal(number)
    custodian.process.communicate(timeout=20)
    assert custodian.process.returncode == 0
    assert not zone.socket.exists()
    assert not zone.ledger.with_name("ledger.sqlite-wal").exists()
    with pytest.raises(ZoneUnavailable, match="not running"):
        Zone.outside(zone.root).status()


def test_after_kill_nine_it_starts_again_and_sessions_are_gone(zone: ZoneFolder) -> None:
    custodian = start_custodian(zone)
    factories.wait_until_ready(custodian)
    session = custodian.sign_in(RESEARCHER)
    custodian.process.kill()
    custodian.process.communicate(timeout=20)
    assert zone.socket.exists()
    with running_custodian(zone) as again:
        with pytest.raises(SessionEnded):
            session.session()
        assert again.sign_in(LEADER).key_area().opened_by == LEADER


def test_a_real_sign_in_reads_data_over_the_socket(custodian: Custodian) -> None:
    with custodian.sign_in(RESEARCHER) as signed_in:
        assert [one.name for one in signed_in.datasets()] == ["example"]
        opened = signed_in.open("example", why=WHY)
        frame = opened.pandas("answers", columns=["autonomy", "absence_days"])
        assert list(frame.columns) == ["autonomy", "absence_days"]
        assert len(frame) == 2000
        (mean,) = opened.relation("answers").aggregate("avg(absence_days)").fetchall()
        assert mean[0] == pytest.approx(frame["absence_days"].mean())
        with pytest.raises(Refused):
            signed_in.users()
        with pytest.raises(NotFound):
            signed_in.open("another", why=WHY)
        assert custodian.folder.root.name in repr(signed_in)
        assert signed_in.token is not None and signed_in.token not in repr(signed_in)


def test_a_damaged_or_swapped_file_is_a_sentence_that_names_it(zone: ZoneFolder) -> None:
    folder = zone.data_area / "datasets" / "example" / "1"
    people, answers, more = (folder / f"{name}-0001.parquet" for name in ("people", "answers", "more"))
    content = answers.read_bytes()
    middle = len(content) // 2
    damages = {
        "cut": content[:-7],
        "edited": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "swapped": people.read_bytes(),
        "emptied": b"",
    }
    with running_custodian(zone) as custodian, custodian.sign_in(RESEARCHER) as signed_in:
        for damaged in damages.values():
            answers.write_bytes(damaged)
            with pytest.raises(Damaged, match=r"answers-0001.*backup"):
                signed_in.open("example", why=WHY)
        answers.unlink()
        with pytest.raises(Damaged, match=r"answers-0001.*backup"):
            signed_in.open("example", why=WHY)
        answers.write_bytes(content)
        more.write_bytes(content)
        with pytest.raises(Damaged, match=r"more-0001.*does not belong there"):
            signed_in.open("example", why=WHY)
        more.unlink()
        assert signed_in.open("example", why=WHY).rows["answers"] == 2000


def test_the_log_of_the_process_names_no_one(zone: ZoneFolder) -> None:
    custodian = start_custodian(zone)
    factories.wait_until_ready(custodian)
    leader = custodian.sign_in(LEADER)
    leader.invite("kari", "Kari Prøve", "researcher", "Begynner i prosjektet")
    leader.remove("kari", "Sluttet igjen")
    with pytest.raises(NotFound):
        leader.reset("kari", "Finnes ikke")
    custodian.process.terminate()
    _, said = custodian.process.communicate(timeout=20)
    assert "DELETE /users/{user} 200" in said
    for word in ("kari", "Kari", "Begynner", LEADER, "Ragnhild", leader.token or ""):
        assert word not in said


def test_a_fault_in_the_process_is_logged_by_kind_and_place_only(zone: ZoneFolder) -> None:
    """Also what uvicorn, asyncio and threads would print: their tracebacks end with a message that may hold a row."""
    serving = """
import logging, sys, threading
from pathlib import Path
from secure_zone.custodian import process
from secure_zone.settings import Settings
create_app = process.create_app
def with_fault(house):
    app = create_app(house)
    @app.get("/fault")
    def fault():
        logging.getLogger("sqlalchemy").error("row: 01817012345 Kari")
        thread = threading.Thread(target=lambda: 1 / int("01817012345 Kari"))
        thread.start(), thread.join()
        raise KeyError("01817012345 Kari")
    return app
process.create_app = with_fault
process.serve(Settings.read(Path(sys.argv[1])))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", serving, str(zone.root)], cwd=factories.ROOT, stderr=subprocess.PIPE, text=True
    )
    custodian = Custodian(zone, process)
    factories.wait_until_ready(custodian)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(zone.socket)), base_url="http://custodian") as http:
        answer = http.get("/fault")
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "fault"
    for word in ("01817012345", "Kari", "Traceback"):
        assert word not in said
        assert word not in answer.text
    for kind in ("KeyError", "ValueError", "sqlalchemy"):
        assert kind in said


def test_idle_sign_out_can_be_shortened_in_a_demo_zone_only(zone: ZoneFolder) -> None:
    with running_custodian(zone, VARDE_IDLE_SECONDS="1") as custodian:
        session = custodian.sign_in(RESEARCHER)
        time.sleep(1.1)
        with pytest.raises(SessionEnded):
            session.datasets()


def test_a_stray_environment_fault_does_not_exist(zone: ZoneFolder) -> None:
    custodian = start_custodian(zone, VARDE_IDLE_SECONDS="soon")
    _, said = custodian.process.communicate(timeout=20)
    assert custodian.process.returncode == 1 and "VARDE_IDLE_SECONDS" in said and "Traceback" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as another user")
def test_it_runs_as_another_user_whose_key_area_the_analysis_side_cannot_read(zone: ZoneFolder) -> None:
    """As docs/deploying.md sets it up: the custodian's own user, and a group for the analysis side."""
    custodian_id, analysis_id, group_id = 54001, 54002, 54003
    zone.root.parent.chmod(0o755)
    # Each loads what it needs as root, because the interpreter may lie where only root can read, and then steps down.
    reading = """
import os, sys
from pathlib import Path
from secure_zone.client import Zone
from secure_zone.store import reading
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
zone = Path(sys.argv[3])
try:
    list((zone / "key_area").iterdir())
    print("key area read")
except PermissionError:
    print("key area closed")
with Zone.outside(zone) as outside, outside.sign_in(*sys.argv[4:]) as signed_in:
    print(signed_in.open("example", why="as another user").rows)
"""
    serving = """
import os, sys
from dataclasses import replace
from pathlib import Path
import uvicorn.lifespan.off, uvicorn.loops.asyncio, uvicorn.protocols.http.h11_impl
from secure_zone.custodian import listening, process
from secure_zone.custodian.opening import open_house
from secure_zone.settings import Settings
settings = replace(Settings.read(Path(sys.argv[3])), group=sys.argv[2])
with open_house(settings):
    pass
for path in (settings.folder.root.parent, settings.folder.root, *settings.folder.root.rglob("*")):
    os.chown(path, int(sys.argv[1]), int(sys.argv[2]))
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
# The group has no name on this machine.
listening.shutil.chown = lambda path, group: os.chown(path, -1, int(group))
process.serve(settings)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", serving, str(custodian_id), str(group_id), str(zone.root)],
        cwd=factories.ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        custodian = Custodian(zone, server)
        factories.wait_until_ready(custodian)
        told = subprocess.run(
            [
                *(sys.executable, "-c", reading, str(analysis_id), str(group_id), str(zone.root)),
                *(RESEARCHER, factories.passphrase_of(RESEARCHER), custodian.code(RESEARCHER)),
            ],
            cwd=factories.ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        server.terminate()
        server.communicate(timeout=20)
    assert told.stdout.splitlines() == ["key area closed", "{'people': 2000, 'answers': 2000}"], told.stderr
