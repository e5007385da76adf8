"""State occupation with a million transitions, beside R's survival::survfit where that is feasible."""

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

PERSONS, SMALL_PERSONS, DAYS = 250_000, 3_000, 3650
STATES = ("work", "leave", "disability")
COLUMNS = ("id", "start", "stop", "state")  # state: 0 none, else the place in STATES plus 1

OURS = f"""
import json, resource, sys, time
import numpy as np, pandas as pd
from analysis.survival import expected_time, state_occupation
names = {COLUMNS!r}
data = pd.DataFrame(dict(zip(names, np.fromfile(sys.argv[1]).reshape(len(names), -1))), copy=False)
data["state"] = pd.Categorical.from_codes(data["state"].astype(int) - 1, categories={STATES!r})
named = dict(start="start", stop="stop", state="state", person="id", initial="work")
state_occupation(data.head(100), **named)
begin = time.perf_counter()
result = state_occupation(data, **named)
seconds = time.perf_counter() - begin
begin = time.perf_counter()
expected = expected_time(data, **named, until=float(sys.argv[2]))
last = result.at(float(sys.argv[2]))
print(json.dumps(dict(seconds=seconds, expected_seconds=time.perf_counter() - begin,
    peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    p=list(last["estimate"]), se=list(last["std_error"]), mean=list(expected["time"]),
    mean_se=list(expected["std_error"]))))
"""
PEER = f"""
suppressMessages(library(survival))
argument <- commandArgs(TRUE)
names <- c({", ".join(repr(c) for c in COLUMNS)})
n <- file.size(argument[1]) / 8 / length(names)
file <- file(argument[1], "rb"); data <- list()
for (name in names) data[[name]] <- readBin(file, "double", n)
close(file); data <- as.data.frame(data)
until <- as.numeric(argument[2]); errors <- argument[3] == "TRUE"
data$state <- factor(data$state, 0:{len(STATES)}, c("none", {", ".join(repr(s) for s in STATES)}))
data$from <- "work"; later <- duplicated(data$id)
data$from[later] <- as.character(data$state[which(later) - 1])
seconds <- system.time(fit <- survfit(Surv(start, stop, state) ~ 1, data, id = id, istate = from, se.fit = errors,
  influence = errors))[["elapsed"]]
at <- max(which(fit$time <= until))
number <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
mean <- survival:::survmean2(survfit0(fit), rmean = until)$matrix
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
order <- match(c({", ".join(repr(s) for s in STATES)}), fit$states)
se <- if (errors) fit$std.err[at, order] else numeric(0)
mean_se <- if (errors) mean[order, "se(rmean)"] else numeric(0)
cat(sprintf('{{"seconds": %.17g, "peak": %.17g, "p": %s, "se": %s, "mean": %s, "mean_se": %s}}\\n', seconds, peak,
  number(fit$pstate[at, order]), number(se), number(mean[order, "rmean"]), number(mean_se)))
"""


def simulate(persons: int, *, seed: int = 20455) -> pd.DataFrame:
    """Work and leave in turn, disability for good, in whole days over ten years; about four transitions a person."""
    rng = np.random.default_rng(seed)
    now, time = np.zeros(persons, dtype=int), np.zeros(persons)
    followed, rows = np.arange(persons), []
    while followed.size:
        wait = np.ceil(rng.exponential(np.where(now == 0, 1100, np.where(now == 1, 400, 1e9))))
        stop = np.minimum(time + wait, DAYS)
        entered = np.where(now == 0, 1, np.where(rng.random(now.size) < 0.05, 2, 0))
        entered = np.where(time + wait < DAYS, entered, -1)
        rows.append(np.column_stack([followed, time, stop, entered + 1]))
        on = entered >= 0
        followed, now, time = followed[on], entered[on], stop[on]
    frame = pd.DataFrame(np.concatenate(rows), columns=list(COLUMNS))
    return frame.sort_values(["id", "start"], ignore_index=True)


def run(command: list[str]) -> dict[str, Any]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def both(persons: int, errors: bool) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """(transitions, ours, R's) on the same persons."""
    data = simulate(persons)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.bin"
        with file.open("wb") as out:
            for column in COLUMNS:
                data[column].to_numpy(dtype=float).tofile(out)
        program = rscript("r-cran-survival")
        ours = run([sys.executable, "-c", OURS, str(file), str(DAYS)])
        return (
            int((data["state"] > 0).sum()),
            ours,
            run([program, "-e", PEER, str(file), str(DAYS), str(errors).upper()]),
        )


def equal(what: str, ours: list[float], theirs: list[float]) -> Row:
    distance = float(np.max(np.abs(np.asarray(ours) / np.asarray(theirs) - 1)))
    return Row(f"difference of {what}, relative", "", "", f"{distance:.1e}", "at most 1e-09", distance <= 1e-9)


def speed(what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Row:
    ratio = theirs["seconds"] / ours["seconds"]
    return Row(
        f"time, {what}",
        f"{ours['seconds']:.2f} s",
        f"{theirs['seconds']:.1f} s",
        f"{ratio:.1f} times faster",
        "stated",
        True,
    )


def memory(what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Row:
    share = f"{ours['peak'] / theirs['peak']:.2f} of theirs"
    return Row(f"peak memory, {what}", f"{ours['peak']:.0f} MB", f"{theirs['peak']:.0f} MB", share, "stated", True)


def measure() -> Section:
    many, large, large_r = both(PERSONS, errors=False)
    few, small, small_r = both(SMALL_PERSONS, errors=True)
    rows = [
        speed(f"{many:,} transitions (R without standard errors)", large, large_r),
        memory(f"{many:,} transitions", large, large_r),
        equal("probabilities", large["p"], large_r["p"]),
        equal("expected times", large["mean"], large_r["mean"]),
        speed(f"{few:,} transitions, with standard errors", small, small_r),
        memory(f"{few:,} transitions", small, small_r),
        equal("standard errors", small["se"], small_r["se"]),
        equal("standard errors of expected times", small["mean_se"], small_r["mean_se"]),
    ]
    note = (
        f"{PERSONS:,} persons over {DAYS} days in states {', '.join(STATES)}; ours always with jackknife standard "
        f"errors, and {large['expected_seconds']:.2f} s more for expected times with theirs. R's errors hold one "
        "number per person, state and time, far beyond memory at a million transitions, so R is asked for the curves "
        "alone there."
    )
    return Section("multistate", "State occupation beside R's survfit", rows, note=note)
