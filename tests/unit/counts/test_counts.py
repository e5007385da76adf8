"""Counts and yes/no outcomes: collapsing changes nothing, and what cannot be estimated is said in words."""

import numpy as np
import pandas as pd
import pytest

from analysis.binary import logistic, risk_ratio
from analysis.counts import hurdle, negative_binomial, poisson, zero_inflated
from analysis.errors import (
    AnalysisWarning,
    BadArgument,
    BadOutcome,
    NoConvergence,
    NoEvents,
    Separation,
    TooFewGroups,
)

N = 600


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    data = pd.DataFrame(
        {
            "trade": rng.choice(["care", "industry", "office"], N),
            "shift": rng.integers(0, 2, N),
            "tier": rng.integers(1, 4, N),
            "years": rng.choice([0.5, 1.0, 2.0], N),
            "unit": rng.integers(0, 60, N),
        }
    )
    mean = np.exp(0.2 + 0.4 * data["shift"] - 0.3 * (data.trade == "office")) * data.years
    data["spells"] = rng.poisson(mean)
    data["days"] = np.where(rng.random(N) < 0.3, 0, rng.negative_binomial(2, 2 / (2 + 6 * mean)))
    data["ill"] = (rng.random(N) < 0.2 + 0.1 * data["shift"]).astype(int)
    return data


FITS = {
    "poisson": lambda data, formula: poisson(data, formula, outcome="spells", exposure="years", cluster="unit"),
    "negative_binomial": lambda d, f: negative_binomial(d, f, outcome="days", exposure="years", cluster="unit"),
    "logistic": lambda data, formula: logistic(data, formula, outcome="ill", cluster="unit"),
    "risk_ratio": lambda data, formula: risk_ratio(data, formula, outcome="ill"),
    "hurdle": lambda data, formula: hurdle(data, formula, outcome="days", exposure="years", cluster="unit"),
    "zero_inflated": lambda d, f: zero_inflated(d, f, outcome="days", zero_formula="1", cluster="unit"),
}


@pytest.mark.parametrize("name", FITS)
def test_collapsed_is_uncollapsed(people: pd.DataFrame, name: str) -> None:
    """A formula with a function in it is evaluated on all rows and not collapsed."""
    collapsed = FITS[name](people, "trade + shift + C(tier)")
    apart = FITS[name](people, "trade + shift + C(tier, contr.treatment)")
    np.testing.assert_allclose(collapsed.coefficients, apart.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(collapsed.covariance, apart.covariance, rtol=1e-7, atol=1e-12)
    ours, theirs = collapsed.glance(), apart.glance()
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        assert value == pytest.approx(theirs[key], rel=1e-8), key


@pytest.mark.parametrize("name", ["poisson", "negative_binomial", "logistic"])
def test_every_row_its_own_cluster_is_hc0(people: pd.DataFrame, name: str) -> None:
    fit = FITS[name](people.assign(unit=np.arange(N)), "trade + shift")
    scores = fit.scores()
    expected = fit.naive_covariance @ (scores.T @ scores) @ fit.naive_covariance
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-10)
    assert np.abs(scores.sum(axis=0)).max() < 1e-6


@pytest.mark.parametrize("name", FITS)
def test_tidy_and_glance_are_complete(people: pd.DataFrame, name: str) -> None:
    fit = FITS[name](people, "trade + shift")
    tidy = fit.tidy(level=0.99)
    assert list(tidy.columns[:7]) == ["term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
    assert not tidy.isna().any().any()
    ratio = fit.tidy(level=0.99, exponentiate=True)
    np.testing.assert_allclose(np.log(ratio.conf_low), tidy.conf_low)
    np.testing.assert_allclose(ratio.std_error, tidy.std_error)
    assert {"n", "n_dropped", "log_likelihood", "aic"} <= fit.glance().keys()
    assert fit.title in repr(fit)


def test_rows_with_gaps_are_dropped_and_counted(people: pd.DataFrame) -> None:
    gaps = people.astype({"spells": float, "shift": "Int64"})
    gaps.loc[[1, 5], "spells"] = np.nan
    gaps.loc[[5, 9], "shift"] = pd.NA
    fit = poisson(gaps, "shift + trade", outcome="spells")
    whole = poisson(gaps.drop(index=[1, 5, 9]), "shift + trade", outcome="spells")
    assert (fit.n, fit.n_dropped) == (N - 3, 3)
    np.testing.assert_allclose(fit.coefficients, whole.coefficients)


def test_prediction_uses_the_exposure(people: pd.DataFrame) -> None:
    fit = poisson(people, "shift", outcome="spells", exposure="years")
    assert fit.predict().sum() == pytest.approx(people.spells.sum())
    np.testing.assert_allclose(fit.predict(people), fit.predict())
    with pytest.raises(BadArgument, match="above 0"):
        fit.predict(people.assign(years=0))


def test_separation_names_the_term(people: pd.DataFrame) -> None:
    sure = people.assign(ill=np.where(people.trade == "office", 1, people.ill))
    with pytest.raises(Separation, match=r"trade\[T.office\]"):
        logistic(sure, "trade + shift", outcome="ill")
    rng = np.random.default_rng(1)
    age = rng.normal(40, 8, 80)
    with pytest.raises(Separation, match="'age'"):
        logistic(pd.DataFrame({"age": age, "x": rng.normal(size=80), "ill": age > 43}), "x + age", outcome="ill")


def test_reference_level_without_events_is_separation(people: pd.DataFrame) -> None:
    none = people.assign(ill=np.where(people.trade == "care", 0, people.ill))
    with pytest.raises(Separation, match="trade"):
        logistic(none, "trade + shift", outcome="ill")


@pytest.mark.parametrize("fit", [poisson, negative_binomial])
def test_a_level_without_events_is_named(people: pd.DataFrame, fit: object) -> None:
    none = people.assign(days=np.where(people.trade == "office", 0, people.days))
    with pytest.raises(NoEvents, match=r"trade\[T.office\]"):
        fit(none, "trade + shift", outcome="days")
    with pytest.raises(NoEvents, match="0 in all 600 rows"):
        fit(people.assign(days=0), "trade", outcome="days")


def test_no_separation_is_seen_where_there_is_none() -> None:
    """A rare outcome and a strong effect, but finite estimates."""
    data = pd.DataFrame({"x": np.repeat([0, 1], [20_000, 50]), "ill": np.r_[1, np.zeros(19_999), np.ones(49), 0]})
    fit = logistic(data, "x", outcome="ill")
    assert fit.coefficients[1] == pytest.approx(np.log(49) + np.log(19_999))


def test_without_overdispersion_the_fit_is_poisson(people: pd.DataFrame) -> None:
    flat = people.assign(days=np.tile([1, 2, 3, 2], N // 4))
    with pytest.warns(AnalysisWarning, match="no more spread"):
        fit = negative_binomial(flat, "shift", outcome="days")
    assert fit.glance()["alpha"] == 0
    assert fit.warnings
    plain = poisson(flat, "shift", outcome="days")
    np.testing.assert_allclose(fit.std_errors, plain.std_errors, rtol=1e-9)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood)


def test_outcomes_of_the_wrong_kind(people: pd.DataFrame) -> None:
    with pytest.raises(BadOutcome, match="0 or 1"):
        logistic(people, "shift", outcome="days")
    with pytest.raises(BadOutcome, match="0 or more"):
        poisson(people.assign(days=-people.days), "shift", outcome="days")
    with pytest.raises(NoEvents, match="is 1 in all"):
        risk_ratio(people.assign(ill=1), "shift", outcome="ill")
    with pytest.raises(BadOutcome, match="has no zeros"):
        hurdle(people.assign(days=people.days + 1), "shift", outcome="days")
    with pytest.raises(BadArgument, match="time at risk"):
        poisson(people.assign(years=0.0), "shift", outcome="days", exposure="years")
    with pytest.raises(BadArgument, match="dist is one of"):
        zero_inflated(people, "shift", outcome="days", dist="normal")
    with pytest.raises(TooFewGroups, match="one cluster only"):
        poisson(people.assign(unit=1), "shift", outcome="days", cluster="unit")
    with pytest.raises(BadOutcome, match="missing in all"):
        poisson(people.assign(days=np.nan), "shift", outcome="days")


def test_amounts_that_are_not_whole_are_noted(people: pd.DataFrame) -> None:
    with pytest.warns(AnalysisWarning, match="not always a whole number"):
        fit = poisson(people.assign(days=people.days + 0.5), "shift", outcome="days")
    assert len(fit.warnings) == 1


def test_a_zero_part_that_says_nothing_is_not_silent() -> None:
    """Poisson counts have no structural zeros: the mixture's share runs to 0."""
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"x": rng.normal(size=400), "days": rng.poisson(2, 400)})
    with pytest.warns(AnalysisWarning, match="cannot tell zero part Intercept"):
        fit = zero_inflated(data, "x", outcome="days", dist="poisson", zero_formula="1")
    assert fit.warnings
    plain = poisson(data, "x", outcome="days")
    np.testing.assert_allclose(fit.coefficients_of("count"), plain.coefficients, atol=1e-4)


def test_counts_without_a_zero_class_leave_the_slopes_standing() -> None:
    """Logarithmic counts are the limit of the truncated negative binomial as theta and the mean go to 0 together."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=500)
    data = pd.DataFrame({"x": x, "days": np.where(rng.random(500) < 0.4, 0, rng.logseries(0.6 + 0.1 * np.tanh(x)))})
    with pytest.warns(AnalysisWarning, match="cannot tell Intercept, theta"):
        fit = hurdle(data, "x", outcome="days")
    slope = fit.tidy().set_index(["part", "term"]).loc[("count", "x")]
    assert 0 < slope.estimate < 1
    assert slope.std_error < 0.3


def test_a_likelihood_that_runs_away_is_no_convergence() -> None:
    """Two people with days and forty without, in a zero part with as many terms as it can take."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.normal(size=42), "z": rng.normal(size=42), "days": [1, 1, *[0] * 40]})
    with pytest.raises(NoConvergence, match="zero part|one part"):
        zero_inflated(data, "x + z", outcome="days")


def test_many_rows_with_large_counts_keep_their_digits() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"year": rng.integers(1990, 2024, 3000), "days": rng.poisson(90_000, 3000)})
    fit = poisson(data, "year", outcome="days")
    in_standard_errors = fit.scores().sum(axis=0) * fit.std_errors
    assert np.abs(in_standard_errors).max() < 1e-5
