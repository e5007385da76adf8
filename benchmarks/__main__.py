"""Runs the named benchmarks (all without a name) one after another and writes the page. Exit 1 where a limit fails."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks
from benchmarks.section import save, write_page

NOT_BENCHMARKS = {"section", "__main__", "peers", "alternating"}


def main(names: list[str]) -> int:
    known = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in NOT_BENCHMARKS]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    failed = []
    for name in names or known:
        print(f"{name} ...", flush=True)
        section = importlib.import_module(f"benchmarks.{name}").measure()
        save(section)
        for row in section.rows:
            print(f"  {row.what}: {row.ours} / {row.peer}: {row.ratio} ({row.limit}) {'' if row.holds else 'FAILS'}")
        failed += [f"{name}: {row.what}" for row in section.rows if not row.holds]
    write_page()
    if failed:
        print("Limits not held: " + "; ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
