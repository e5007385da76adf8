"""Is the log sound? Checked whole at every start and once a day; until it is, nobody signs in, and nothing is done.

A signed row that was put back to an older state is found by the log only, so the log is asked before it matters.
"""

from __future__ import annotations

import logging
import threading
from enum import StrEnum

from secure_zone.audit.verify import verify
from secure_zone.errors import Damaged, ZoneError, ZoneUnavailable
from secure_zone.ledger.engine import Ledger

log = logging.getLogger("varde.custodian")
A_DAY = 24 * 60 * 60.0
SOON = 10.0  # seconds until a check that could not be made is tried again
LONGEST_WAIT = 30.0  # seconds a sign-in waits for the first check


class State(StrEnum):
    """What is known of the log."""

    CHECKING = "checking"
    SOUND = "sound"
    UNSOUND = "unsound"


class Verdict:
    """What the newest check found. Sound until `await_first` is called: a house without a process around it."""

    def __init__(self) -> None:
        self._sound = True
        self._known = threading.Event()
        self._known.set()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        if not self._known.is_set():
            return State.CHECKING
        return State.SOUND if self._sound else State.UNSOUND

    def await_first(self) -> None:
        """From now on nothing is known until the first check has ended."""
        self._known.clear()

    def begin(self, ledger: Ledger, every: float = A_DAY) -> None:
        """Check in a thread of its own, now and every so many seconds."""
        self._thread = threading.Thread(target=self._go_on, args=(ledger, every), name="verdict", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """No more checks: the ledger is about to be closed. One that runs is left to end."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def wait(self) -> None:
        """Return when the log is known to be sound; otherwise a sentence."""
        if not self._known.wait(LONGEST_WAIT):
            raise ZoneUnavailable(
                "The audit log is still being checked after the start. Try again in a little while.", code="checking"
            )
        self.check()

    def check(self) -> None:
        """Damaged when a check has found something. Waits for nothing: without sign-in there are no sessions."""
        if not self._sound:
            raise Damaged(
                "The audit log and what it speaks of are not as they were written, so the zone stays closed. Run "
                "`varde audit verify` on the custodian's machine: it says where.",
                code="log_unsound",
            )

    def _go_on(self, ledger: Ledger, every: float) -> None:
        while True:
            self._look(ledger)
            if self._ending.wait(every if self._known.is_set() else SOON):
                return

    def _look(self, ledger: Ledger) -> None:
        try:
            report = verify(ledger)
        except ZoneUnavailable as error:
            # A database that does not answer says nothing about the log; no other verb gets an answer either.
            log.warning("the audit log could not be checked (%s)", error.code)
            return
        except ZoneError as error:
            log.error("the audit log cannot be checked (%s)", error.code)
            self._sound = False
        else:
            for finding in report.findings:
                log.error("audit log: %s: %s", finding.place, finding.what)
            self._sound = report.sound
        # After any other error nothing is known, and the zone stays closed.
        self._known.set()
