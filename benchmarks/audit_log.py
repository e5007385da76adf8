"""The audit log: what one entry costs, with and without its own commit, and whether checking it stays linear.

The log is kept in a SQLite ledger on the disk. The entries are as long as those for opening a dataset.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.section import Row, Section
from secure_zone.audit import log
from secure_zone.audit.verify import verify
from secure_zone.keys.signing import Signer
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.ledger.transactions import Writing

HALF, COMMITS = 50_000, 500
APPEND_LIMIT, VERIFY_LIMIT, LINEAR_LIMIT = 2.0, 5.0, 2.5  # milliseconds, seconds, times


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        signer = Signer.generate()
        ledger = open_ledger(
            Path(folder) / "ledger.sqlite",
            zone_id="bench",
            verifier=signer.verifier,
            head_file=Path(folder) / "audit_head.json",
            signer=signer,
        )
        one = _fill(ledger, HALF) / HALF * 1e3
        half = _verify(ledger)
        _fill(ledger, HALF)
        whole = _verify(ledger)
        started = time.perf_counter()
        for _ in range(COMMITS):
            with ledger.write() as tx:
                _entry(tx)
        committed = (time.perf_counter() - started) / COMMITS * 1e3
        ledger.close()
    return Section(
        name="audit_log",
        title="The audit log",
        rows=[
            Row("one entry more in a transaction", f"{one:.2f} ms", "none", "-", "< 2 ms", one < APPEND_LIMIT),
            Row("one entry with its own commit and signed head", f"{committed:.2f} ms", "none", "-", "none", True),
            Row(f"checking {2 * HALF:,} entries", f"{whole:.2f} s", "none", "-", "< 5 s", whole < VERIFY_LIMIT),
            Row(
                f"checking {2 * HALF:,} entries against {HALF:,}",
                f"{whole:.2f} s",
                f"{half:.2f} s",
                f"{whole / half:.2f}",
                f"at most {LINEAR_LIMIT} (linear is 2)",
                whole / half <= LINEAR_LIMIT,
            ),
        ],
        note="A commit syncs the ledger and the signed head to the disk, so its time is the disk's.",
    )


def _entry(tx: Writing) -> None:
    why = "table 2 of the paper on sick leave"
    log.append(tx, who="kari", verb="datasets.open", subject="must-2026", why=why, version=3)


def _fill(ledger: Ledger, entries: int) -> float:
    started = time.perf_counter()
    with ledger.write() as tx:
        for _ in range(entries):
            _entry(tx)
    return time.perf_counter() - started


def _verify(ledger: Ledger) -> float:
    started = time.perf_counter()
    if not verify(ledger).sound:
        raise RuntimeError("the log that was just written is not sound")
    return time.perf_counter() - started
