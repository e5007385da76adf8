"""Cox models and shared frailties agree with R's survival."""

import pytest
from case import Case, check
from cases_cox import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_r(case: Case) -> None:
    check(case)
