"""The `varde` command from outside: what it prints, and with which exit code."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import factories
import pytest
from factories import AUDITOR, LEADER, Custodian, demo_zone, varde

from secure_zone.client import Zone
from secure_zone.errors import ZoneUnavailable
from secure_zone.folder import ZoneFolder

COMMANDS = [
    "demo",
    "init",
    "status",
    "custodian",
    "app",
    "run",
    "sign-in",
    "sign-out",
    "users list",
    "users invite",
    "users reset",
    "users renew",
    "users remove",
    "datasets list",
    "key-area show",
    "key-area unseal",
    "key-area seal",
    "audit show",
    "audit verify",
    "audit export",
    "audit restore-head",
]


def as_a_process(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Without a terminal, so that what is asked for is read from `typed`."""
    return subprocess.run(
        [sys.executable, "-m", "secure_zone.cli", *arguments],
        cwd=factories.ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )


def test_every_command_has_a_help_with_an_example() -> None:
    for words in COMMANDS:
        shown = varde(*words.split(), "--help")
        assert shown.returncode == 0
        example = f'eval "$(varde {words}' if words == "sign-in" else f"varde {words}"
        assert f"Example: {example}" in " ".join(shown.stdout.split())
    listed = varde("--help").stdout
    for words in COMMANDS:
        assert words.split()[0] in listed


def test_a_demo_zone_is_made_in_seconds_and_its_log_is_sound(tmp_path: Path) -> None:
    started = time.monotonic()
    made = as_a_process("demo", str(tmp_path / "zone"))
    assert made.returncode == 0, made.stderr
    # 5 s alone on two cores; here beside other tests.
    assert time.monotonic() - started < 30
    verified = varde("audit", "verify", "--zone", str(tmp_path / "zone"))
    assert verified.returncode == 0 and "sound" in verified.stdout
    again = varde("demo", str(tmp_path / "zone"))
    assert again.returncode == 1


def test_a_real_zone_from_founding_to_the_leaders_first_sign_in(tmp_path: Path) -> None:
    with demo_zone() as beside:
        root = beside.root.with_name("real")
        made = varde("init", str(root), "--name", "MUST", "--leader", "kari", "--display-name", "Kari Prøve")
        assert made.returncode == 0, made.stderr
        told = dict(re.findall(r"^(\w[\w ]*?): +(\S+)", made.stdout, re.M))
        with factories.running_custodian(ZoneFolder(root)) as custodian:
            signed_in = custodian.outside.sign_in("kari", told["passphrase"], told["code"])
            view = signed_in.session()
            assert view.must_enrol and not view.demo and view.zone_name == "MUST"
            listed = varde("status", "--zone", str(root))
            assert "MUST" in listed.stdout and listed.returncode == 0


def test_a_session_for_several_commands(custodian: Custodian, tmp_path: Path) -> None:
    zone = str(custodian.folder.root)
    typed = f"{factories.passphrase_of(LEADER)}\n{custodian.code(LEADER)}\n"
    line = as_a_process("sign-in", LEADER, "--zone", zone, typed=typed)
    assert line.returncode == 0, line.stderr
    token = re.fullmatch(r"export VARDE_TOKEN=(\S+)\n", line.stdout)
    assert token is not None
    session = {"VARDE_TOKEN": token[1], "VARDE_ZONE": zone}
    listed = varde("users", "list", **session)
    assert listed.returncode == 0 and "Ingeborg Lønnum" in listed.stdout
    invited = varde(
        *("users", "invite", "kari", "--display-name", "Kari Prøve"),
        *("--role", "researcher", "--why", "=HYPERLINK(1) joins us"),
        **session,
    )
    assert invited.returncode == 0 and "passphrase" in invited.stdout, invited.stderr
    refused = varde("users", "remove", LEADER, "--why", "not oneself", **session)
    assert refused.returncode == 1 and "own account" in refused.stderr
    assert "sealed" in varde("key-area", "seal", "--why", "done for today", **session).stdout
    assert "example" in varde("datasets", "list", **session).stdout
    shown = varde("audit", "show", "--last", "5", **session)
    assert "users.invite" in shown.stdout
    for form in ("csv", "jsonl"):
        file = tmp_path / f"log.{form}"
        exported = varde("audit", "export", "--to", str(file), "--format", form, **session)
        assert exported.returncode == 0, exported.stderr
    rows = list(csv.DictReader((tmp_path / "log.csv").open(encoding="utf-8")))
    lines = [json.loads(text) for text in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [int(row["seq"]) for row in rows] == [line["seq"] for line in lines] == list(range(1, len(rows) + 1))
    (reason,) = [row["why"] for row in rows if "HYPERLINK" in row["why"]]
    assert reason.startswith("'=")
    over = varde("audit", "export", "--to", str(tmp_path / "log.csv"), **session)
    assert over.returncode == 1 and "exists" in over.stderr
    assert varde("sign-out", **session).returncode == 0
    ended = varde("users", "list", **session)
    assert ended.returncode == 1 and "Sign in again" in ended.stderr


def test_one_command_as_a_user(custodian: Custodian) -> None:
    typed = (factories.passphrase_of(AUDITOR), custodian.code(AUDITOR))
    listed = varde("users", "list", "--user", AUDITOR, "--zone", str(custodian.folder.root), typed=typed)
    assert listed.returncode == 0 and "ragnhild" in listed.stdout
    wrong = varde("users", "list", "--user", AUDITOR, "--zone", str(custodian.folder.root), typed=("x", "000000"))
    assert wrong.returncode == 1 and "not right" in wrong.stderr


def test_an_edited_log_is_found_offline_and_the_place_named(zone: ZoneFolder) -> None:
    with sqlite3.connect(zone.ledger) as connection:
        connection.execute("UPDATE audit SET why = 'nothing to see' WHERE seq = 7")
    connection.close()
    verified = varde("audit", "verify", "--zone", str(zone.root))
    assert verified.returncode == 1
    assert "entry 7" in verified.stderr and "Traceback" not in verified.stderr


def test_a_noted_place_shows_a_zone_put_back_to_a_backup(zone: ZoneFolder) -> None:
    first = varde("audit", "verify", "--zone", str(zone.root))
    place = first.stdout.rpartition(" ")[2].strip()
    assert varde("audit", "verify", "--noted", place, "--zone", str(zone.root)).returncode == 0
    number, _, link = place.partition(":")
    later = varde("audit", "verify", "--noted", f"{int(number) + 1}:{link}", "--zone", str(zone.root))
    assert later.returncode == 1


def test_a_lost_head_is_signed_anew_and_the_log_says_so(zone: ZoneFolder) -> None:
    why = ("--why", "The data area came back from a backup")
    untouched = varde("audit", "restore-head", *why, "--zone", str(zone.root))
    assert untouched.returncode == 1 and "nothing to restore" in untouched.stderr
    zone.audit_head.unlink()
    assert varde("audit", "verify", "--zone", str(zone.root)).returncode == 1
    restored = varde("audit", "restore-head", *why, "--zone", str(zone.root))
    assert restored.returncode == 0, restored.stderr
    assert varde("audit", "verify", "--zone", str(zone.root)).returncode == 0
    with sqlite3.connect(zone.ledger) as connection:
        verb, details = connection.execute("SELECT verb, details FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    connection.close()
    assert verb == "audit.restore_head" and "head_missing" in details


def test_the_head_is_not_restored_under_a_running_custodian(custodian: Custodian) -> None:
    refused = varde("audit", "restore-head", "--why", "a test needs it", "--zone", str(custodian.folder.root))
    assert refused.returncode == 1 and "Traceback" not in refused.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(folder: ZoneFolder, port: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "secure_zone.cli", "run", "--zone", str(folder.root), "--port", str(port)],
        cwd=factories.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert f"http://localhost:{port}" in line, line
    return process


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_run_starts_both_and_stops_both(zone: ZoneFolder) -> None:
    port = free_port()
    process = started(zone, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        assert answer.status == 200
    assert Zone.outside(zone.root).status().demo
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert is_free(port)
    with pytest.raises(ZoneUnavailable):
        Zone.outside(zone.root).status()


def test_when_the_custodian_dies_the_app_is_stopped_with_a_sentence(zone: ZoneFolder) -> None:
    port = free_port()
    process = started(zone, port)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    custodian = next(c for c in children if b"custodian" in Path(f"/proc/{c}/cmdline").read_bytes())
    os.kill(int(custodian), signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "The custodian has stopped, so all of Varde stops." in said
    assert is_free(port)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children with their parent only on Linux")
def test_when_run_itself_is_killed_nothing_stays_behind(zone: ZoneFolder) -> None:
    port = free_port()
    process = started(zone, port)
    process.kill()
    process.communicate(timeout=30)
    latest = time.monotonic() + 15
    while time.monotonic() < latest and not (is_free(port) and not zone.socket.exists()):
        time.sleep(0.1)
    assert is_free(port) and not zone.socket.exists()
