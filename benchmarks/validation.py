"""Writes docs/validation.md: every reference case beside R, from the lists the tests run, and the coverage measured."""

from __future__ import annotations

import importlib
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.section import DOCS, Row, Section

REFERENCE = Path(__file__).parent.parent / "tests" / "reference"


def families() -> dict[str, list[Any]]:
    """The cases of each tests/reference/cases_<family>.py."""
    if str(REFERENCE) not in sys.path:
        sys.path.insert(0, str(REFERENCE))
    files = sorted(REFERENCE.glob("cases_*.py"))
    return {file.stem.removeprefix("cases_"): importlib.import_module(file.stem).CASES for file in files}


def number(value: float) -> str:
    return f"{value:.8g}"


def difference(ours: float, theirs: float) -> float:
    from case import relative_difference  # tests/reference is on the path once `families` has run

    return float(relative_difference(ours, theirs))


@dataclass(frozen=True)
class Compared:
    """One case: how many quantities it compares, and the one that uses most of its tolerance."""

    name: str
    r_call: str
    quantities: int
    outside: int
    quantity: str
    ours: float
    theirs: float
    apart: float
    tolerance: float

    def line(self) -> str:
        call = self.r_call.replace("|", "\\|")
        shown = f"{self.quantity} | {number(self.ours)} | {number(self.theirs)} | {self.apart:.1e} | {self.tolerance:g}"
        return f"| {self.name} | `{call}` | {self.quantities} | {shown} |"


def compared(case: Any) -> Compared:
    found = []
    for quantity, ours, theirs, tolerance in case.compare():
        apart = difference(ours, theirs)
        used = apart / tolerance if tolerance else (math.inf if apart > 0 else 0.0)
        found.append((used, quantity, float(ours), float(theirs), apart, tolerance))
    farthest = max(found, key=lambda one: math.inf if math.isnan(one[0]) else one[0])
    outside = sum(not apart <= tolerance for *_, apart, tolerance in found)
    return Compared(case.name, case.r_call, len(found), outside, *farthest[1:])


def coverage_lines() -> list[str]:
    lines = ["## Coverage of 95 % intervals", "", "Known truths, simulated; 93-97 % of 500 draws are asked for.", ""]
    lines += ["| what | covered | asked for | holds |", "| --- | --- | --- | --- |"]
    for file in sorted((DOCS / "benchmarks").glob("coverage_*.json")):
        for row in json.loads(file.read_text())["rows"]:
            lines.append(f"| {row['what']} | {row['ours']} | {row['limit']} | {'yes' if row['holds'] else '**no**'} |")
    return [*lines, ""]


def measure() -> Section:
    lines = [
        "# Validation",
        "",
        "Written by `make bench` from the cases that `tests/reference` runs: for each case the number of quantities",
        "compared, and the one of them that lies farthest from R's by its tolerance. Differences are relative, but",
        "absolute where R's value is below 0.001. R's answers, and the scripts that gave them, are in",
        "`tests/reference/data`.",
        "",
    ]
    rows = []
    for family, cases in families().items():
        title = family.replace("_", " ").capitalize()
        lines += [f"## {title}", "", "| case | in R | quantities | farthest | ours | R | difference | tolerance |"]
        lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
        found = [compared(case) for case in cases]
        lines += [*(case.line() for case in found), ""]
        outside, quantities = sum(case.outside for case in found), sum(case.quantities for case in found)
        worst = max((case.apart / case.tolerance for case in found if case.tolerance), default=0.0)
        what = f"{title}: {len(found)} cases, {quantities} quantities"
        rows.append(Row(what, f"{outside} outside", "R", f"{worst:.1%} of the tolerance", "0 outside", outside == 0))
    DOCS.mkdir(exist_ok=True)
    (DOCS / "validation.md").write_text("\n".join([*lines, *coverage_lines()]))
    note = "Tolerances: coefficients and log-likelihoods 1e-6, standard errors 1e-5, variances, theta and omega 1e-4."
    return Section("validation", "Agreement with R's answers", rows, note=note)
