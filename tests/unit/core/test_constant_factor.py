"""A factor with one level has no column in the matrix, and is an error all the same."""

import pandas as pd
import pytest

from analysis.binary import logistic
from analysis.design import build_design
from analysis.errors import ConstantColumn

FRAME = pd.DataFrame({"x": [1.0, 2, 3, 4], "unit": list("aaaa"), "code": [7] * 4, "y": [0, 1, 0, 1]})


@pytest.mark.parametrize("formula", ["x + unit", "x + C(code)", "x * unit", "unit", "bs(x, df=3) + unit"])
@pytest.mark.parametrize("intercept", [True, False])
def test_one_level_is_told(formula: str, intercept: bool) -> None:
    with pytest.raises(ConstantColumn, match=r"'(unit|code)' is (a|7) in every row used"):
        build_design(FRAME, formula, intercept=intercept)


def test_one_level_left_by_missing_values_is_told() -> None:
    frame = FRAME.assign(unit=["a", "b", "a", "a"], x=[1.0, None, 3, 4])
    with pytest.raises(ConstantColumn, match="'unit' is a in every row used"):
        logistic(frame, "x + unit", outcome="y")
