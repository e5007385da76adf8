"""Reliability, agreement and factor analysis agree with R's psych, multilevel and lavaan."""

import pytest
from case import Case, check
from cases_reliability import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_r(case: Case) -> None:
    check(case)
