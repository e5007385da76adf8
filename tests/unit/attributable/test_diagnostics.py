"""Diagnostics: what they must say of data with a known fault."""

import numpy as np
import pandas as pd
import pytest

from analysis.binary import logistic
from analysis.counts import negative_binomial, poisson
from analysis.diagnostics import adjust_p_values, calibration, dispersion, influence, linear_trend, vif
from analysis.errors import BadArgument, BadOutcome
from analysis.survival import cox


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    n = 600
    data = pd.DataFrame({"age": rng.normal(45, 10, n), "strain": rng.choice(["a", "b", "c", "d"], n)})
    data["seniority"] = data.age - 25 + rng.normal(0, 2, n)
    data["level"] = data.strain.map({"a": 0, "b": 1, "c": 2, "d": 3})
    data["spells"] = rng.poisson(np.exp(0.3 * data.level))
    data["days"] = rng.negative_binomial(0.5, 0.5 / (0.5 + 5))
    data["days"] = rng.negative_binomial(0.5, 0.5 / 5.5, n)
    data["ill"] = (rng.random(n) < 1 / (1 + np.exp(2 - 0.4 * data.level))).astype(int)
    return data


def test_dispersion_tells_poisson_from_more(people: pd.DataFrame) -> None:
    even = dispersion(poisson(people, "strain", outcome="spells")).set_index("measure")
    assert even.loc["score", "p_value"] > 0.01
    assert even.loc["pearson", "estimate"] == pytest.approx(1, abs=0.2)
    spread = dispersion(poisson(people, "strain", outcome="days")).set_index("measure")
    assert spread.loc["score", "p_value"] < 1e-4
    assert spread.loc["score", "estimate"] == pytest.approx(2, rel=0.4)
    relieved = dispersion(negative_binomial(people, "strain", outcome="days")).set_index("measure")
    assert relieved.loc["pearson", "estimate"] == pytest.approx(1, abs=0.3)
    assert "score" not in relieved.index


def test_vif_finds_the_collinear_pair(people: pd.DataFrame) -> None:
    found = vif(logistic(people, "age + seniority + strain", outcome="ill")).set_index("term")
    assert found.loc["age", "vif"] > 10 < found.loc["seniority", "vif"]
    assert found.loc["strain", "df"] == 3
    assert found.loc["strain", "vif"] < 1.1
    assert (vif(cox(people.assign(stop=people.age), "seniority + strain", stop="stop", event="ill")).vif >= 1).all()
    with pytest.raises(BadArgument, match="at least two terms"):
        vif(logistic(people, "age", outcome="ill"))


@pytest.mark.parametrize(
    "fit",
    [
        lambda d: logistic(d, "age + level", outcome="ill"),
        lambda d: poisson(d, "age + level", outcome="spells"),
        lambda d: negative_binomial(d, "age + level", outcome="days"),
    ],
)
def test_influence_is_what_leaving_a_row_out_does(people: pd.DataFrame, fit: object) -> None:
    odd = people.head(80).set_axis([f"p{i}" for i in range(80)])
    whole = fit(odd)
    found = influence(whole)
    assert list(found.index) == list(odd.index)
    for row in ("p3", "p40"):
        without = fit(odd.drop(index=row))
        change = whole.coefficients - without.coefficients
        scaled = (found.loc[row, list(whole.terms)].to_numpy(float) - change) / whole.std_errors
        assert np.abs(scaled).max() < 0.05
    in_errors = influence(whole, standardised=True)
    np.testing.assert_allclose(in_errors["age"] * whole.std_errors[1], found["age"])


def test_calibration_of_true_and_of_exaggerated_risks(people: pd.DataFrame) -> None:
    rng = np.random.default_rng(4)
    odds = rng.normal(-1, 1, 20_000)
    ill = rng.random(20_000) < 1 / (1 + np.exp(-odds))
    right = calibration(ill, 1 / (1 + np.exp(-odds)))
    assert right.slope == pytest.approx(1, abs=4 * right.slope_std_error)
    assert right.in_the_large == pytest.approx(0, abs=0.1)
    assert right.p_value > 0.001
    assert len(right.table) == 10
    extreme = calibration(ill, 1 / (1 + np.exp(-2 * odds)))
    assert extreme.slope == pytest.approx(0.5, abs=0.05)
    assert extreme.p_value < 1e-10
    with pytest.raises(BadArgument, match="between 0 and 1"):
        calibration(ill, odds)
    with pytest.raises(BadOutcome):
        calibration(odds, np.full(20_000, 0.5))
    with pytest.raises(BadArgument, match="fewer than three groups"):
        calibration(ill, np.full(20_000, 0.3))


def test_trend_over_levels_is_the_slope_of_the_scores(people: pd.DataFrame) -> None:
    levels = linear_trend(poisson(people, "strain", outcome="spells"), "strain").set_index("term")
    line = poisson(people, "level", outcome="spells").tidy().set_index("term")
    assert levels.loc["trend", "estimate"] == pytest.approx(line.loc["level", "estimate"], abs=0.02)
    assert levels.loc["departure", "p_value"] > 0.01
    by_number = linear_trend(poisson(people, "C(level)", outcome="spells"), "level", scores=[0, 10, 20, 30])
    assert by_number.estimate[0] == pytest.approx(levels.loc["trend", "estimate"] / 10)
    with pytest.raises(BadArgument, match="no levels of 'age'"):
        linear_trend(poisson(people, "age", outcome="spells"), "age")
    with pytest.raises(BadArgument, match="4 levels with the reference, but there are 2 scores"):
        linear_trend(poisson(people, "strain", outcome="spells"), "strain", scores=[0, 1])


def test_missing_p_values_stay_missing_and_do_not_count() -> None:
    adjusted = adjust_p_values([0.01, np.nan, 0.04])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == [0.02, 0.04]
    with pytest.raises(BadArgument, match="between 0 and 1"):
        adjust_p_values([0.5, 1.2])
    with pytest.raises(BadArgument, match="method is one of"):
        adjust_p_values([0.5], method="tukey")
