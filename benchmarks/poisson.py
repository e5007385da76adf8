"""Poisson regression on a million rows of categories with person-years, beside R's glm."""

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

ROWS = 1_000_000
LEVELS = {"sex": 2, "age": 6, "trade": 9, "education": 4, "shift": 2}
OTHERS = ("years", "spells")
REPEATS = 5

# Both processes read the columns as raw doubles, make factors of the categories, fit, and tell seconds, peak memory
# (MB, with data and interpreter) and their answer.
OURS = """
import json, resource, sys, time
import numpy as np, pandas as pd
from analysis.counts import {function}
names, factors, repeats = json.loads(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
values = np.fromfile(sys.argv[1]).reshape(len(names), -1)
data = pd.DataFrame({{n: pd.Categorical(v.astype(int)) if n in factors else v for n, v in zip(names, values)}})
del values
named = json.loads(sys.argv[6])
{function}(data.head(5000), sys.argv[5], **named)
seconds = []
for _ in range(repeats):
    begin = time.perf_counter()
    fit = {function}(data, sys.argv[5], **named)
    seconds.append(time.perf_counter() - begin)
glance = fit.glance()
print(json.dumps(dict(seconds=float(np.median(seconds)), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    coef=list(fit.coefficients), se=list(fit.std_errors), loglik=glance["log_likelihood"], deviance=glance["deviance"],
    theta=glance.get("theta", 0.0))))
"""
PEER = """
argument <- commandArgs(TRUE)
names <- strsplit(argument[2], ",")[[1]]; factors <- strsplit(argument[3], ",")[[1]]
n <- file.size(argument[1]) / 8 / length(names)
file <- file(argument[1], "rb"); data <- list()
for (name in names) {{ data[[name]] <- readBin(file, "double", n)
  if (name %in% factors) data[[name]] <- factor(data[[name]]) }}
close(file); data <- as.data.frame(data)
seconds <- system.time(fit <- {call})[["elapsed"]]
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
number <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
theta <- if (is.null(fit$theta)) 0 else fit$theta
answer <- list(seconds = seconds, peak = peak, coef = coef(fit), se = sqrt(diag(vcov(fit))),
  loglik = as.numeric(logLik(fit)), deviance = deviance(fit), theta = theta)
shown <- sapply(names(answer), function(name) sprintf('"%s": %s', name,
  if (name %in% c("coef", "se")) number(answer[[name]]) else sprintf("%.17g", answer[[name]])))
cat("{{", paste(shown, collapse = ", "), "}}\\n", sep = "")
"""


def simulate(n: int = ROWS, *, seed: int = 20452) -> pd.DataFrame:
    """Sick-leave spells of employees in five categorical answers, with the years each was followed."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({name: rng.integers(1, levels + 1, n) for name, levels in LEVELS.items()}, dtype=float)
    data["years"] = rng.uniform(0.2, 4, n)
    rate = np.exp(-0.5 + 0.2 * (data["shift"] == 2) + 0.03 * data.trade - 0.05 * data.age)
    data["spells"] = rng.poisson(rate * data.years).astype(float)
    return data


def write_columns(data: pd.DataFrame, file: Path) -> None:
    with file.open("wb") as out:
        for column in data:
            data[column].to_numpy(dtype=float).tofile(out)


def run(command: list[str]) -> dict[str, Any]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def ours_on(
    file: Path, data: pd.DataFrame, factors: list[str], function: str, formula: str, named: dict[str, str], repeats: int
) -> dict[str, Any]:
    arguments = [json.dumps(list(data)), json.dumps(factors), str(repeats), formula, json.dumps(named)]
    return run([sys.executable, "-c", OURS.format(function=function), str(file), *arguments])


def theirs_on(file: Path, data: pd.DataFrame, factors: list[str], call: str, *packages: str) -> dict[str, Any]:
    program = rscript("r-base-core", *packages)
    return run([program, "-e", PEER.format(call=call), str(file), ",".join(data), ",".join(factors)])


def difference(ours: Any, theirs: Any) -> float:
    """The largest relative difference."""
    return float(np.max(np.abs(np.asarray(ours) / np.asarray(theirs) - 1)))


def in_errors(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """The largest difference of a coefficient, in its standard errors: some coefficients are 0 in truth."""
    return float(np.max(np.abs(np.subtract(ours["coef"], theirs["coef"])) / np.asarray(theirs["se"])))


def speed(what: str, ours: dict[str, Any], theirs: dict[str, Any], least: float) -> Row:
    ratio = theirs["seconds"] / ours["seconds"]
    limit = f"at least {least:g} times faster"
    return Row(
        f"time, {what}",
        f"{ours['seconds']:.3f} s",
        f"{theirs['seconds']:.1f} s",
        f"{ratio:.0f} times faster" if ratio > 10 else f"{ratio:.1f} times faster",
        limit,
        ratio >= least,
    )


def memory(ours: dict[str, Any], theirs: dict[str, Any]) -> Row:
    share = f"{ours['peak'] / theirs['peak']:.2f} of theirs"
    return Row(
        "peak memory of the process", f"{ours['peak']:.0f} MB", f"{theirs['peak']:.0f} MB", share, "stated", True
    )


def equal(what: str, distance: float, most: float) -> Row:
    return Row(f"difference of {what}", "", "", f"{distance:.1e}", f"at most {most:g}", distance <= most)


def measure() -> Section:
    data = simulate()
    factors = list(LEVELS)
    formula = " + ".join(factors)
    glm = f"glm(spells ~ {formula} + offset(log(years)), poisson, data"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.bin"
        write_columns(data, file)
        named = {"outcome": "spells", "exposure": "years"}
        ours = ours_on(file, data, factors, "poisson", formula, named, REPEATS)
        theirs = theirs_on(file, data, factors, f"{glm})")
        tight = theirs_on(file, data, factors, f"{glm}, control = glm.control(epsilon = 1e-14))")
    rows = [
        speed(f"{ROWS:,} rows, {len(factors)} factors", ours, theirs, 50),
        memory(ours, theirs),
        equal("coefficients, in standard errors", in_errors(ours, tight), 1e-9),
        equal("standard errors, relative", difference(ours["se"], tight["se"]), 1e-9),
        equal("log-likelihood, relative", difference(ours["loglik"], tight["loglik"]), 1e-9),
        equal("deviance, relative", difference(ours["deviance"], tight["deviance"]), 1e-9),
    ]
    note = (
        f"Ours is the median of {REPEATS} fits, R's one fit with its default convergence; for the differences R "
        "iterates to 1e-14. The person-years differ in every row; the covariates fall in "
        f"{np.prod(list(LEVELS.values()))} cells."
    )
    return Section("poisson", "Poisson regression beside R's glm", rows, note=note)
