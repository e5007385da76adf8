"""What must not change a Cox model does not change it, and ties mean what their definitions say."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.survival import CoxFit, cox

COUNTING = {"start": "start", "stop": "stop", "event": "event"}


@st.composite
def follow_ups(draw: st.DrawFn, *, distinct: bool = False) -> pd.DataFrame:
    """Rows at risk from `start` to `stop` in whole days, with two covariates, a stratum and a cluster each."""
    n = draw(st.integers(25, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stop = rng.permutation(np.arange(1, n + 1)) if distinct else rng.integers(1, 15, n)
    start = np.floor(stop * rng.uniform(0, 1, n) * rng.integers(0, 2, n))
    return pd.DataFrame(
        {
            "x": rng.normal(size=n).round(2),
            "z": rng.integers(0, 3, n),
            "start": start.astype(float),
            "stop": stop.astype(float),
            "event": rng.random(n) < 0.6,
            "stratum": rng.integers(0, 2, n),
            "cluster": rng.integers(0, 12, n),
            "weight": rng.integers(1, 4, n),
        }
    )


def fitted(frame: pd.DataFrame, **named: object) -> CoxFit:
    try:
        return cox(frame, "x + z", **{**COUNTING, **named})
    except AnalysisError:
        assume(False)
        raise


def same(one: CoxFit, other: CoxFit, *, covariance: bool = True, likelihood: bool = True) -> None:
    assert one.coefficients == pytest.approx(other.coefficients, rel=1e-7, abs=1e-8)
    if covariance:
        assert one.covariance == pytest.approx(other.covariance, rel=1e-6, abs=1e-9)
    if likelihood:
        assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10, abs=1e-9)


@pytest.mark.filterwarnings("ignore::analysis.errors.AnalysisWarning")
class TestInvariance:
    @given(follow_ups(), st.sampled_from(["efron", "breslow"]), st.randoms(use_true_random=False))
    @settings(max_examples=25, deadline=None)
    def test_row_order(self, frame: pd.DataFrame, ties: str, random) -> None:
        order = list(range(len(frame)))
        random.shuffle(order)
        named = {"ties": ties, "strata": "stratum", "cluster": "cluster"}
        same(fitted(frame, **named), fitted(frame.iloc[order], **named))

    @given(follow_ups(), st.sampled_from(["efron", "breslow"]), st.floats(0.05, 0.95))
    @settings(max_examples=25, deadline=None)
    def test_splitting_an_interval(self, frame: pd.DataFrame, ties: str, share: float) -> None:
        frame = frame.assign(person=np.arange(len(frame)))
        cut = frame["start"] + share * (frame["stop"] - frame["start"])
        halves = pd.concat([frame.assign(stop=cut, event=False), frame.assign(start=cut)], ignore_index=True)
        same(fitted(frame, ties=ties), fitted(halves, ties=ties))
        same(fitted(frame, ties=ties, cluster="person"), fitted(halves, ties=ties, cluster="person"))

    @given(follow_ups(), st.floats(0.5, 1000))
    @settings(max_examples=25, deadline=None)
    def test_shifting_time(self, frame: pd.DataFrame, days: float) -> None:
        later = frame.assign(start=frame["start"] + days, stop=frame["stop"] + days)
        same(fitted(frame, strata="stratum"), fitted(later, strata="stratum"))

    @given(follow_ups(), st.integers(0, 2**32 - 1))
    @settings(max_examples=15, deadline=None)
    def test_rounding_of_times(self, frame: pd.DataFrame, seed: int) -> None:
        noise = np.random.default_rng(seed).choice([-1e-15, 0.0, 1e-15], (2, len(frame)))
        tenths = frame.assign(start=frame["start"] / 10 + np.abs(noise[0]), stop=frame["stop"] / 10 + noise[1])
        same(fitted(frame, strata="stratum"), fitted(tenths, strata="stratum"))

    @given(follow_ups(), st.floats(0.001, 1000), st.floats(-100, 100))
    @settings(max_examples=25, deadline=None)
    def test_units_of_a_covariate(self, frame: pd.DataFrame, scale: float, origin: float) -> None:
        one, other = fitted(frame), fitted(frame.assign(x=frame["x"] * scale + origin))
        assert one.coefficients[0] == pytest.approx(other.coefficients[0] * scale, rel=1e-6, abs=1e-8)
        assert one.coefficients[1] == pytest.approx(other.coefficients[1], rel=1e-6, abs=1e-8)
        assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10)

    @given(follow_ups())
    @settings(max_examples=25, deadline=None)
    def test_a_weight_of_two_is_a_row_twice_with_breslow_ties(self, frame: pd.DataFrame) -> None:
        repeated = frame.loc[frame.index.repeat(frame["weight"])]
        same(fitted(frame, weights="weight", ties="breslow"), fitted(repeated, ties="breslow"))

    @given(follow_ups())
    @settings(max_examples=25, deadline=None)
    def test_efron_is_breslow_without_ties(self, frame: pd.DataFrame) -> None:
        apart = frame.assign(stop=frame["stop"] + np.arange(len(frame)) / 1000)
        same(fitted(apart, ties="efron"), fitted(apart, ties="breslow"))

    @given(follow_ups(), st.sampled_from(["efron", "breslow"]))
    @settings(max_examples=15, deadline=None)
    def test_rows_never_at_risk_at_an_event_add_nothing(self, frame: pd.DataFrame, ties: str) -> None:
        last = frame["stop"].max()
        idle = frame.head(10).assign(start=last, stop=last + 5.0, event=False)
        same(fitted(frame, ties=ties), fitted(pd.concat([frame, idle], ignore_index=True), ties=ties))

    @given(follow_ups(), st.sampled_from(["efron", "breslow"]))
    @settings(max_examples=15, deadline=None)
    def test_martingale_and_score_residuals_sum_to_nothing(self, frame: pd.DataFrame, ties: str) -> None:
        fit = fitted(frame, ties=ties, strata="stratum")
        assert fit.residuals("martingale").sum() == pytest.approx(0, abs=1e-8)
        assert fit.residuals("score").sum().to_numpy() == pytest.approx(0, abs=1e-6)
        assert fit.residuals("schoenfeld").sum().to_numpy() == pytest.approx(0, abs=1e-6)
        clustered = fitted(frame, ties=ties, strata="stratum", cluster="cluster")
        influence = clustered.residuals("dfbeta").groupby(frame["cluster"].to_numpy()).sum().to_numpy()
        assert clustered.covariance == pytest.approx(influence.T @ influence, rel=1e-8, abs=1e-12)


def log_likelihood_by_hand(frame: pd.DataFrame, beta: np.ndarray, ties: str) -> float:
    """The definition, time by time and row by row."""
    eta = frame[["x", "z"]].to_numpy() @ beta
    risk, total = np.exp(eta), 0.0
    for time in sorted(frame.loc[frame["event"], "stop"].unique()):
        at_risk = (frame["start"] < time) & (frame["stop"] >= time)
        dying = (frame["stop"] == time) & frame["event"]
        d = int(dying.sum())
        total += eta[dying].sum()
        for j in range(d):
            share = j / d if ties == "efron" else 0.0
            total -= math.log(risk[at_risk].sum() - share * risk[dying].sum())
    return total


@given(follow_ups(), st.sampled_from(["efron", "breslow"]))
@settings(max_examples=25, deadline=None)
def test_the_log_likelihood_is_its_definition(frame: pd.DataFrame, ties: str) -> None:
    fit = fitted(frame, ties=ties)
    assert fit.log_likelihood == pytest.approx(log_likelihood_by_hand(frame, fit.coefficients, ties), rel=1e-10)
    for j in range(2):
        for step in (-0.05, 0.05):
            moved = fit.coefficients.copy()
            moved[j] += step
            assert log_likelihood_by_hand(frame, moved, ties) < fit.log_likelihood


@given(follow_ups(distinct=True))
@settings(max_examples=15, deadline=None)
def test_efron_lies_between_the_orders_of_a_tie(frame: pd.DataFrame) -> None:
    """Of two tied events either may have come first; the two orders' likelihoods enclose Efron's."""
    events = frame.index[frame["event"] & (frame["start"] < frame["stop"] - 2)]
    assume(len(events) > 2)
    first, second = events[0], events[1]
    time = max(frame.loc[first, "stop"], frame.loc[second, "stop"]) + 0.25
    tied = frame.copy()
    tied.loc[[first, second], "stop"] = time
    fit = fitted(tied)
    orders = []
    for early, late in itertools.permutations([first, second]):
        apart = tied.copy()
        apart.loc[early, "stop"], apart.loc[late, "stop"] = time, time + 0.25
        orders.append(log_likelihood_by_hand(apart, fit.coefficients, "efron"))
    assert min(orders) - 1e-9 <= fit.log_likelihood <= max(orders) + 1e-9
