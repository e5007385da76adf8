"""Every case of cases_multistate.py within its tolerances."""

import pytest
from case import Case, check
from cases_multistate import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_agrees_with_r(case: Case) -> None:
    check(case)
