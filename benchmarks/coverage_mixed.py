"""Do 95 % intervals of the mixed logistic model hold the truth in 95 of 100 draws?"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from analysis.errors import AnalysisWarning
from analysis.multilevel import logistic_mixed
from benchmarks.section import Row, Section

DRAWS = 500
GROUPS, SIZE = 100, 20
TRUTH = {"Intercept": -1.0, "demands": 0.5, "climate": -0.4, "sex[T.M]": -0.3}
BETWEEN = 0.7


def draw(seed: int) -> pd.DataFrame:
    """One draw: demands vary between people, climate between units, sizes are unequal."""
    rng = np.random.default_rng([20451, seed])
    unit = np.repeat(np.arange(GROUPS), rng.integers(SIZE // 2, SIZE * 3 // 2, GROUPS))
    n = len(unit)
    frame = pd.DataFrame({"unit": unit, "demands": rng.normal(size=n), "climate": rng.normal(size=GROUPS)[unit]})
    frame["sex"] = np.where(rng.random(n) < 0.4, "M", "F")
    eta = TRUTH["Intercept"] + TRUTH["demands"] * frame.demands + TRUTH["climate"] * frame.climate
    eta += TRUTH["sex[T.M]"] * (frame.sex == "M") + BETWEEN * rng.normal(size=GROUPS)[unit]
    frame["absent"] = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
    return frame


def covered(draws: int = DRAWS) -> dict[str, float]:
    """Share of draws whose interval holds the truth, by term."""
    hits = dict.fromkeys(TRUTH, 0)
    for seed in range(draws):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AnalysisWarning)
            fit = logistic_mixed(draw(seed), "demands + climate + sex", outcome="absent", group="unit")
        for row in fit.tidy().itertuples():
            hits[row.term] += row.conf_low <= TRUTH[row.term] <= row.conf_high
    return {term: count / draws for term, count in hits.items()}


def measure() -> Section:
    rows = [
        Row(f"mixed logistic: {term}", f"{share:.1%}", "95 %", "", "93-97 %", 0.93 <= share <= 0.97)
        for term, share in covered().items()
    ]
    note = f"{DRAWS} draws of about {GROUPS * SIZE} rows in {GROUPS} units; the peer column is the nominal share."
    return Section("coverage_mixed", "Coverage of 95 % intervals: mixed logistic model", rows, note=note)
