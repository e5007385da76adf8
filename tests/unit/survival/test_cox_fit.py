"""What a Cox fit tells, beside the same numbers counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.survival import CoxFit, cox, frailty_cox
from analysis.survival.risk_sets import find_risk_sets


def spells(seed: int, n: int = 150) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 5, n)
    return pd.DataFrame(
        {
            "x": rng.integers(0, 3, n),
            "z": rng.normal(size=n).round(1),
            "start": start,
            "stop": start + rng.integers(1, 9, n),
            "event": rng.random(n) < 0.6,
            "stratum": rng.choice(["a", "b", "c"], n),
            "weight": rng.integers(1, 4, n),
            "unit": rng.integers(0, 15, n),
        }
    )


COUNTING = {"start": "start", "stop": "stop", "event": "event"}


def concordance_by_pairs(fit: CoxFit, frame: pd.DataFrame) -> float:
    lp, concordant, pairs = fit.linear_predictor, 0.0, 0.0
    for i in np.flatnonzero(frame["event"]):
        time, stratum = frame["stop"][i], frame["stratum"][i]
        compared = (frame["stratum"] == stratum) & (frame["start"] < time) & (frame["stop"] >= time)
        compared &= ~((frame["stop"] == time) & frame["event"])
        lower = lp[i] - lp[compared]
        score = np.where(np.abs(lower) < 1e-9, 0.5, lower > 0)
        concordant += frame["weight"][i] * (score * frame["weight"][compared]).sum()
        pairs += frame["weight"][i] * frame["weight"][compared].sum()
    return concordant / pairs


@pytest.mark.parametrize("seed", range(4))
def test_concordance_counts_pairs(seed: int) -> None:
    frame = spells(seed)
    fit = cox(frame, "x", **COUNTING, strata="stratum", weights="weight")
    assert fit.concordance == pytest.approx(concordance_by_pairs(fit, frame), rel=1e-12)


def test_concordance_counts_pairs_of_many_rows() -> None:
    frame = spells(9, 3000)
    fit = cox(frame, "x + z", **COUNTING, strata="stratum", weights="weight")
    assert fit.concordance == pytest.approx(concordance_by_pairs(fit, frame), rel=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.set_index(pd.Index([f"row {i}" for i in range(len(f))])),
        lambda f: f.assign(event=f["event"].astype(int)),
        lambda f: f.convert_dtypes(),
        lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
        lambda f: f.astype({"start": "float32", "stop": "float32", "x": "int8"}),
        lambda f: f.assign(stratum=f["stratum"].astype("category")),
    ],
    ids=["labels", "0/1", "nullable", "arrow", "narrow", "category"],
)
def test_dtypes_and_labels_do_not_matter(change) -> None:
    frame = spells(5)
    plain, changed = (cox(f, "x + z", **COUNTING, strata="stratum", cluster="unit") for f in (frame, change(frame)))
    assert changed.coefficients == pytest.approx(plain.coefficients, rel=1e-9)
    assert changed.covariance == pytest.approx(plain.covariance, rel=1e-9)


def test_rows_with_gaps_are_left_out_and_counted() -> None:
    frame = spells(3)
    gaps = frame.astype({"x": float, "unit": float, "stop": float})
    gaps.loc[[1, 5], "x"], gaps.loc[[7], "unit"], gaps.loc[[9, 11], "stop"] = np.nan, np.nan, np.nan
    fit = cox(gaps, "x + z", **COUNTING, cluster="unit")
    assert (fit.n, fit.n_dropped) == (145, 5)
    complete = cox(frame.drop([1, 5, 7, 9, 11]), "x + z", **COUNTING, cluster="unit")
    assert fit.coefficients == pytest.approx(complete.coefficients)
    assert list(fit.residuals().index) == list(gaps.dropna().index)


def test_tidy_has_the_naive_error_beside_the_robust_one() -> None:
    frame = spells(1)
    plain, clustered = cox(frame, "x + z", **COUNTING), cox(frame, "x + z", **COUNTING, cluster="unit")
    columns = ["term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
    assert list(plain.tidy().columns) == columns
    assert list(clustered.tidy().columns) == [*columns, "std_error_naive"]
    assert clustered.tidy()["std_error_naive"].to_numpy() == pytest.approx(plain.tidy()["std_error"].to_numpy())
    narrow, wide = clustered.tidy(level=0.95, exponentiate=True), clustered.tidy(level=0.99, exponentiate=True)
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    assert narrow["estimate"].to_numpy() == pytest.approx(np.exp(clustered.coefficients))
    assert "std_error_naive" in repr(clustered)


def test_weights_that_are_no_counts_give_robust_errors() -> None:
    frame = spells(2).assign(share=lambda f: f["weight"] / 2)
    assert not cox(frame, "x", **COUNTING, weights="weight").robust
    assert cox(frame, "x", **COUNTING, weights="share").robust
    scaled, whole = cox(frame, "x", **COUNTING, weights="share"), cox(frame, "x", **COUNTING, weights="weight")
    assert scaled.coefficients == pytest.approx(whole.coefficients, rel=1e-9)


def test_a_model_without_terms_has_a_likelihood_and_a_baseline() -> None:
    fit = cox(spells(4), "1", **COUNTING)
    glance = fit.glance()
    assert glance["log_likelihood"] == glance["log_likelihood_null"]
    assert not [name for name, value in glance.items() if value != value]
    hazard = fit.baseline()
    frame = spells(4)
    time = hazard["time"].iloc[0]
    at_risk = ((frame["start"] < time) & (frame["stop"] >= time)).sum()
    events = (frame["event"] & (frame["stop"] == time)).sum()
    assert hazard["cumulative_hazard"].iloc[0] == pytest.approx(sum(1 / (at_risk - j) for j in range(events)))


def test_baseline_at_the_mean_and_at_zero() -> None:
    fit = cox(spells(6), "x + z", **COUNTING, strata="stratum")
    zero, mean = fit.baseline(), fit.baseline(centred=True)
    assert list(zero.columns) == ["stratum", "time", "n_event", "cumulative_hazard", "survival"]
    ratio = np.exp(spells(6)[["x", "z"]].mean().to_numpy() @ fit.coefficients)
    assert mean["cumulative_hazard"].to_numpy() == pytest.approx(zero["cumulative_hazard"].to_numpy() * ratio)


def test_predictions_come_row_by_row_with_intervals_around_them() -> None:
    fit = cox(spells(8), "x + z", **COUNTING, strata="stratum")
    new = pd.DataFrame({"x": [0, 2, 1], "z": [0.0, 1.0, -1.0], "stratum": ["c", "a", "c"]}, index=["p", "q", "r"])
    table = fit.predict_survival(new, times=[2, 4, 6])
    assert table["row"].tolist() == [label for label in "pqr" for _ in range(3)]
    assert ((table["conf_low"] <= table["survival"]) & (table["survival"] <= table["conf_high"])).all()
    at_events = fit.predict_survival(new)
    alone = pd.concat([fit.predict_survival(new.loc[[label]]) for label in new.index], ignore_index=True)
    pd.testing.assert_frame_equal(at_events, alone)


def test_many_small_strata_are_summed_as_few_large_ones() -> None:
    rng = np.random.default_rng(1)
    n = 400
    stop, start = rng.integers(3, 12, n).astype(float), rng.integers(0, 3, n).astype(float)
    event, stratum = rng.random(n) < 0.7, rng.integers(0, 90, n)
    sets = find_risk_sets(stop, event, start, stratum)
    assert len(sets.begins) > (sets.ends - sets.begins).max(), "the strata are too few for the test"
    risk = rng.exponential(size=n)
    at_risk = ((stratum == sets.stratum[:, None]) & (start < sets.time[:, None]) & (stop >= sets.time[:, None])).astype(
        float
    )
    assert sets.sums(risk) == pytest.approx(at_risk @ risk, rel=1e-12, abs=1e-12)
    values = rng.normal(size=(n, 3))
    assert sets.sums(risk, values) == pytest.approx(at_risk @ (risk[:, None] * values), rel=1e-9, abs=1e-12)
    increments = rng.exponential(size=sets.n_times)
    assert sets.spread(increments) == pytest.approx(at_risk.T @ increments, rel=1e-12, abs=1e-12)


def test_frailty_is_where_its_likelihood_is_flat() -> None:
    rng = np.random.default_rng(3)
    unit = np.repeat(np.arange(50), 12)
    z = rng.gamma(2, 0.5, 50)[unit]
    frame = pd.DataFrame({"unit": unit, "x": rng.normal(size=600)})
    frame["days"] = np.ceil(rng.exponential(30, 600) / (z * np.exp(0.5 * frame["x"])))
    frame["event"] = frame["days"] < 80
    frame["days"] = frame["days"].clip(upper=80)
    fit = frailty_cox(frame, "x", stop="days", event="event", group="unit")
    assert fit.theta == pytest.approx(0.5, abs=3 * fit.theta_std_error)
    assert fit.frailties.mean() == pytest.approx(1, rel=1e-9)
    assert fit.log_likelihood > fit.log_likelihood_no_frailty
    assert fit.glance()["theta_p_value"] < 0.001
    shuffled = frailty_cox(frame.sample(frac=1, random_state=1), "x", stop="days", event="event", group="unit")
    assert shuffled.theta == pytest.approx(fit.theta, rel=1e-6)
    assert shuffled.coefficients == pytest.approx(fit.coefficients, rel=1e-7)
