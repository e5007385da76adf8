"""A reference case: what we compute, beside what R gave for the same call."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

DATA = Path(__file__).parent / "data"

# (quantity, ours, R's, relative tolerance)
Comparison = tuple[str, float, float, float]

COEFFICIENT = 1e-6
STD_ERROR = 1e-5
VARIANCE = 1e-4


@dataclass(frozen=True)
class Case:
    """`compare()` fits ours and lists each quantity beside R's; the test and docs/validation.md read the same list."""

    name: str
    r_call: str
    compare: Callable[[], list[Comparison]]


@functools.cache
def frame(name: str) -> pd.DataFrame:
    """A data set of tests/reference/data by its file name. Do not change it in place."""
    return pd.read_csv(DATA / name)


@functools.cache
def answers(name: str = "reference.json") -> dict[str, Any]:
    """R's answers by case. In reference.json each case has `data`, `call` and `values`."""
    return json.loads((DATA / name).read_text())


def compare_terms(
    quantity: str, ours: Mapping[str, float], theirs: Mapping[str, float], names: Mapping[str, str], tolerance: float
) -> Iterable[Comparison]:
    """One comparison per term of R; `names` gives our name where it differs from R's."""
    for r_name, value in theirs.items():
        yield f"{quantity} {r_name}", float(ours[names.get(r_name, r_name)]), float(value), tolerance


def relative_difference(ours: float, theirs: float) -> float:
    """|ours - theirs| relative to theirs, absolute below 1e-3 where a relative one means nothing."""
    return abs(ours - theirs) / max(abs(theirs), 1e-3)


def check(case: Case) -> None:
    """Fail with every quantity of the case that lies outside its tolerance."""
    compared = case.compare()
    assert compared, f"{case.name} compares nothing"
    wrong = [
        f"{quantity}: ours {ours:.12g}, R {theirs:.12g}"
        for quantity, ours, theirs, tolerance in compared
        if not relative_difference(ours, theirs) <= tolerance
    ]
    assert not wrong, f"{case.name} ({case.r_call}):\n" + "\n".join(wrong)
