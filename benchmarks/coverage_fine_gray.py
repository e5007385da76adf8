"""Do 95 % intervals of the Fine-Gray model, of incidences and of expected times hold the truth in 95 of 100 draws?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.survival import cumulative_incidence, expected_time, fine_gray, state_occupation
from benchmarks.fine_gray import TERMS, TRUTH, simulate
from benchmarks.section import Row, Section

DRAWS = 500
ROWS = 400
AT = 1.0
PERSONS, UNTIL = 150, 100.0
TO_LEAVE, TO_WORK = 0.02, 0.05  # rates per day


def regression(draws: int = DRAWS) -> dict[str, float]:
    """Share of draws whose interval holds the log hazard ratio, by term."""
    hits = np.zeros(len(TERMS))
    for seed in range(draws):
        data = simulate(ROWS, seed=90_000 + seed, whole_days=False)
        table = fine_gray(data, " + ".join(TERMS), stop="time", cause="cause").tidy()
        hits += (table["conf_low"] <= TRUTH) & (table["conf_high"] >= TRUTH)
    return dict(zip(TERMS, hits / draws, strict=True))


def incidence(draws: int = DRAWS) -> float:
    """Share of draws whose log-log interval at time AT holds the incidence of cause 1, known for constant rates."""
    one, two = 0.5, 0.3
    truth = one / (one + two) * (1 - np.exp(-(one + two) * AT))
    hits = 0
    for seed in range(draws):
        rng = np.random.default_rng([46, seed])
        n = 150
        time, limit = rng.exponential(1 / (one + two), n), rng.uniform(0.3, 4, n)
        cause = np.where(time > limit, 0, np.where(rng.uniform(0, 1, n) < one / (one + two), 1, 2))
        data = pd.DataFrame({"time": np.minimum(time, limit), "cause": cause})
        row = cumulative_incidence(data, stop="time", cause="cause").at(AT).iloc[0]
        hits += row["conf_low"] <= truth <= row["conf_high"]
    return hits / draws


def states(draws: int = DRAWS) -> dict[str, float]:
    """Work and leave in turn at constant rates: the probability of leave at UNTIL, and the expected time on leave."""
    total = TO_LEAVE + TO_WORK
    share = TO_LEAVE / total
    probability = share * (1 - np.exp(-total * UNTIL))
    time = share * (UNTIL - (1 - np.exp(-total * UNTIL)) / total)
    hits = {"probability of leave": 0, "expected time on leave": 0}
    for seed in range(draws):
        data = _histories(np.random.default_rng([47, seed]))
        named = {"start": "start", "stop": "stop", "state": "state", "person": "id", "initial": "work"}
        leave = state_occupation(data, **named).at(UNTIL).set_index("state").loc["leave"]
        hits["probability of leave"] += leave["conf_low"] <= probability <= leave["conf_high"]
        expected = expected_time(data, **named, until=UNTIL).set_index("state").loc["leave"]
        hits["expected time on leave"] += expected["conf_low"] <= time <= expected["conf_high"]
    return {what: count / draws for what, count in hits.items()}


def _histories(rng: np.random.Generator) -> pd.DataFrame:
    rows: list[tuple[int, float, float, str | None]] = []
    for person in range(PERSONS):
        now, time, limit = "work", 0.0, rng.uniform(60, 160)
        while time < limit:
            stop = time + rng.exponential(1 / (TO_LEAVE if now == "work" else TO_WORK))
            now = "leave" if now == "work" else "work"
            rows.append((person, time, min(stop, limit), now if stop < limit else None))
            time = stop
    return pd.DataFrame(rows, columns=["id", "start", "stop", "state"])


def measure() -> Section:
    shares = {f"Fine-Gray: {term}": share for term, share in regression().items()}
    shares["cumulative incidence"] = incidence()
    shares |= {f"states: {what}": share for what, share in states().items()}
    rows = [
        Row(what, f"{share:.1%}", "95 %", "", "93-97 %", bool(0.93 <= share <= 0.97)) for what, share in shares.items()
    ]
    note = (
        f"{DRAWS} draws, each seeded: {ROWS} people with five covariates and independent censoring for Fine-Gray; the "
        f"incidence at time {AT:g} of 150 people; {PERSONS} people between work and leave over {UNTIL:g} days."
    )
    return Section("coverage_fine_gray", "Coverage of competing risks and states", rows, note=note)
