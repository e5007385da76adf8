"""A process that holds keys leaves no image of its memory behind, and no other process of its user looks into it."""

from __future__ import annotations

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """From now on no core file and, on Linux, no debugger and no /proc/PID/mem for anyone but root."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A core may also go to a program (core_pattern), which the limit above does not stop.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
