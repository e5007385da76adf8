"""Counts, yes/no outcomes, attributable fractions and diagnostics agree with R."""

import cases_attributable
import cases_binary
import cases_counts
import pytest
from case import Case, check

CASES = [*cases_counts.CASES, *cases_binary.CASES, *cases_attributable.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_agrees_with_r(case: Case) -> None:
    check(case)
