"""Twenty million register rows into spells, beside polars doing the same."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import python_peer
from benchmarks.section import Row, Section

ROWS, PERSONS, DAYS, GAP = 20_000_000, 2_500_000, 4018, 15
COLUMNS = ("person", "start", "stop", "grade")
REPEATS, PEER_REPEATS = 3, 2

# Both processes read the columns as raw 64-bit integers, make frames with dates, merge, and tell seconds, peak memory
# (MB, with data and interpreter) and sums that change when any spell does.
READ = f"""
import json, resource, sys, time
import numpy as np
values = np.fromfile(sys.argv[1], dtype=np.int64).reshape({len(COLUMNS)}, -1)
def told(seconds, person, start, stop, days, lost_days):
    place = np.arange(len(person)) % 9973 + 1.0
    sums = [float(len(person)), *(float(c.astype(float) @ place) for c in (person, start, stop, days, lost_days))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(dict(seconds=min(seconds), peak=peak, sums=sums)))
seconds = []
"""
OURS = (
    READ
    + f"""
import pandas as pd
from analysis.cohort import merge_spells
columns = dict(zip({COLUMNS!r}, values))
for name in ("start", "stop"):
    columns[name] = columns[name].view("datetime64[D]").astype("datetime64[s]")
data = pd.DataFrame(columns, copy=False)
del values, columns
for _ in range({REPEATS}):
    begin = time.perf_counter()
    spells = merge_spells(data, gap={GAP})
    seconds.append(time.perf_counter() - begin)
day = [spells[c].to_numpy().astype("datetime64[D]").view(np.int64) for c in ("start", "stop")]
told(seconds, spells["person"].to_numpy(), *day, spells["days"].to_numpy(), spells["lost_days"].to_numpy())
"""
)
# Polars: one sort, running ends over persons, and only rows that overlap others are unfolded into days.
PEER = (
    READ
    + f"""
import polars as pl
columns = dict(zip({COLUMNS!r}, values))
data = pl.DataFrame(columns).with_columns(pl.col("start", "stop").cast(pl.Int32).cast(pl.Date))
del values, columns
lost = sys.argv[2] == "lost"
def merge(data):
    rows = data.lazy().sort("person", "start", "stop", "grade").with_columns(
        pl.col("start").cast(pl.Int32).alias("s"), pl.col("stop").cast(pl.Int32).alias("e"))
    rows = rows.with_columns(pl.col("e").cum_max().shift(1).over("person").alias("reach"))
    rows = rows.with_columns(
        (pl.col("reach").is_null() | (pl.col("s") - pl.col("reach") - 1 > {GAP})).cum_sum().alias("spell"),
        (pl.col("reach").is_null() | (pl.col("s") > pl.col("reach"))).cum_sum().alias("cluster"),
        (pl.col("e") - pl.max_horizontal(pl.col("s") - 1, pl.col("reach"))).clip(0).alias("new"))
    if not lost:
        return rows.group_by("spell", maintain_order=True).agg(
            pl.col("person").first(), pl.col("start").first(), pl.col("stop").max(), pl.col("new").sum().alias("days"),
            pl.lit(0.0).alias("lost_days")).collect()
    rows = rows.with_columns((pl.len().over("cluster") > 1).alias("overlaps")).collect()
    spells = rows.lazy().group_by("spell", maintain_order=True).agg(
        pl.col("person").first(), pl.col("start").first(), pl.col("stop").max(), pl.col("new").sum().alias("days"),
        (pl.col("new") * pl.col("grade")).filter(~pl.col("overlaps")).sum().alias("alone"))
    unfolded = rows.lazy().filter("overlaps").select(
        "spell", "grade", pl.int_ranges(pl.col("s"), pl.col("e") + 1).alias("day")).explode("day")
    shared = unfolded.group_by("spell", "day").agg(pl.col("grade").max()).group_by("spell").agg(
        pl.col("grade").sum().alias("shared"))
    return spells.join(shared, on="spell", how="left", maintain_order="left").select(
        "person", "start", "stop", "days",
        ((pl.col("alone") + pl.col("shared").fill_null(0)) / 100).alias("lost_days")).collect()
for _ in range({PEER_REPEATS}):
    begin = time.perf_counter()
    spells = merge(data)
    seconds.append(time.perf_counter() - begin)
day = [spells[c].cast(pl.Int32).to_numpy() for c in ("start", "stop")]
told(seconds, spells["person"].to_numpy(), *day, spells["days"].to_numpy(), spells["lost_days"].to_numpy())
"""
)


def simulate(file: Path, n: int = ROWS, *, seed: int = 20456) -> None:
    """Certificates in no order over eleven years; a fifth prolong or overlap another of the same person."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, PERSONS, n)
    start = rng.integers(0, DAYS, n)
    length = rng.geometric(0.06, n)
    follows = np.flatnonzero(rng.random(n) < 0.2)
    follows = follows[follows > 0]
    person[follows] = person[follows - 1]
    start[follows] = start[follows - 1] + rng.integers(0, 2 * length[follows - 1])
    grade = rng.choice([20, 40, 50, 60, 80, 100], n, p=[0.05, 0.1, 0.25, 0.1, 0.1, 0.4])
    with file.open("wb") as out:
        for column in (person, start + 14_610, start + length - 1 + 14_610, grade):
            column[:].astype(np.int64).tofile(out)


def run(command: list[str]) -> dict[str, Any]:
    """What the process prints as its last line."""
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def measure() -> Section:
    peer = python_peer("polars", "numpy")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.bin"
        simulate(file)
        ours = run([sys.executable, "-c", OURS, str(file)])
        theirs = run([str(peer), "-c", PEER, str(file), "lost"])
        simpler = run([str(peer), "-c", PEER, str(file), "days"])
    share = ours["seconds"] / theirs["seconds"]
    distance = float(np.max(np.abs(np.divide(ours["sums"], theirs["sums"]) - 1)))
    easier = ours["seconds"] / simpler["seconds"]
    rows = [
        Row(
            f"time, {ROWS:,} rows, {int(ours['sums'][0]):,} spells",
            f"{ours['seconds']:.2f} s",
            f"{theirs['seconds']:.2f} s",
            f"{share:.2f} of theirs",
            "at most 1.5 of theirs",
            share <= 1.5,
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
            "time, where polars leaves out lost_days",
            f"{ours['seconds']:.2f} s",
            f"{simpler['seconds']:.2f} s",
            f"{easier:.2f} of theirs",
            "at most 1.5 of theirs",
            easier <= 1.5,
        ),
        Row("difference of the spells' sums, relative", "", "", f"{distance:.1e}", "at most 1e-12", distance <= 1e-12),
    ]
    note = (
        f"{PERSONS:,} persons, rows in random order, a fifth overlapping or prolonging another; gap {GAP}. The best of "
        f"{REPEATS} runs, of {PEER_REPEATS} for polars. Ours runs on one core, polars on all. Polars unfolds into days "
        "only the rows that overlap."
    )
    return Section("spells", "Register rows into spells beside polars", rows, note=note)
