"""What must hold for any data: scaling, shifting, adding nothing, and pooling the same fit."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.binary import logistic, risk_ratio
from analysis.counts import hurdle, negative_binomial, poisson, zero_inflated
from analysis.errors import AnalysisWarning
from analysis.imputation import impute, pool
from analysis.multilevel import gee, icc, linear_mixed, logistic_mixed, within_between
from analysis.reliability import cfa, cronbach_alpha, item_statistics, omega_total, rwg, score
from analysis.survival import cox, fine_gray, frailty_cox

SEEDS = st.integers(0, 10_000)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnalysisWarning)
        yield


def people(seed: int, units: int = 12, size: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(2, size, units))
    n = len(unit)
    frame = pd.DataFrame({"unit": unit, "x": rng.normal(size=n), "z": rng.normal(size=n)})
    own = rng.normal(size=units)[unit]
    frame["y"] = frame.x + own + rng.normal(size=n)
    frame["sick"] = np.resize([0, 1], n) ^ (rng.random(n) < 0.2)
    frame["days"] = rng.negative_binomial(1.5, 0.4, n) + (rng.random(n) < 0.5)
    frame["visits"] = np.where(rng.random(n) < 0.5, 0, 1 + rng.poisson(2, n))
    frame["time"] = rng.exponential(size=n) + 0.01
    frame["cause"] = rng.integers(0, 3, n)
    for k in range(1, 5):
        frame[f"i{k}"] = frame.y + rng.normal(size=n)
    return frame


ITEMS = ["i1", "i2", "i3", "i4"]

FITS = {
    "cox": lambda d: cox(d, "x + z", stop="time", event="sick"),
    "cox_clustered": lambda d: cox(d, "x", stop="time", event="sick", cluster="unit"),
    "fine_gray": lambda d: fine_gray(d, "x", stop="time", cause="cause"),
    "poisson": lambda d: poisson(d, "x", outcome="days", exposure="time"),
    "negative_binomial": lambda d: negative_binomial(d, "x", outcome="days"),
    "frailty_cox": lambda d: frailty_cox(d, "x", stop="time", event="sick", group="unit"),
    "zero_inflated": lambda d: zero_inflated(d, "x", outcome="visits"),
    "hurdle": lambda d: hurdle(d, "x", outcome="days", dist="poisson"),
    "logistic": lambda d: logistic(d, "x + z", outcome="sick"),
    "risk_ratio": lambda d: risk_ratio(d, "x", outcome="sick"),
    "linear_mixed": lambda d: linear_mixed(d, "x + z", outcome="y", group="unit"),
    "logistic_mixed": lambda d: logistic_mixed(d, "x", outcome="sick", group="unit"),
    "gee": lambda d: gee(d, "x", outcome="y", group="unit", correlation="exchangeable"),
    "cfa": lambda d: cfa(d[ITEMS]),
}


@pytest.mark.parametrize("name", FITS)
def test_pooling_identical_imputations_gives_the_fit(name: str) -> None:
    fit = FITS[name](people(1, units=40))
    pooled = pool([fit] * 5)
    ours, alone = pooled.tidy(), fit.tidy()
    shared = [column for column in alone.columns if column in ours.columns]
    assert {"term", "estimate", "std_error", "p_value", "conf_low", "conf_high"} <= set(shared)
    pd.testing.assert_frame_equal(ours[shared], alone[shared], rtol=1e-9, check_dtype=False)
    assert pooled.glance()["largest_fmi"] == 0
    ratio = pooled.tidy(exponentiate=True, level=0.99)
    pd.testing.assert_frame_equal(ratio[shared], fit.tidy(exponentiate=True, level=0.99)[shared], rtol=1e-9)


def test_imputing_complete_data_and_pooling_gives_the_fit() -> None:
    frame = people(2, units=40)
    fit = logistic(frame, "x + z", outcome="sick")
    pooled = pool(logistic(one, "x + z", outcome="sick") for one in impute(frame, m=3, seed=1))
    assert pooled.std_errors == pytest.approx(fit.std_errors, rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_reliability_does_not_depend_on_the_unit_of_the_scale(seed: int, scale: float, shift: float) -> None:
    items = people(seed)[ITEMS]
    other = items * scale + shift
    assert cronbach_alpha(other).estimate == pytest.approx(cronbach_alpha(items).estimate, abs=1e-8)
    assert omega_total(other).estimate == pytest.approx(omega_total(items).estimate, abs=1e-6)
    assert item_statistics(other)["r_drop"].to_numpy() == pytest.approx(item_statistics(items)["r_drop"], abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_alpha_without_an_item_is_alpha_of_the_others(seed: int) -> None:
    items = people(seed)[ITEMS]
    dropped = item_statistics(items).set_index("item")["alpha_if_dropped"]
    for item in ITEMS:
        assert dropped[item] == pytest.approx(cronbach_alpha(items.drop(columns=item)).estimate, abs=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, scale=st.floats(0.01, 100), shift=st.floats(-1e4, 1e4))
def test_intraclass_correlation_does_not_depend_on_the_unit(seed: int, scale: float, shift: float) -> None:
    frame = people(seed)
    other = frame.assign(y=frame.y * scale + shift).sample(frac=1, random_state=seed)
    first, second = icc(frame, outcome="y", group="unit"), icc(other, outcome="y", group="unit")
    assert second.icc1 == pytest.approx(first.icc1, abs=1e-6)
    assert first.conf_low <= first.icc1 <= first.conf_high


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_unit_mean_and_own_deviation_make_the_value(seed: int) -> None:
    frame = people(seed)
    parts = within_between(frame, ["x", "y"], "unit")
    for column in ("x", "y"):
        assert (parts[f"{column}_mean"] + parts[f"{column}_within"]).to_numpy() == pytest.approx(frame[column])
        assert parts[f"{column}_within"].groupby(frame.unit).sum().to_numpy() == pytest.approx(0, abs=1e-9)
        n = frame.groupby("unit")["x"].transform("size")
        back = ((n - 1) * parts[f"{column}_others"] + frame[column]) / n
        assert back.to_numpy() == pytest.approx(parts[f"{column}_mean"])


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, scale=st.floats(0.1, 10), shift=st.floats(-50, 50))
def test_linear_mixed_model_moves_with_its_outcome(seed: int, scale: float, shift: float) -> None:
    frame = people(seed)
    fit = linear_mixed(frame, "x + z", outcome="y", group="unit")
    moved = linear_mixed(frame.assign(y=frame.y * scale + shift), "x + z", outcome="y", group="unit")
    expected = fit.coefficients * scale + [shift, 0, 0]
    assert moved.coefficients == pytest.approx(expected, abs=1e-6 * scale)
    assert moved.var_group == pytest.approx(fit.var_group * scale**2, rel=1e-5, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_logistic_mixed_model_of_the_opposite_is_the_opposite(seed: int) -> None:
    frame = people(seed, units=20)
    fit = logistic_mixed(frame, "x + z", outcome="sick", group="unit")
    opposite = logistic_mixed(frame.assign(sick=1 - frame.sick), "x + z", outcome="sick", group="unit")
    assert opposite.coefficients == pytest.approx(-fit.coefficients, abs=1e-6)
    assert opposite.sd_group == pytest.approx(fit.sd_group, abs=1e-5)
    assert opposite.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)
    assert fit.log_likelihood >= logistic(frame, "x + z", outcome="sick").log_likelihood - 1e-8


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, categories=st.integers(3, 9))
def test_agreement_lies_between_0_and_1(seed: int, categories: int) -> None:
    frame = people(seed)
    frame[ITEMS] = frame[ITEMS].round().clip(1, categories)
    for items in ("i1", ITEMS):
        found = rwg(frame, items=items, group="unit", categories=categories)["rwg"]
        assert found.between(0, 1).all()
    same = frame.assign(i1=1)
    assert (rwg(same, items="i1", group="unit")["rwg"] == 1).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_reversing_twice_is_not_reversing(seed: int) -> None:
    items = people(seed)[ITEMS].round().clip(1, 5)
    reversed_once = items.assign(i1=6 - items.i1)
    pd.testing.assert_series_equal(score(reversed_once, reverse=["i1"], scale=(1, 5)), score(items, scale=(1, 5)))
