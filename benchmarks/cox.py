"""Cox on a million rows beside R's survival::coxph: late entry, Efron, 5 strata, clustered errors, 10 covariates."""

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

ROWS, CLUSTERS, STRATA = 1_000_000, 50_000, 5
APART_ROWS = 200_000
SMALL_ROWS, SMALL_FITS = 200, 100
TERMS = tuple(f"x{k}" for k in range(10))
COLUMNS = (*TERMS, "start", "stop", "event", "stratum", "cluster")
TRUTH = np.array([0.3, -0.2, 0.1, 0.0, 0.25, 0.5, -0.4, 0.2, 0.0, 0.1])

# Each process reads the columns as raw doubles, fits, and tells seconds, peak memory (MB) and its answer.
OURS = f"""
import json, resource, sys, time
import numpy as np, pandas as pd
from analysis.survival import cox
names = {COLUMNS!r}
values = np.fromfile(sys.argv[1]).reshape(len(names), -1)
data = pd.DataFrame(dict(zip(names, values)), copy=False)
named = dict(start="start", stop="stop", event="event", strata="stratum", cluster="cluster")
formula = " + ".join({TERMS!r})
repeats = int(sys.argv[2])
cox(data.head(1000), formula, **named)
seconds = []
for _ in range(repeats):
    begin = time.perf_counter()
    fit = cox(data, formula, **named)
    seconds.append(time.perf_counter() - begin)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
begin = time.perf_counter()
concordance = fit.concordance
print(json.dumps(dict(seconds=float(np.median(seconds)), peak=peak, coef=list(fit.coefficients),
    se=list(fit.std_errors), loglik=fit.log_likelihood, concordance=concordance,
    concordance_seconds=time.perf_counter() - begin)))
"""
PEER = f"""
suppressMessages(library(survival))
argument <- commandArgs(TRUE)
names <- c({", ".join(repr(c) for c in COLUMNS)})
n <- file.size(argument[1]) / 8 / length(names)
file <- file(argument[1], "rb"); data <- list()
for (name in names) data[[name]] <- readBin(file, "double", n)
close(file); data <- as.data.frame(data)
formula <- as.formula("Surv(start, stop, event) ~ {" + ".join(TERMS)} + strata(stratum)")
repeats <- as.integer(argument[2])
seconds <- system.time(for (i in seq_len(repeats))
  fit <- coxph(formula, data, cluster = cluster, control = coxph.control(eps = as.numeric(argument[3]))))[["elapsed"]]
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
number <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
cat(sprintf('{{"seconds": %.17g, "peak": %.17g, "coef": %s, "se": %s, "loglik": %.17g, "concordance": %.17g}}\\n',
  seconds / repeats, peak, number(coef(fit)), number(sqrt(diag(fit$var))), fit$loglik[2],
  fit$concordance[["concordance"]]))
"""


def simulate(n: int = ROWS, *, whole_days: bool = True, seed: int = 20451) -> pd.DataFrame:
    """Workers who enter over four years and share a frailty by unit; times in days, whole ones or not."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, len(TERMS)))
    X[:, 5:] = X[:, 5:] > 0.3
    stratum, cluster = rng.integers(0, STRATA, n), rng.integers(0, CLUSTERS, n)
    frailty = rng.gamma(4, 0.25, CLUSTERS)
    start = rng.uniform(0, 1500, n)
    time = rng.exponential(4000, n) / (np.exp(X @ TRUTH) * frailty[cluster] * (1 + 0.2 * stratum))
    limit = rng.uniform(1, 2500, n)
    stop = start + np.minimum(time, limit)
    if whole_days:
        start = np.floor(start)
        stop = np.maximum(np.ceil(stop), start + 1)
    columns = dict(zip(TERMS, X.T, strict=True))
    return pd.DataFrame(
        {**columns, "start": start, "stop": stop, "event": time <= limit, "stratum": stratum, "cluster": cluster}
    )


def run(command: list[str]) -> dict[str, Any]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def both(data: pd.DataFrame, *, repeats: int = 1, tight: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours and R's answer. R stops at a log-likelihood stable to 1e-9; `tight` lets it go on to 1e-12, as ours does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.bin"
        with file.open("wb") as out:
            for column in COLUMNS:
                data[column].to_numpy(dtype=float).tofile(out)
        ours = run([sys.executable, "-c", OURS, str(file), str(max(repeats, 3))])
        eps = "1e-12" if tight else "1e-9"
        theirs = run([rscript("r-cran-survival"), "-e", PEER, str(file), str(repeats), eps])
    return ours, theirs


def difference(ours: Any, theirs: Any) -> float:
    """The largest relative difference."""
    return float(np.max(np.abs(np.asarray(ours) / np.asarray(theirs) - 1)))


def speed(what: str, ours: dict[str, Any], theirs: dict[str, Any], least: float) -> Row:
    ratio = theirs["seconds"] / ours["seconds"]
    unit, scale = ("s", 1) if ours["seconds"] > 0.1 else ("ms", 1000)
    return Row(
        f"time, {what}",
        f"{ours['seconds'] * scale:.2f} {unit}",
        f"{theirs['seconds'] * scale:.2f} {unit}",
        f"{ratio:.1f} times faster",
        f"at least {least:g} times faster" if least else "stated",
        ratio >= least,
    )


def equality(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Row]:
    # A coefficient that is 0 in truth is compared on the scale of its standard error.
    distance = float(np.max(np.abs(np.subtract(ours["coef"], theirs["coef"])) / np.asarray(theirs["se"])))
    rows = [("coefficients, in standard errors", distance)]
    rows += [
        (f"{what}, relative", difference(ours[key], theirs[key]))
        for key, what in (("se", "clustered errors"), ("loglik", "log-likelihood"), ("concordance", "concordance"))
    ]
    return [Row(f"difference of {what}", "", "", f"{d:.1e}", "at most 1e-9", d <= 1e-9) for what, d in rows]


def measure() -> Section:
    days = simulate()
    ours, theirs = both(days, tight=True)
    equal = equality(ours, theirs)
    ours, theirs = both(days)
    memory = Row(
        "peak memory of the process",
        f"{ours['peak']:.0f} MB",
        f"{theirs['peak']:.0f} MB",
        f"{ours['peak'] / theirs['peak']:.2f} of theirs",
        "less than theirs",
        ours["peak"] < theirs["peak"],
    )
    whole = {**ours, "seconds": ours["seconds"] + ours["concordance_seconds"]}
    apart_ours, apart_theirs = both(simulate(APART_ROWS, whole_days=False))
    small_ours, small_theirs = both(simulate(SMALL_ROWS, seed=7), repeats=SMALL_FITS)
    rows = [
        speed(f"{ROWS:,} rows in whole days", ours, theirs, 10),
        speed("the same with the concordance, which coxph includes", whole, theirs, 10),
        speed(f"{APART_ROWS:,} rows with few ties", apart_ours, apart_theirs, 10),
        speed(f"{SMALL_ROWS} rows", small_ours, small_theirs, 0),
        memory,
        *equal,
    ]
    note = (
        f"{ROWS:,} rows, {int(days['event'].sum()):,} events, {len(TERMS)} covariates, late entry, Efron's ties, "
        f"{STRATA} strata, errors clustered in {CLUSTERS:,} units. Ours is the median of three fits, R's one fit with "
        "its default convergence; for the differences R iterates to 1e-12. Memory includes data and interpreter."
    )
    return Section("cox", "Cox regression beside R's survival::coxph", rows, note=note)
