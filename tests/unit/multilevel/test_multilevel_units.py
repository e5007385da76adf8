"""Marginal models, intraclass correlations and unit means."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import (
    AnalysisWarning,
    BadArgument,
    ConstantColumn,
    MissingColumn,
    NoEvents,
    Separation,
    TooFewGroups,
)
from analysis.multilevel import gee, icc, within_between
from analysis.multilevel.groups import gather
from analysis.multilevel.working_correlation import CORRELATIONS


@pytest.fixture
def waves() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(60), rng.integers(1, 6, 60))
    frame = pd.DataFrame({"person": person, "x": rng.normal(size=len(person))})
    own = rng.normal(size=60)[person]
    frame["strain"] = 0.3 * frame.x + own + rng.normal(size=len(person))
    frame["ill"] = (frame.strain > 0.3).astype(int)
    frame["visits"] = rng.poisson(np.exp(0.2 * frame.x + 0.5 * own))
    return frame


@pytest.mark.parametrize("kind", CORRELATIONS)
@pytest.mark.parametrize("parameter", [0.4, -0.1])
def test_dividing_by_a_working_correlation_is_solving_with_its_matrix(waves, kind, parameter) -> None:
    groups = gather(waves, "person", np.arange(len(waves)))
    same = groups.codes[:, None] == groups.codes[None, :]
    apart = np.abs(groups.positions()[:, None] - groups.positions()[None, :])
    within = {"independence": np.eye(len(waves)), "exchangeable": np.where(apart == 0, 1.0, parameter)}
    R = np.where(same, within.get(kind, parameter**apart), 0.0)
    rows = np.random.default_rng(6).normal(size=(len(waves), 3))
    divided = CORRELATIONS[kind](groups).divide(rows, parameter)
    assert divided == pytest.approx(np.linalg.solve(R, rows), abs=1e-10)
    assert CORRELATIONS[kind](groups).divide(rows[:, 0], parameter) == pytest.approx(divided[:, 0], abs=1e-12)


def test_rows_of_a_group_need_not_stand_together(waves) -> None:
    apart = waves.sort_values("x", kind="stable")
    first = gee(waves, "x", outcome="ill", group="person", family="binomial", correlation="exchangeable")
    second = gee(apart, "x", outcome="ill", group="person", family="binomial", correlation="exchangeable")
    assert second.coefficients == pytest.approx(first.coefficients, rel=1e-9)
    assert second.std_errors == pytest.approx(first.std_errors, rel=1e-9)


def test_gee_of_single_rows_is_the_sandwich(waves) -> None:
    alone = waves.assign(person=np.arange(len(waves)))
    fit = gee(alone, "x", outcome="strain", group="person")
    X = np.column_stack([np.ones(len(alone)), alone.x])
    residuals = alone.strain - X @ fit.coefficients
    bread = np.linalg.inv(X.T @ X)
    assert fit.covariance == pytest.approx(bread @ (X.T * residuals.to_numpy() ** 2) @ X @ bread, rel=1e-9)


def test_gee_tells_of_few_groups_and_wrong_arguments(waves) -> None:
    with pytest.warns(AnalysisWarning, match="groups are too small"):
        fit = gee(waves[waves.person < 20], "x", outcome="strain", group="person")
    assert len(fit.warnings) == 1
    with pytest.raises(BadArgument, match="family"):
        gee(waves, "x", outcome="ill", group="person", family="logit")
    with pytest.raises(BadArgument, match="correlation"):
        gee(waves, "x", outcome="ill", group="person", correlation="unstructured")
    with pytest.raises(ConstantColumn, match="strain"):
        gee(waves.assign(strain=1.0), "x", outcome="strain", group="person")
    with pytest.raises(Separation, match="flag"):
        gee(waves.assign(flag=waves.ill), "flag", outcome="ill", group="person", family="binomial")
    with pytest.raises(NoEvents, match="flag"):
        no_events = waves.assign(flag=(waves.visits == 0).astype(int))
        gee(no_events, "flag", outcome="visits", group="person", family="poisson")
    with pytest.raises(TooFewGroups):
        gee(waves.assign(person=1), "x", outcome="strain", group="person")


def test_gee_predicts_on_the_outcomes_scale(waves) -> None:
    fit = gee(waves, "x", outcome="visits", group="person", family="poisson", correlation="ar1")
    assert fit.predict(waves.head(3)) == pytest.approx(np.exp(fit.coefficients[0] + fit.coefficients[1] * waves.x[:3]))


def test_icc_by_hand() -> None:
    frame = pd.DataFrame({"unit": list("aabbcc"), "x": [1, 3, 5, 7, 6, 8.0]})
    found = icc(frame, outcome="x", group="unit")
    between, within = 2 * (9 + 1 + 4) / 2, 6 / 3
    assert found.mean_square_between == pytest.approx(between)
    assert found.mean_square_within == pytest.approx(within)
    assert found.icc1 == pytest.approx((between - within) / (between + within))
    assert found.icc2 == pytest.approx((between - within) / between)
    assert found.conf_low < found.icc1 < found.conf_high


def test_icc_with_gaps_and_edges() -> None:
    frame = pd.DataFrame({"unit": ["a", "a", "b", "b", None], "x": [1.0, 1.0, 2.0, 2.0, 9.0]})
    found = icc(frame, outcome="x", group="unit")
    assert (found.icc1, found.icc2, found.n_dropped) == (1.0, 1.0, 1)
    with pytest.raises(ConstantColumn):
        icc(frame.assign(x=1.0), outcome="x", group="unit")
    with pytest.raises(TooFewGroups):
        icc(frame.assign(unit="a"), outcome="x", group="unit")
    with pytest.raises(MissingColumn):
        icc(frame, outcome="y", group="unit")
    opposed = pd.DataFrame({"unit": [1, 1, 2, 2], "x": [0.0, 4.0, 1.0, 3.0]})
    assert icc(opposed, outcome="x", group="unit").icc1 == pytest.approx(-1.0)


def test_within_between_with_gaps() -> None:
    frame = pd.DataFrame({"unit": ["a", "a", "a", "b", "b", None], "x": [1, 2, None, None, 4, 5]}, index=list("uvwxyz"))
    found = within_between(frame, "x", "unit")
    assert list(found.index) == list("uvwxyz")
    expected = {
        "x_mean": [1.5, 1.5, 1.5, 4, 4, np.nan],
        "x_within": [-0.5, 0.5, np.nan, np.nan, 0, np.nan],
        "x_others": [2, 1, 1.5, 4, np.nan, np.nan],
    }
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected, index=found.index))


def test_within_between_errors() -> None:
    frame = pd.DataFrame({"unit": [1, 2], "x": ["low", "high"]})
    with pytest.raises(BadArgument, match="'x'"):
        within_between(frame, ["x"], "unit")
    with pytest.raises(MissingColumn):
        within_between(frame, ["y"], "unit")
    with pytest.raises(BadArgument, match="at least one"):
        within_between(frame, [], "unit")
