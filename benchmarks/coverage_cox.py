"""Do 95 % intervals of the Cox model hold the truth in 95 of 100 draws: plain, late entry, clustered?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.survival import cox
from benchmarks.section import Row, Section

DRAWS = 500
DEMANDS, SUPPORT = 0.4, -0.3
UNITS, SIZE = 120, 6
# Index of the positive stable frailty: 1 is no dependence within units, towards 0 it is complete.
STABLE = 0.7


def plain(rng: np.random.Generator) -> pd.DataFrame:
    """300 people from one start, in whole days (so with ties), censored at random."""
    n = 300
    frame = pd.DataFrame({"demands": rng.normal(size=n), "support": rng.integers(0, 2, n)})
    time = rng.exponential(200, n) / np.exp(DEMANDS * frame["demands"] + SUPPORT * frame["support"])
    limit = rng.uniform(50, 400, n)
    return frame.assign(stop=np.ceil(np.minimum(time, limit)), event=time <= limit)


def late_entry(rng: np.random.Generator) -> pd.DataFrame:
    """People who are seen only if their event comes after an entry that depends on their support."""
    n = 700
    frame = pd.DataFrame({"demands": rng.normal(size=n), "support": rng.integers(0, 2, n)})
    time = rng.exponential(200, n) / np.exp(DEMANDS * frame["demands"] + SUPPORT * frame["support"])
    start = rng.uniform(0, 150, n) * (1 + frame["support"]) / 2
    limit = start + rng.uniform(50, 300, n)
    frame = frame.assign(start=start, stop=np.minimum(time, limit), event=time <= limit)
    return frame[time > start]


def clustered(rng: np.random.Generator) -> pd.DataFrame:
    """People in units that share a positive stable frailty; support belongs to the unit.

    Averaged over such a frailty hazards are proportional with coefficients STABLE times the conditional ones (Hougaard
    1986, Biometrika 73:387), so the marginal truth is known.
    """
    unit = np.repeat(np.arange(UNITS), rng.integers(SIZE // 2, 2 * SIZE, UNITS))
    n = len(unit)
    frame = pd.DataFrame({"demands": rng.normal(size=n), "support": rng.integers(0, 2, UNITS)[unit], "unit": unit})
    angle = rng.uniform(0, np.pi, UNITS)
    shape = np.sin((1 - STABLE) * angle) / rng.exponential(size=UNITS)
    frailty = shape ** ((1 - STABLE) / STABLE) * np.sin(STABLE * angle) / np.sin(angle) ** (1 / STABLE)
    eta = (DEMANDS * frame["demands"] + SUPPORT * frame["support"]) / STABLE
    time = 200 * rng.exponential(size=n) / (np.exp(eta) * frailty[unit])
    limit = rng.uniform(50, 600, n)
    return frame.assign(stop=np.minimum(time, limit), event=time <= limit)


DESIGNS: dict[str, tuple[Callable[[np.random.Generator], pd.DataFrame], dict[str, str]]] = {
    "plain": (plain, {}),
    "late entry": (late_entry, {"start": "start"}),
    "clustered": (clustered, {"cluster": "unit"}),
}


def covered(design: str, draws: int = DRAWS) -> dict[str, float]:
    """Share of draws whose interval holds the truth, by term."""
    simulate, named = DESIGNS[design]
    truth = {"demands": DEMANDS, "support": SUPPORT}
    hits = dict.fromkeys(truth, 0)
    for seed in range(draws):
        frame = simulate(np.random.default_rng([45, list(DESIGNS).index(design), seed]))
        fit = cox(frame, "demands + support", stop="stop", event="event", **named)
        for row in fit.tidy().itertuples():
            hits[row.term] += row.conf_low <= truth[row.term] <= row.conf_high
    return {term: count / draws for term, count in hits.items()}


def measure() -> Section:
    rows = [
        Row(f"Cox, {design}: {term}", f"{share:.1%}", "95 %", "", "93-97 %", 0.93 <= share <= 0.97)
        for design in DESIGNS
        for term, share in covered(design).items()
    ]
    note = f"{DRAWS} draws each; the peer column is the nominal share. Clustered errors are the grouped sandwich."
    return Section("coverage_cox", "Coverage of 95 % intervals: Cox model", rows, note=note)
