"""Builders for tests: a real zone in a short temporary folder, opened in this process or by a real custodian process.

Passphrases are stretched with the CHEAPEST profile, which only demo zones accept; everything else is as in use.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest import mock

from secure_zone import cli
from secure_zone.client import Zone
from secure_zone.custodian import demo_users
from secure_zone.custodian.house import House
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.demo.people import PEOPLE
from secure_zone.demo.zone import make_demo_zone
from secure_zone.errors import ZoneUnavailable
from secure_zone.folder import ZoneFolder
from secure_zone.keys import totp
from secure_zone.keys.passphrase import CHEAPEST
from secure_zone.keys.secret import Secret
from secure_zone.ledger import sign_in_states
from secure_zone.settings import SessionLimits, Settings

ROOT = Path(__file__).parents[1]
LEADER, CUSTODIAN, SECOND_CUSTODIAN, OPERATOR, RESEARCHER, CHECKER, CONTACT, AUDITOR = (one.user for one in PEOPLE)
WHY = "a test needs it"


@cache
def _template() -> Path:
    """One demo zone for the whole run of tests, made once and copied."""
    root = Path(tempfile.mkdtemp(prefix="vz-")) / "template"
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    make_demo_zone(root, profile=CHEAPEST)
    return root


@contextmanager
def demo_zone() -> Iterator[ZoneFolder]:
    """A demo zone of its own, with a path that is short enough for a socket."""
    above = Path(tempfile.mkdtemp(prefix="vz-"))
    try:
        yield ZoneFolder(Path(shutil.copytree(_template(), above / "zone")))
    finally:
        shutil.rmtree(above, ignore_errors=True)


def passphrase_of(user: str) -> str:
    """What a demo user signs in with."""
    return next(person.passphrase for person in PEOPLE if person.user == user)


def code_of(folder: ZoneFolder, user: str, step: int) -> str:
    """The demo user's code of one step."""
    known = next(row for row in demo_users.read(folder) if row.user == user)
    return totp.code_at(Secret(bytes.fromhex(known.factor)), step)


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Ground:
    """A demo zone opened in this process, with a clock of its own."""

    house: House
    clock: Clock

    @property
    def folder(self) -> ZoneFolder:
        return self.house.settings.folder

    def code(self, user: str) -> str:
        """A code that has not been used: time goes on by one step, or until after the last one that was."""
        with self.house.ledger.read() as tx:
            used = sign_in_states.get(tx, user).last_step or 0
        steps = max(1, used + 1 - totp.step_at(self.house.now))
        self.clock.forward(seconds=steps * totp.SECONDS)
        return code_of(self.folder, user, totp.step_at(self.house.now))

    def session(self, user: str) -> Session:
        """The user, signed in."""
        return sign_in(self.house, user, passphrase_of(user), self.code(user))[1]


@contextmanager
def open_ground(folder: ZoneFolder | None = None, limits: SessionLimits | None = None) -> Iterator[Ground]:
    """A house in this process: a new demo zone, or one that is there."""
    with demo_zone() as fresh:
        clock = Clock()
        settings = Settings(folder or fresh, limits=limits or SessionLimits())
        with open_house(settings, clock) as house:
            yield Ground(house, clock)


@dataclass
class Custodian:
    """A custodian as a process of its own, and the codes that were used so far."""

    folder: ZoneFolder
    process: subprocess.Popen[str]
    used: dict[str, int] = field(default_factory=dict)

    @property
    def outside(self) -> Zone:
        """The door, without a session."""
        return Zone.outside(self.folder.root)

    def code(self, user: str) -> str:
        """The present code, or the next one when that is used. Waits when both are."""
        while True:
            present = totp.step_at(time.time())
            step = max(present, self.used.get(user, 0) + 1)
            if step <= present + totp.WINDOW:
                self.used[user] = step
                return code_of(self.folder, user, step)
            time.sleep(0.5)

    def sign_in(self, user: str) -> Zone:
        """The user, signed in."""
        return self.outside.sign_in(user, passphrase_of(user), self.code(user))


@contextmanager
def running_custodian(folder: ZoneFolder | None = None, **environ: str) -> Iterator[Custodian]:
    """A custodian process on a new demo zone, or on one that is there, ready to answer."""
    with demo_zone() as fresh:
        custodian = start_custodian(folder or fresh, **environ)
        try:
            wait_until_ready(custodian)
            yield custodian
        finally:
            custodian.process.terminate()
            custodian.process.communicate(timeout=20)


def start_custodian(folder: ZoneFolder, **environ: str) -> Custodian:
    """The process, perhaps not ready yet."""
    process = subprocess.Popen(
        [sys.executable, "-m", "secure_zone.cli", "custodian", "--zone", str(folder.root)],
        cwd=ROOT,
        env=os.environ | environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Custodian(folder, process)


def wait_until_ready(custodian: Custodian, seconds: float = 20) -> float:
    """Seconds until it answered."""
    started = time.monotonic()
    while time.monotonic() < started + seconds:
        try:
            with custodian.outside as outside:
                if outside.status().ready:
                    return time.monotonic() - started
        except ZoneUnavailable:
            time.sleep(0.02)
        if custodian.process.poll() is not None:
            raise AssertionError(custodian.process.communicate()[1])
    raise AssertionError("the custodian did not get ready")


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def varde(*arguments: str, typed: tuple[str, ...] = (), **environ: str) -> Done:
    """The `varde` command in this process, as its `main` runs it. `typed`: what is typed where it asks."""
    out, err, answers = io.StringIO(), io.StringIO(), iter(typed)
    umask, handlers = os.umask(0o022), logging.root.handlers[:]
    try:
        with (
            # What a process sets once for all of itself.
            mock.patch.object(sys, "excepthook"),
            mock.patch.object(sys, "unraisablehook"),
            mock.patch.object(threading, "excepthook"),
            mock.patch.dict(os.environ, environ),
            mock.patch.object(sys, "argv", ["varde", *arguments]),
            mock.patch("getpass.getpass", lambda _prompt: next(answers)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            cli.main()
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    finally:
        os.umask(umask)
        logging.root.handlers[:] = handlers
    return Done(code, out.getvalue(), err.getvalue())
