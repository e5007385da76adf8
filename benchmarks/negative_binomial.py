"""Negative binomial regression on a million rows, beside MASS::glm.nb."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.poisson import difference, equal, in_errors, memory, ours_on, speed, theirs_on, write_columns
from benchmarks.section import Row, Section

ROWS = 1_000_000
REPEATS = 3
FACTORS = ["sex", "age", "trade"]
CONTINUOUS = ["strain", "conflict", "control", "seniority"]


def simulate(n: int = ROWS, *, seed: int = 20453) -> pd.DataFrame:
    """Days of sick leave by three categorical answers and four scales."""
    rng = np.random.default_rng(seed)
    levels = {"sex": 2, "age": 5, "trade": 6}
    data = pd.DataFrame({name: rng.integers(1, k + 1, n) for name, k in levels.items()}, dtype=float)
    for name in CONTINUOUS:
        data[name] = rng.normal(size=n)
    mean = np.exp(1 + 0.2 * data.strain + 0.1 * data.conflict - 0.15 * data.control + 0.3 * (data.sex == 2))
    data["days"] = rng.negative_binomial(0.9, 0.9 / (0.9 + mean)).astype(float)
    return data


def beside(folder: Path, data: pd.DataFrame, factors: list[str], formula: str, what: str) -> list[Row]:
    """R with its default convergence for the time, and iterating on for the differences."""
    file = folder / "columns.bin"
    write_columns(data, file)
    ours = ours_on(file, data, factors, "negative_binomial", formula, {"outcome": "days"}, REPEATS)
    call = f"MASS::glm.nb(days ~ {formula}, data"
    theirs = theirs_on(file, data, factors, f"{call})", "r-cran-mass")
    closer = f"suppressWarnings({call}, control = glm.control(epsilon = 1e-12)))"
    tight = theirs_on(file, data, factors, closer, "r-cran-mass")
    return [
        speed(what, ours, theirs, 3),
        memory(ours, theirs),
        equal("theta, relative", abs(ours["theta"] / tight["theta"] - 1), 1e-6),
        equal("coefficients, in standard errors", in_errors(ours, tight), 1e-4),
        equal("standard errors, relative", difference(ours["se"], tight["se"]), 1e-6),
        equal("log-likelihood, relative", difference(ours["loglik"], tight["loglik"]), 1e-9),
    ]


def measure() -> Section:
    data = simulate()
    with tempfile.TemporaryDirectory() as folder:
        scales = beside(
            Path(folder), data, FACTORS, " + ".join(FACTORS + CONTINUOUS), f"{ROWS:,} rows, 3 factors and 4 scales"
        )
        cells = beside(
            Path(folder), data[[*FACTORS, "days"]], FACTORS, " + ".join(FACTORS), f"{ROWS:,} rows, 3 factors only"
        )
    note = (
        f"Ours is the median of {REPEATS} fits, R's one fit with its default convergence; for the differences R "
        "iterates until the likelihood changes by less than 1e-12 (its theta.ml stops at steps of 1e-4 of theta, which "
        "is what remains in the standard errors' digits)."
    )
    return Section(
        "negative_binomial", "Negative binomial regression beside MASS::glm.nb", [*scales, *cells], note=note
    )
