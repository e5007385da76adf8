"""Fine-Gray where people leave at time 0, beside R's cmprsk::crr.

crr(time, how, x, gtol = 1e-12), whose censoring curve before 0 is the one at 0.
"""

import pandas as pd
import pytest

from analysis.survival import fine_gray

ESTIMATE, STD_ERROR, LOG_LIKELIHOOD = 0.058316614160638, 0.181292941374920, -15.601685640902444


def test_as_crr_with_exits_at_time_zero() -> None:
    data = pd.DataFrame(
        {
            "time": [0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 10],
            "how": [0, 0, 2, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 1, 0],
            "x": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3],
        }
    )
    fit = fine_gray(data, "x", stop="time", cause="how", tolerance=1e-12)
    ours = [fit.coefficients[0], fit.std_errors[0], fit.log_likelihood]
    assert ours == pytest.approx([ESTIMATE, STD_ERROR, LOG_LIKELIHOOD], rel=1e-7)
