"""Two ways of doing one thing, timed in turn in one process: the fastest of each counts."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.section import Row


def compare(
    what: str, ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int, limit: float, unit: str = "s"
) -> Row:
    """A row with our time by theirs, which may be at most `limit`. unit: "s" or "ms"."""
    best = {"ours": float("inf"), "theirs": float("inf")}
    for _ in range(rounds):
        for name, act in (("ours", ours), ("theirs", theirs)):
            start = time.perf_counter()
            act()
            best[name] = min(best[name], time.perf_counter() - start)
    ratio = best["ours"] / best["theirs"]
    shown = {name: f"{seconds * 1000:.0f} ms" if unit == "ms" else f"{seconds:.1f} s" for name, seconds in best.items()}
    return Row(what, shown["ours"], shown["theirs"], f"{ratio:.2f}", f"at most {limit}", ratio <= limit)
