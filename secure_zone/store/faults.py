"""Named points at which a test stops the process or fills the disk, to prove that nothing is lost or half-written.

VARDE_FAULT=<name> or <name>:<n> kills the process (SIGKILL) at the n-th passage of that point; with
VARDE_FAULT_KIND=enospc the point raises "no space left on device" instead. Without the variable a point does nothing.
"""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter

POINTS: dict[str, str] = {
    "draft:after-folder": "an empty draft lies in the staging area",
    "draft:in-part": "a table's file is written in part",
    "draft:after-part": "a table's file is written, others are missing",
    "draft:before-sync": "all files and the manifest are written, none is sure to be on the disk",
    "draft:after-seal": "the draft is whole and on the disk, nobody knows of it",
    "publish:after-rename": "the version is in its place, the ledger does not know it",
    "publish:after-ledger": "the ledger knows the version, the draft's mark still lies in the staging area",
    "destroy:before-files": "the ledger has no key any more, all files are there",
    "destroy:after-file": "some files of a destroyed version are gone, others are there",
    "destroy:after-folder": "the files are gone, the ledger does not know that yet",
    "recover:after-undo": "a half-published version is taken back, the draft's mark is still there",
}

_passages: Counter[str] = Counter()


def fault(name: str) -> None:
    """Passes the point `name`, which must be in POINTS."""
    if name not in POINTS:
        raise KeyError(name)
    wanted, _, count = os.environ.get("VARDE_FAULT", "").rpartition(":")
    if not count.isdigit():
        wanted, count = os.environ.get("VARDE_FAULT", ""), "1"
    if wanted != name:
        return
    _passages[name] += 1
    if _passages[name] != int(count):
        return
    if os.environ.get("VARDE_FAULT_KIND") == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.kill(os.getpid(), signal.SIGKILL)
