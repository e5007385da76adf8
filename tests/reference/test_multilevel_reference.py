"""Multilevel models agree with R's lme4, geepack and multilevel."""

import pytest
from case import Case, answers, check
from cases_multilevel import CASES, MORE, UNITS

from analysis.multilevel import logistic_mixed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_r(case: Case) -> None:
    check(case)


def test_our_maximum_is_not_below_that_of_glmer() -> None:
    fit = logistic_mixed(UNITS, "x + sex + C(skill)", outcome="event", group="unit")
    assert fit.log_likelihood >= answers(MORE)["units_glmm"]["values"]["loglik"] - 1e-9
