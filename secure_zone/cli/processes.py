"""Custodian and app as two processes that live and end together."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

import httpx
import typer

from secure_zone.client import Zone
from secure_zone.errors import BadInput, ZoneUnavailable

HOST = "127.0.0.1"
LONGEST_START, LONGEST_STOP, LOOK_EVERY = 60.0, 10.0, 0.05
PR_SET_PDEATHSIG = 1


def check_port_is_free(port: int) -> None:
    """ZoneUnavailable, with a sentence, when another program listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ZoneUnavailable(
                    "Port {port} is in use by another program. Choose another: `make run PORT={other}`.",
                    code="port_in_use",
                    port=port,
                    other=port + 1 if port < 65535 else 8501,
                ) from None
            if error.errno == errno.EACCES:
                raise BadInput("Port {port} is reserved for the system. Choose one above 1023.", port=port) from None
            raise


def run_together(commands: Mapping[str, Sequence[str]], home: Path, zone: Path, port: int) -> None:
    """Start them, say where the app is, and wait. When one ends the other is stopped; a signal stops both."""
    stopped = _Stopped()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(command, cwd=home, preexec_fn=_end_with_parent, start_new_session=True)
        _wait_until_ready(running, zone, port, stopped)
        if not stopped:
            typer.echo(f"Varde is ready on http://localhost:{port} (Ctrl-C stops it).")
            sys.stdout.flush()
        while not stopped:
            _check_alive(running)
            time.sleep(LOOK_EVERY)
    finally:
        _stop(running)


class _Stopped:
    """True once SIGINT or SIGTERM has come."""

    def __init__(self) -> None:
        self._come = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._come = True

    def __bool__(self) -> bool:
        return self._come


def _wait_until_ready(running: Mapping[str, subprocess.Popen[bytes]], zone: Path, port: int, stopped: _Stopped) -> None:
    latest = time.monotonic() + LONGEST_START
    while not stopped:
        _check_alive(running)
        if _custodian_answers(zone) and _app_answers(port):
            return
        if time.monotonic() > latest:
            raise ZoneUnavailable("Varde did not get ready within a minute. What went wrong stands above.")
        time.sleep(LOOK_EVERY)


def _custodian_answers(zone: Path) -> bool:
    try:
        with Zone.outside(zone) as outside:
            return outside.status().ready
    except ZoneUnavailable:
        return False


def _app_answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/", timeout=5, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


def _check_alive(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise ZoneUnavailable(
                "The {name} has stopped, so all of Varde stops. What went wrong stands above.", name=name
            )


def _stop(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """The app first: it needs the custodian to the last."""
    for process in reversed(list(running.values())):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _end_with_parent() -> None:
    """On Linux the kernel ends the child when `varde run` is killed, so that no custodian stays behind unseen."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os.kill(os.getpid(), signal.SIGTERM)
