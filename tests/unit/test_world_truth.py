"""The effects that the world is made from come back from its deliveries, by the models of `analysis`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import world_reading
from world_reading import COVARIATES

from analysis.survival import cox, frailty_cox
from secure_zone.demo.world import truth, write_world

# Eight effects, two models: with 3.3 standard errors a right world fails once in sixty seeds; the seed is fixed.
FARTHEST = 3.3


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder: Path = tmp_path_factory.mktemp("truth")
    write_world(folder, people=25_000, seed=truth.DEFAULT_SEED)
    return world_reading.cohort(folder)


def distances(found: pd.DataFrame, effects: truth.Effects) -> pd.Series:
    true = np.array([getattr(effects, name) for name in COVARIATES.values()])
    return pd.Series((found["estimate"].to_numpy() - true) / found["std_error"].to_numpy(), index=found["term"])


def test_effects_on_long_term_absence_come_back(followed: pd.DataFrame) -> None:
    at_risk = followed[followed["stop"] > followed["entry"]]
    fit = cox(at_risk, " + ".join(COVARIATES), start="entry", stop="stop", event="event", cluster="unit")
    found = fit.tidy()
    assert at_risk["event"].sum() > 3_000
    assert found["std_error"].max() < 0.06
    assert distances(found, truth.LONG_TERM_ABSENCE).abs().max() < FARTHEST
    assert (found["p_value"] < 0.01).all(), "each is large enough to be found in the default world"


def test_effects_on_disability_come_back(followed: pd.DataFrame) -> None:
    at_risk = followed[followed["pension_stop"] > 0]
    found = cox(at_risk, " + ".join(COVARIATES), stop="pension_stop", event="pension", cluster="unit").tidy()
    assert at_risk["pension"].sum() > 150
    assert distances(found, truth.DISABILITY).abs().max() < FARTHEST


def test_the_units_differ_as_much_as_they_should(followed: pd.DataFrame) -> None:
    """The variance of the log of a gamma frailty is close to its theta where that is small."""
    at_risk = followed[followed["stop"] > followed["entry"]]
    formula = " + ".join(COVARIATES)
    found = frailty_cox(at_risk, formula, start="entry", stop="stop", event="event", group="unit").glance()
    assert abs(found["theta"] - truth.LONG_TERM_ABSENCE.unit_sd**2) < FARTHEST * found["theta_std_error"]
    assert found["theta_p_value"] < 0.05


def test_about_24_000_answers_in_the_default_world(followed: pd.DataFrame) -> None:
    assert 23_000 < len(followed) < 25_000
