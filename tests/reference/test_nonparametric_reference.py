"""Every case of cases_nonparametric.py within its tolerances."""

import pytest
from case import Case, check
from cases_nonparametric import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_agrees_with_r(case: Case) -> None:
    check(case)
