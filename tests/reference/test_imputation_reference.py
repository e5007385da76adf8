"""Pooling agrees with R's mice."""

import pytest
from case import Case, check
from cases_imputation import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_r(case: Case) -> None:
    check(case)
