"""Columns far from 0 or of a vast scale lose no digits and no interval."""

import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisWarning
from analysis.multilevel import gee, linear_mixed

RNG = np.random.default_rng(5)
UNIT = np.repeat(np.arange(50), 6)
FRAME = pd.DataFrame({"unit": UNIT, "x": RNG.normal(size=300), "z": RNG.integers(0, 2, 300)})
FRAME["y"] = FRAME["x"] + RNG.normal(size=50)[UNIT] + RNG.normal(size=300)
FRAME["yes"] = (FRAME["y"] > 0).astype(int)


@pytest.fixture(autouse=True)
def _nothing_but_our_own_warnings() -> None:
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", AnalysisWarning)


@pytest.mark.parametrize("moved", [FRAME["x"] + 1e8, FRAME["x"] * 1e12, FRAME["x"] * 1e-12])
def test_the_linear_mixed_model_has_the_same_statistics(moved: pd.Series) -> None:
    near = linear_mixed(FRAME, "x + z", outcome="y", group="unit").tidy()
    far = linear_mixed(FRAME.assign(x=moved), "x + z", outcome="y", group="unit").tidy()
    assert far["statistic"].to_numpy()[1:] == pytest.approx(near["statistic"].to_numpy()[1:], rel=1e-6)
    assert np.isfinite(far.drop(columns="term").to_numpy(float)).all()


@pytest.mark.parametrize("moved", [FRAME["x"] + 1e8, FRAME["x"] * 1e12, FRAME["x"] * 1e-12])
@pytest.mark.parametrize(("outcome", "family"), [("y", "gaussian"), ("yes", "binomial")])
def test_gee_has_the_same_statistics(moved: pd.Series, outcome: str, family: str) -> None:
    ask = {"outcome": outcome, "group": "unit", "family": family, "correlation": "exchangeable"}
    near = gee(FRAME, "x + z", **ask).tidy()
    far = gee(FRAME.assign(x=moved), "x + z", **ask).tidy()
    assert far["statistic"].to_numpy()[1:] == pytest.approx(near["statistic"].to_numpy()[1:], rel=1e-6)
    assert np.isfinite(far.drop(columns="term").to_numpy(float)).all()
