"""Writes docs/validation.md: every reference case beside R, from the lists the tests run, and the coverage measured."""

from __future__ import annotations

import importlib
import json
import math
import sys
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


def case_lines(case: Any) -> tuple[list[str], list[tuple[float, float]]]:
    """The lines of one case's table, and for each quantity its difference and tolerance."""
    lines = [f"### {case.name}", "", f"R: `{case.r_call}`", "", "| quantity | ours | R | difference | tolerance |"]
    lines.append("| --- | --- | --- | --- | --- |")
    measured = []
    for quantity, ours, theirs, tolerance in case.compare():
        apart = difference(ours, theirs)
        measured.append((apart, tolerance))
        lines.append(f"| {quantity} | {number(ours)} | {number(theirs)} | {apart:.1e} | {tolerance:g} |")
    return [*lines, ""], measured


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
        "Written by `make bench` from the cases that `tests/reference` runs. Differences are relative, absolute where",
        "R's value is below 0.001. R's answers and the scripts that gave them are in `tests/reference/data`.",
        "",
    ]
    rows = []
    for family, cases in families().items():
        lines += [f"## {family.replace('_', ' ').capitalize()}", ""]
        measured: list[tuple[float, float]] = []
        for case in cases:
            of_case, differences = case_lines(case)
            lines += of_case
            measured += differences
        outside = sum(not apart <= tolerance for apart, tolerance in measured)
        largest = max((apart for apart, _ in measured if not math.isnan(apart)), default=0.0)
        what = f"{family.replace('_', ' ')}: {len(cases)} cases, {len(measured)} quantities"
        rows.append(Row(what, f"{outside} outside", "R", f"largest {largest:.1e}", "0 outside", outside == 0))
    DOCS.mkdir(exist_ok=True)
    (DOCS / "validation.md").write_text("\n".join([*lines, *coverage_lines()]))
    note = "Tolerances: coefficients and log-likelihoods 1e-6, standard errors 1e-5, variances, theta and omega 1e-4."
    return Section("validation", "Agreement with R's answers", rows, note=note)
