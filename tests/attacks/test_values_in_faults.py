"""Odd requests to a real process: an answer of the one shape, and nothing of what was sent in what the process says."""

from __future__ import annotations

import resource
import socket
import sys
from pathlib import Path

import factories
import httpx
import pytest
from factories import AUDITOR, Custodian, start_custodian

from secure_zone.accounts import check_reason
from secure_zone.errors import BadInput
from secure_zone.folder import ZoneFolder

MOMENTS = ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00", "1899-12-31T00:00:00Z", "2201-01-01T00:00:00Z"]


def test_moments_at_the_end_of_the_calendar_are_refused(custodian: Custodian) -> None:
    with custodian.sign_in(AUDITOR) as auditor, http(custodian) as asking:
        for moment in MOMENTS:
            for name in ("since", "until"):
                answer = asking.get(f"/audit?{name}={moment}", headers={"Authorization": f"Bearer {auditor.token}"})
                assert answer.status_code == 422, moment
                assert answer.json()["error"]["params"] == {"fields": name}


def test_what_the_process_says_holds_no_method_and_no_traceback(zone: ZoneFolder) -> None:
    custodian = start_custodian(zone)
    factories.wait_until_ready(custodian)
    with http(custodian) as asking:
        assert asking.request("MYSECRETPASSPHRASE", "/users").status_code == 405
    with socket.socket(socket.AF_UNIX) as broken:
        broken.connect(str(zone.socket))
        broken.sendall(b'POST /session HTTP/1.1\r\nContent-Length: 60000\r\n\r\n{"hemmelig')
    custodian.process.terminate()
    _, said = custodian.process.communicate(timeout=20)
    assert "MYSECRETPASSPHRASE" not in said and "hemmelig" not in said and "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_custodian_that_falls_leaves_no_image_of_its_memory(custodian: Custodian) -> None:
    process = custodian.process.pid
    limits = Path(f"/proc/{process}/limits").read_text()
    [core] = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    # Not dumpable: what the kernel shows of the process belongs to root, whoever runs it.
    assert Path(f"/proc/{process}/environ").stat().st_uid == 0
    assert resource.prlimit(process, resource.RLIMIT_CORE) == (0, 0)


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u2028", "\x85", "\x9b", "\n", "\u200b"])
def test_a_reason_holds_nothing_that_cannot_be_seen(hidden: str) -> None:
    with pytest.raises(BadInput):
        check_reason(f"a good reason{hidden} and more")
    check_reason("en god grunn\u00a0– 10\u202f000 svar")


def http(custodian: Custodian) -> httpx.Client:
    return httpx.Client(
        transport=httpx.HTTPTransport(uds=str(custodian.folder.socket)), base_url="http://custodian", timeout=20
    )
