"""Mixed models: the likelihoods and their gradients, boundaries, and plain errors."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import (
    AnalysisWarning,
    BadArgument,
    BadOutcome,
    ConstantColumn,
    MissingColumn,
    NoEvents,
    Separation,
    TooFewGroups,
)
from analysis.multilevel import linear_mixed, logistic_mixed
from analysis.multilevel.groups import gather
from analysis.multilevel.laplace import LaplaceLikelihood
from analysis.multilevel.profiled import ProfiledLikelihood


def workplaces(groups: int = 40, size: int = 12, seed: int = 1, sd: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit = rng.permutation(np.repeat(np.arange(groups), size))
    n = len(unit)
    frame = pd.DataFrame({"unit": unit, "demands": rng.normal(size=n), "year": rng.integers(2018, 2024, n)})
    frame["sex"] = np.where(rng.random(n) < 0.5, "F", "M")
    u = sd * rng.normal(size=groups)[unit]
    frame["strain"] = 3 + 0.5 * frame.demands + u + rng.normal(size=n)
    frame["absent"] = (rng.random(n) < 1 / (1 + np.exp(0.8 - 0.5 * frame.demands - u))).astype(int)
    return frame


def test_profiled_likelihood_is_that_of_the_full_normal_distribution() -> None:
    rng = np.random.default_rng(3)
    frame = workplaces(groups=6, size=4)
    groups = gather(frame, "unit", np.arange(len(frame)))
    X = np.column_stack([np.ones(24), rng.normal(size=24)])
    Z = np.column_stack([np.ones(24), rng.normal(size=24)])
    y = rng.normal(size=24)
    theta = np.array([0.8, -0.3, 0.5])
    L = np.array([[0.8, 0.0], [-0.3, 0.5]])
    same = groups.codes[:, None] == groups.codes[None, :]
    V = np.eye(24) + np.where(same, Z @ L @ L.T @ Z.T, 0.0)
    inverse = np.linalg.inv(V)
    beta = np.linalg.solve(X.T @ inverse @ X, X.T @ inverse @ y)
    rss = (y - X @ beta) @ inverse @ (y - X @ beta)
    common = np.linalg.slogdet(V)[1]
    ml = common + 24 * (1 + np.log(2 * np.pi * rss / 24))
    reml = common + np.linalg.slogdet(X.T @ inverse @ X)[1] + 22 * (1 + np.log(2 * np.pi * rss / 22))
    for kind, deviance in ((False, ml), (True, reml)):
        profile = ProfiledLikelihood(X, Z, y, groups, reml=kind).at(theta)
        assert profile.deviance == pytest.approx(deviance, rel=1e-12)
        assert profile.coefficients == pytest.approx(beta, rel=1e-10)


@pytest.mark.parametrize("reml", [True, False])
def test_gradient_of_the_profiled_likelihood(reml: bool) -> None:
    rng = np.random.default_rng(4)
    frame = workplaces(groups=9, size=5)
    groups = gather(frame, "unit", np.arange(45))
    X, Z = np.column_stack([np.ones(45), rng.normal(size=45)]), np.column_stack([np.ones(45), rng.normal(size=45)])
    likelihood = ProfiledLikelihood(X, Z, rng.normal(size=45), groups, reml=reml)
    theta = np.array([0.7, 0.2, 0.4])
    steps = 1e-6 * np.eye(3)
    numeric = [(likelihood.at(theta + s).deviance - likelihood.at(theta - s).deviance) / 2e-6 for s in steps]
    assert likelihood.at(theta).gradient == pytest.approx(numeric, rel=1e-6, abs=1e-7)


def test_gradient_of_the_laplace_likelihood() -> None:
    frame = workplaces()
    groups = gather(frame, "unit", np.arange(len(frame)))
    X = np.column_stack([np.ones(len(frame)), frame.demands, frame.sex == "M"])[groups.order]
    likelihood = LaplaceLikelihood(X, frame.absent.to_numpy(float)[groups.order], groups)
    theta = np.array([-0.7, 0.4, 0.1, 0.9])
    steps = 1e-5 * np.eye(4)

    def value(at: np.ndarray) -> float:
        return likelihood.at(at[:-1], at[-1]).log_likelihood

    numeric = [(value(theta + s) - value(theta - s)) / 2e-5 for s in steps]
    assert likelihood.at(theta[:-1], theta[-1]).gradient == pytest.approx(numeric, rel=1e-7, abs=1e-7)


def test_logistic_errors_are_those_of_the_hessian() -> None:
    """Second differences of the log-likelihood, slow and sure."""
    frame = workplaces(groups=15, size=20)
    fit = logistic_mixed(frame, "demands", outcome="absent", group="unit")
    groups = gather(frame, "unit", np.arange(len(frame)))
    X = np.column_stack([np.ones(len(frame)), frame.demands])[groups.order]
    likelihood = LaplaceLikelihood(X, frame.absent.to_numpy(float)[groups.order], groups)
    at = np.append(fit.coefficients, fit.sd_group)
    hessian = np.empty((3, 3))
    for i, a in enumerate(1e-3 * np.eye(3)):
        for j, b in enumerate(1e-3 * np.eye(3)):
            corners = [(1, at + a + b), (-1, at + a - b), (-1, at - a + b), (1, at - a - b)]
            hessian[i, j] = sum(s * likelihood.at(c[:-1], c[-1]).log_likelihood for s, c in corners) / 4e-6
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    assert [*fit.std_errors, fit.std_error_sd_group] == pytest.approx(errors, rel=1e-4)


@pytest.mark.parametrize("model", [linear_mixed, logistic_mixed])
def test_row_order_labels_and_index_do_not_matter(model) -> None:
    frame = workplaces()
    outcome = "strain" if model is linear_mixed else "absent"
    first = model(frame, "demands + sex", outcome=outcome, group="unit")
    other = frame.sample(frac=1, random_state=1)
    other["unit"] = "workplace " + other.unit.astype(str)
    second = model(other, "~ demands + sex", outcome=outcome, group="unit")
    assert second.coefficients == pytest.approx(first.coefficients, rel=1e-7)
    assert second.std_errors == pytest.approx(first.std_errors, rel=1e-7)
    assert second.var_group == pytest.approx(first.var_group, rel=1e-6)


@pytest.mark.parametrize("model", [linear_mixed, logistic_mixed])
def test_badly_scaled_columns_give_the_same_model(model) -> None:
    frame = workplaces()
    outcome = "strain" if model is linear_mixed else "absent"
    plain = model(frame.assign(year=(frame.year - 2020) / 3), "demands + year", outcome=outcome, group="unit")
    raw = model(frame.assign(demands=frame.demands * 1e6), "demands + year", outcome=outcome, group="unit")
    assert raw.coefficients[1] * 1e6 == pytest.approx(plain.coefficients[1], rel=1e-6)
    assert raw.coefficients[2] * 3 == pytest.approx(plain.coefficients[2], rel=1e-6)
    assert raw.std_errors[2] * 3 == pytest.approx(plain.std_errors[2], rel=1e-6)


@pytest.mark.parametrize("model", [linear_mixed, logistic_mixed])
def test_rows_without_group_or_values_are_dropped_and_counted(model) -> None:
    frame = workplaces()
    outcome = "strain" if model is linear_mixed else "absent"
    gaps = frame.astype({"unit": "Int64"})
    gaps.loc[[1, 2], "unit"] = pd.NA
    gaps.loc[[2, 3], "demands"] = np.nan
    fit = model(gaps, "demands", outcome=outcome, group="unit")
    kept = model(frame.drop([1, 2, 3]), "demands", outcome=outcome, group="unit")
    assert (fit.n, fit.n_dropped) == (len(frame) - 3, 3)
    assert fit.coefficients == pytest.approx(kept.coefficients, rel=1e-9)
    assert fit.glance()["n_dropped"] == 3


def test_no_variance_between_groups_is_an_answer_with_a_warning() -> None:
    frame = workplaces()
    frame["strain"] -= frame.groupby("unit")["strain"].transform("mean")
    frame["absent"] = frame.groupby("unit").cumcount() % 2
    with pytest.warns(AnalysisWarning, match="estimated as 0"):
        linear = linear_mixed(frame, "sex", outcome="strain", group="unit")
    with pytest.warns(AnalysisWarning, match="estimated as 0"):
        binary = logistic_mixed(frame, "sex", outcome="absent", group="unit")
    for fit in (linear, binary):
        assert fit.var_group == 0
        assert len(fit.warnings) == 1
        assert np.isfinite(fit.std_errors).all()


def test_single_rows_among_larger_groups_are_fine() -> None:
    frame = workplaces(groups=30, size=8)
    frame.loc[frame.index[:20], "unit"] = 1000 + np.arange(20)
    assert linear_mixed(frame, "demands", outcome="strain", group="unit").n_groups == 50
    assert logistic_mixed(frame, "demands", outcome="absent", group="unit").n_groups == 50


def test_large_variance_between_groups() -> None:
    frame = workplaces(groups=150, size=20, sd=4.0)
    fit = logistic_mixed(frame, "demands", outcome="absent", group="unit")
    assert 3 < fit.sd_group < 5
    assert abs(fit.coefficients[1] - 0.5) < 4 * fit.std_errors[1]


def test_splines_and_interactions() -> None:
    frame = workplaces()
    fit = linear_mixed(frame, "bs(demands, df=4) + sex * year", outcome="strain", group="unit")
    assert len(fit.terms) == 8
    assert fit.predict(frame.head()) == pytest.approx(fit.design.rows(frame.head()) @ fit.coefficients)


def test_predictions_with_and_without_the_groups_own_effect() -> None:
    frame = workplaces(sd=2.0)
    with pytest.warns(AnalysisWarning, match="boundary"):  # the slopes do not vary
        fit = linear_mixed(frame, "demands", outcome="strain", group="unit", slopes="demands")
    without, within = fit.predict(frame), fit.predict(frame, groups=True)
    assert np.mean((frame.strain - within) ** 2) < 0.5 * np.mean((frame.strain - without) ** 2)
    new = frame.head(2).assign(unit=-1)
    assert fit.predict(new, groups=True) == pytest.approx(fit.predict(new))
    binary = logistic_mixed(frame, "demands", outcome="absent", group="unit")
    inside = binary.predict(frame, groups=True)
    assert ((inside > 0) & (inside < 1)).all()
    assert np.corrcoef(inside, frame.absent)[0, 1] > np.corrcoef(binary.predict(frame), frame.absent)[0, 1]


@pytest.mark.parametrize("model", [linear_mixed, logistic_mixed])
def test_errors_name_the_column_and_what_to_do(model) -> None:
    frame = workplaces()
    outcome = "strain" if model is linear_mixed else "absent"
    with pytest.raises(MissingColumn, match="workplace"):
        model(frame, "demands", outcome=outcome, group="workplace")
    with pytest.raises(TooFewGroups, match="two or more"):
        model(frame.assign(unit=1), "demands", outcome=outcome, group="unit")
    with pytest.raises(TooFewGroups, match="of its own"):
        model(frame.assign(unit=np.arange(len(frame))), "demands", outcome=outcome, group="unit")
    with pytest.raises(BadOutcome):
        model(frame.assign(**{outcome: np.nan}), "demands", outcome=outcome, group="unit")
    with pytest.raises(ConstantColumn, match="nothing"):
        model(frame.assign(nothing=1), "demands + nothing", outcome=outcome, group="unit")


def test_errors_of_the_linear_model() -> None:
    frame = workplaces()
    with pytest.raises(BadArgument, match="reml"):
        linear_mixed(frame, "demands", outcome="strain", group="unit", method="REML")
    with pytest.raises(ConstantColumn, match="strain"):
        linear_mixed(frame.assign(strain=2.0), "demands", outcome="strain", group="unit")
    with pytest.raises(BadArgument, match="not a number"):
        linear_mixed(frame, "demands", outcome="strain", group="unit", slopes="sex")
    with pytest.raises(ConstantColumn, match="slope"):
        linear_mixed(frame.assign(one=1), "demands", outcome="strain", group="unit", slopes="one")


def test_errors_of_the_logistic_model() -> None:
    frame = workplaces()
    with pytest.raises(NoEvents, match="0 in all"):
        logistic_mixed(frame.assign(absent=0), "demands", outcome="absent", group="unit")
    with pytest.raises(BadOutcome):
        logistic_mixed(frame.assign(absent=frame.absent + 1), "demands", outcome="absent", group="unit")
    with pytest.raises(Separation, match="flag"):
        logistic_mixed(frame.assign(flag=frame.absent), "flag", outcome="absent", group="unit")
    level = np.where(frame.index < 15, "rare", "usual")
    with pytest.raises(Separation, match="level"):
        without = frame.assign(level=level, absent=np.where(level == "rare", 0, frame.absent))
        logistic_mixed(without, "demands + level", outcome="absent", group="unit")
    with pytest.raises(Separation, match="every group"):
        logistic_mixed(frame.assign(absent=frame.unit % 2), "demands", outcome="absent", group="unit")
