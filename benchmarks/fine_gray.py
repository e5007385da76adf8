"""Fine-Gray on 100,000 rows beside R's cmprsk::crr, and equal to it where crr can also compute its errors."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers import rscript
from benchmarks.section import Row, Section

ROWS, SMALL_ROWS = 100_000, 5_000
TERMS = ("x0", "x1", "x2", "x3", "x4")
COLUMNS = (*TERMS, "time", "cause")
TRUTH = np.array([0.5, -0.3, 0.2, 0.0, 0.4])
SHARE = 0.3  # of people with x = 0 who ever have the event

# Each process reads the columns as raw doubles, fits, and tells seconds, peak memory (MB) and its answer.
OURS = f"""
import json, resource, sys, time
import numpy as np, pandas as pd
from analysis.survival import fine_gray
names = {COLUMNS!r}
data = pd.DataFrame(dict(zip(names, np.fromfile(sys.argv[1]).reshape(len(names), -1))), copy=False)
formula, named = " + ".join({TERMS!r}), dict(stop="time", cause="cause")
fine_gray(data.head(1000), formula, **named)
seconds = []
for _ in range(5):
    begin = time.perf_counter()
    fit = fine_gray(data, formula, **named)
    seconds.append(time.perf_counter() - begin)
print(json.dumps(dict(seconds=float(np.median(seconds)), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    coef=list(fit.coefficients), se=list(fit.std_errors), loglik=fit.log_likelihood)))
"""
PEER = f"""
suppressMessages(library(cmprsk))
argument <- commandArgs(TRUE)
names <- c({", ".join(repr(c) for c in COLUMNS)})
n <- file.size(argument[1]) / 8 / length(names)
file <- file(argument[1], "rb"); data <- list()
for (name in names) data[[name]] <- readBin(file, "double", n)
close(file); data <- as.data.frame(data)
errors <- argument[2] == "TRUE"
X <- as.matrix(data[, 1:{len(TERMS)}])
seconds <- system.time(fit <- crr(data$time, data$cause, X, variance = errors))[["elapsed"]]
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
number <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
se <- if (errors) sqrt(diag(fit$var)) else numeric(0)
cat(sprintf('{{"seconds": %.17g, "peak": %.17g, "coef": %s, "se": %s, "loglik": %.17g}}\\n', seconds, peak,
  number(fit$coef), number(se), fit$loglik))
"""


def simulate(n: int, *, seed: int = 20454, whole_days: bool = True, censored: bool = True) -> pd.DataFrame:
    """Times whose subdistribution of cause 1 is proportional with log hazard ratios TRUTH (Fine and Gray 1999, 5.1)."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, len(TERMS)))
    X[:, 3:] = X[:, 3:] > 0.2
    ratio = np.exp(X @ TRUTH)
    ever = 1 - (1 - SHARE) ** ratio
    u = rng.uniform(0, 1, n)
    with np.errstate(invalid="ignore"):
        first = -np.log(1 - (1 - (1 - u * ever) ** (1 / ratio)) / SHARE)
    cause = np.where(rng.uniform(0, 1, n) < ever, 1, 2)
    time = np.where(cause == 1, first, rng.exponential(1 / np.exp(0.3 * X[:, 0])))
    limit = rng.uniform(0.2, 3, n) if censored else np.full(n, np.inf)
    cause = np.where(time <= limit, cause, 0)
    time = np.minimum(time, limit)
    if whole_days:
        time = np.ceil(time * 730)
    return pd.DataFrame({**dict(zip(TERMS, X.T, strict=True)), "time": time, "cause": cause})


def run(command: list[str]) -> dict[str, Any]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def both(n: int, errors: bool, whole_days: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our answer and crr's on the same n rows; crr without its errors where they would take days."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.bin"
        data = simulate(n, whole_days=whole_days)
        with file.open("wb") as out:
            for column in COLUMNS:
                data[column].to_numpy(dtype=float).tofile(out)
        program = rscript("r-cran-cmprsk")
        ours = run([sys.executable, "-c", OURS, str(file)])
        return ours, run([program, "-e", PEER, str(file), str(errors).upper()])


def difference(ours: list[float], theirs: list[float]) -> float:
    return float(np.max(np.abs(np.asarray(ours) / np.asarray(theirs) - 1)))


def speed(what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Row:
    ratio = theirs["seconds"] / ours["seconds"]
    mine, r = f"{ours['seconds']:.3f} s", f"{theirs['seconds']:.1f} s"
    return Row(what, mine, r, f"{ratio:.0f} times faster", "stated", ratio > 1)


def equal(what: str, distance: float, most: float) -> Row:
    return Row(f"difference of {what}", "", "", f"{distance:.1e}", f"at most {most:g}", distance <= most)


def measure() -> Section:
    large, large_r = both(ROWS, errors=False, whole_days=True)
    small, small_r = both(SMALL_ROWS, errors=True, whole_days=False)
    rows = [
        speed(f"time, {ROWS:,} rows, {len(TERMS)} covariates (crr without standard errors)", large, large_r),
        Row(
            "peak memory of the process",
            f"{large['peak']:.0f} MB",
            f"{large_r['peak']:.0f} MB",
            f"{large['peak'] / large_r['peak']:.2f} of theirs",
            "stated",
            True,
        ),
        equal("coefficients, relative", difference(large["coef"], large_r["coef"]), 1e-6),
        speed(f"time, {SMALL_ROWS:,} rows, with standard errors", small, small_r),
        equal("coefficients, relative", difference(small["coef"], small_r["coef"]), 1e-6),
        equal("standard errors, relative", difference(small["se"], small_r["se"]), 1e-5),
        equal("log-likelihood, relative", difference([small["loglik"]], [small_r["loglik"]]), 1e-9),
    ]
    note = (
        "Ours is the median of 5 fits, always with robust standard errors. crr's errors loop over events, censorings "
        f"and competing events in turn, so on {ROWS:,} rows crr is asked for the coefficients alone; times there are "
        "whole days."
    )
    return Section("fine_gray", "Fine-Gray beside R's cmprsk::crr", rows, note=note)
