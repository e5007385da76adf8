"""A small synthetic dataset, so that there is something to open in a demo zone."""

from __future__ import annotations

import random

import pyarrow as pa

ROWS = 2_000
SEED = 20_240_601
SCALES = ("autonomy", "role_clarity", "recognition", "workload")
OCCUPATIONS = ("health", "education", "industry", "service", "office")


def example_tables(rows: int = ROWS, seed: int = SEED) -> dict[str, pa.Table]:
    """Two tables that share `pseudonym`: people (age group, sex, occupation) and answers (scales 1 to 5, some missing).

    Better role clarity and recognition go with fewer days of absence, so that an analysis finds something.
    """
    chance = random.Random(seed)  # noqa: S311 - synthetic data that must be the same every time
    pseudonyms = [f"{chance.getrandbits(64):016x}" for _ in range(rows)]
    scales = {scale: [_answer(chance) for _ in range(rows)] for scale in SCALES}
    people = pa.table(
        {
            "pseudonym": pseudonyms,
            "sex": pa.array([chance.choice(("female", "male")) for _ in range(rows)]).dictionary_encode(),
            "age_group": pa.array(
                [chance.choice(("18-34", "35-49", "50-67")) for _ in range(rows)]
            ).dictionary_encode(),
            "occupation": pa.array([chance.choice(OCCUPATIONS) for _ in range(rows)]).dictionary_encode(),
        }
    )
    strain = [
        (scales["workload"][row] or 3)
        - 0.5 * (scales["role_clarity"][row] or 3)
        - 0.3 * (scales["recognition"][row] or 3)
        for row in range(rows)
    ]
    answers = pa.table(
        {
            "pseudonym": pseudonyms,
            **{scale: pa.array(values, pa.int8()) for scale, values in scales.items()},
            "absence_days": pa.array([_absence(chance, value) for value in strain], pa.int16()),
        }
    )
    return {"people": people, "answers": answers}


def _answer(chance: random.Random) -> int | None:
    """1 to 5, mostly in the middle; 4 per cent did not answer."""
    return None if chance.random() < 0.04 else min(5, max(1, round(chance.gauss(3.4, 1.0))))


def _absence(chance: random.Random, strain: float) -> int:
    """Days of absence in a year: none for many, more with strain."""
    return 0 if chance.random() < 0.45 - 0.05 * strain else round(chance.expovariate(1 / (6 + 2 * max(strain, -2))))
