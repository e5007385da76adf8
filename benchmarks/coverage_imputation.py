"""Do 95 % intervals of fits pooled over imputations hold the truth in 95 of 100 draws?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.binary import logistic
from analysis.imputation import impute, pool
from benchmarks.section import Row, Section

DRAWS = 500
ROWS, IMPUTATIONS, ITERATIONS = 500, 10, 5
TRUTH = {"Intercept": -0.6, "demands": 0.5, "support": -0.4, "shift[T.yes]": 0.5}


def draw(seed: int) -> pd.DataFrame:
    """One draw: a third of the support scores and a fifth of the shift answers are missing, by age and outcome."""
    rng = np.random.default_rng([1945, seed])
    age = rng.normal(size=ROWS)
    demands = 0.3 * age + rng.normal(size=ROWS)
    support = -0.4 * demands + 0.2 * age + rng.normal(size=ROWS)
    shift = rng.random(ROWS) < 1 / (1 + np.exp(-(-0.5 + 0.5 * demands)))
    eta = TRUTH["Intercept"] + TRUTH["demands"] * demands + TRUTH["support"] * support + TRUTH["shift[T.yes]"] * shift
    absent = (rng.random(ROWS) < 1 / (1 + np.exp(-eta))).astype(int)
    frame = pd.DataFrame({"age": age, "demands": demands, "support": support, "absent": absent})
    frame["shift"] = np.where(shift, "yes", "no")
    frame.loc[rng.random(ROWS) < 1 / (1 + np.exp(-(-0.9 + 0.6 * age + 0.5 * absent))), "support"] = np.nan
    frame.loc[rng.random(ROWS) < 1 / (1 + np.exp(-(-1.5 + 0.6 * demands))), "shift"] = None
    return frame


def covered(draws: int = DRAWS) -> dict[str, float]:
    """Share of draws whose pooled interval holds the truth, by term."""
    hits = dict.fromkeys(TRUTH, 0)
    for seed in range(draws):
        completed = impute(draw(seed), m=IMPUTATIONS, seed=seed, iterations=ITERATIONS)
        fit = pool(logistic(frame, "demands + support + shift", outcome="absent") for frame in completed)
        for row in fit.tidy().itertuples():
            hits[row.term] += row.conf_low <= TRUTH[row.term] <= row.conf_high
    return {term: count / draws for term, count in hits.items()}


def measure() -> Section:
    rows = [
        Row(f"pooled imputation: {term}", f"{share:.1%}", "95 %", "", "93-97 %", 0.93 <= share <= 0.97)
        for term, share in covered().items()
    ]
    note = (
        f"{DRAWS} draws of {ROWS} rows, {IMPUTATIONS} imputations of {ITERATIONS} iterations, logistic regression; "
        "the peer column is the nominal share."
    )
    return Section("coverage_imputation", "Coverage of 95 % intervals: pooled imputation", rows, note=note)
