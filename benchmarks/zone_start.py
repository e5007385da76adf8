"""How soon a zone answers: the custodian alone, custodian and app by `varde run`, and a demo zone from nothing.

Each is a command of its own, timed from its start to the first answer over the socket or the port.
"""

from __future__ import annotations

import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.section import Row, Section
from secure_zone.client import Zone
from secure_zone.errors import ZoneUnavailable

ROUNDS, LONGEST = 5, 60.0
VARDE = (sys.executable, "-m", "secure_zone.cli")
HOME = Path(__file__).parents[1]


def measure() -> Section:
    with tempfile.TemporaryDirectory(prefix="vz-") as above:
        made, zone = [], Path(above) / "zone-0"
        for number in range(3):
            started = time.perf_counter()
            subprocess.run([*VARDE, "demo", f"{above}/zone-{number}"], cwd=HOME, check=True, stdout=subprocess.DEVNULL)
            made.append(time.perf_counter() - started)
        port = _free_port()
        custodian = [_start([*VARDE, "custodian", "--quiet", "--zone", str(zone)], lambda: _answers(zone))]
        custodian += [
            _start([*VARDE, "custodian", "--quiet", "--zone", str(zone)], lambda: _answers(zone)) for _ in range(ROUNDS)
        ]
        both = [
            _start([*VARDE, "run", "--zone", str(zone), "--port", str(port)], lambda: _answers(zone) and _open(port))
            for _ in range(ROUNDS)
        ]
    return Section(
        name="zone_start",
        title="Starting",
        rows=[
            _row("custodian ready on an existing zone", custodian, 2.0),
            _row("custodian and app ready after `varde run`", both, 5.0),
            _row("a demo zone made from nothing by `varde demo`", made, 5.0),
        ],
        note=f"Seconds, median of {ROUNDS} (3 for the demo zone), slowest in brackets; the limit is for the median.",
    )


def _row(what: str, seconds: list[float], limit: float) -> Row:
    median = statistics.median(seconds)
    return Row(
        what, f"{median:.2f} s ({max(seconds):.2f})", "-", f"{median / limit:.2f}", f"{limit:.0f} s", median <= limit
    )


def _start(command: list[str], ready: Callable[[], bool]) -> float:
    """Seconds from the start of the command until it is ready; it is stopped afterwards."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not ready():
            if process.poll() is not None or time.perf_counter() > started + LONGEST:
                raise RuntimeError(f"did not get ready: {command}")
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(LONGEST)


def _answers(zone: Path) -> bool:
    try:
        with Zone.outside(zone) as outside:
            return outside.status().ready
    except ZoneUnavailable:
        return False


def _open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        probe.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return probe.recv(64).startswith(b"HTTP/1")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
