"""Robust errors of risk ratios where a column lies far from 0, such as a calendar day or an income."""

import numpy as np
import pandas as pd
import pytest

from analysis.binary import risk_ratio


@pytest.mark.parametrize("distance", [4e4, 1e6, 1e8])
def test_moving_a_column_moves_no_error(distance: float) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"day": rng.normal(size=300), "night": rng.integers(0, 2, 300)})
    frame["ill"] = (rng.random(300) < 0.3).astype(int)
    near = risk_ratio(frame, "day + night", outcome="ill").std_errors[1:]
    far = risk_ratio(frame.assign(day=frame["day"] + distance), "day + night", outcome="ill").std_errors
    assert np.isfinite(far).all()
    assert far[1:] == pytest.approx(near, rel=1e-6)
