"""The two commands of the README on a fresh clone: the environment from nothing, then all tests."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.section import Row, Section

ROOT = Path(__file__).parent.parent
SETUP_SECONDS, TEST_SECONDS = 90, 600


def measure() -> Section:
    with tempfile.TemporaryDirectory(prefix="varde-clone-") as folder:
        clone = Path(folder) / "varde"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        set_up, _ = _timed("setup", clone)
        tested, output = _timed("test", clone)
    passed = re.findall(r"^\d+ passed.*$", output, flags=re.MULTILINE)
    return Section(
        name="fresh_clone",
        title="A fresh clone",
        rows=[
            _row("`make setup`, download included", set_up, SETUP_SECONDS),
            _row(f"`make test`: {passed[-1] if passed else 'no result'}", tested, TEST_SECONDS),
        ],
        note=f"{os.cpu_count()} cores.",
    )


def _timed(target: str, clone: Path) -> tuple[float, str]:
    """Seconds of `make target` there, and what it printed. It must succeed."""
    began = time.perf_counter()
    done = subprocess.run(["make", target], cwd=clone, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def _row(what: str, seconds: float, limit: int) -> Row:
    return Row(what, f"{seconds:.0f} s", "-", f"{seconds / limit:.2f}", f"{limit} s", seconds <= limit)
