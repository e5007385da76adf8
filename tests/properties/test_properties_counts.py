"""Laws that counts obey whatever the data: cells, order, units of time, coding."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.attributable import attributable_fraction, e_value
from analysis.binary import logistic, risk_ratio
from analysis.cells import find_cells
from analysis.counts import negative_binomial, poisson
from analysis.design import build_design
from analysis.diagnostics import adjust_p_values
from analysis.errors import AnalysisError


@st.composite
def people(draw: st.DrawFn) -> pd.DataFrame:
    """Counts by trade and shift with person-years; every trade and shift has events."""
    seed = draw(st.integers(0, 2**32 - 1))
    n = draw(st.integers(60, 250))
    rng = np.random.default_rng(seed)
    trades = draw(st.integers(2, 4))
    data = pd.DataFrame({"trade": rng.integers(0, trades, n), "shift": rng.integers(0, 2, n)})
    data["years"] = rng.choice([0.5, 1.0, 2.5], n)
    data["spells"] = rng.poisson(1 + data.trade + data["shift"])
    data["days"] = rng.negative_binomial(1, 0.15, n)
    data["ill"] = rng.integers(0, 2, n)
    return data


def same(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-7, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(people())
def test_poisson_collapsed_is_uncollapsed(data: pd.DataFrame) -> None:
    collapsed = poisson(data, "C(trade) + shift", outcome="spells", exposure="years")
    apart = poisson(data, "C(trade) + I(shift)", outcome="spells", exposure="years")
    assert collapsed.observations.cells is not None and apart.observations.cells is None
    same(collapsed.coefficients, apart.coefficients)
    same(collapsed.covariance, apart.covariance)
    same(collapsed.predict(), apart.predict())
    left, right = collapsed.glance(), apart.glance()
    same([left[key] for key in left], [right[key] for key in left])


@settings(max_examples=15, deadline=None)
@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(data: pd.DataFrame, random: object) -> None:
    order = np.random.default_rng(random.getrandbits(32)).permutation(len(data))
    for fit in (
        lambda d: poisson(d, "C(trade) + shift", outcome="spells", exposure="years"),
        lambda d: negative_binomial(d, "shift", outcome="days"),
        lambda d: risk_ratio(d, "shift", outcome="ill"),
    ):
        there, back = fit(data), fit(data.iloc[order])
        same(there.coefficients, back.coefficients)
        same(there.covariance, back.covariance)


@settings(max_examples=15, deadline=None)
@given(people(), st.floats(0.01, 100))
def test_the_unit_of_time_only_moves_the_intercept(data: pd.DataFrame, factor: float) -> None:
    years = poisson(data, "C(trade) + shift", outcome="spells", exposure="years")
    other = poisson(data.assign(years=data.years * factor), "C(trade) + shift", outcome="spells", exposure="years")
    same(years.coefficients[1:], other.coefficients[1:])
    same(years.coefficients[0] - np.log(factor), other.coefficients[0])
    same(years.covariance, other.covariance)
    same(years.deviance, other.deviance)


@settings(max_examples=15, deadline=None)
@given(people())
def test_splitting_follow_up_changes_no_rate(data: pd.DataFrame) -> None:
    """A person's years in two halves, with the spells in either: the same estimates and errors."""
    whole = poisson(data, "C(trade) + shift", outcome="spells", exposure="years")
    first = data.assign(years=data.years / 3, spells=data.spells // 2)
    second = data.assign(years=data.years * 2 / 3, spells=data.spells - data.spells // 2)
    halves = poisson(pd.concat([first, second]), "C(trade) + shift", outcome="spells", exposure="years")
    same(whole.coefficients, halves.coefficients)
    same(whole.covariance, halves.covariance)


@settings(max_examples=15, deadline=None)
@given(people())
def test_calling_ill_well_turns_the_odds_round(data: pd.DataFrame) -> None:
    ill = logistic(data, "C(trade) + shift", outcome="ill")
    well = logistic(data.assign(ill=1 - data.ill), "C(trade) + shift", outcome="ill")
    same(ill.coefficients, -well.coefficients)
    same(ill.covariance, well.covariance)


@settings(max_examples=15, deadline=None)
@given(people())
def test_nothing_is_attributable_to_what_everyone_has(data: pd.DataFrame) -> None:
    fit = logistic(data, "C(trade) + shift", outcome="ill")
    exposed = attributable_fraction(fit, "shift", reference=0)
    assert exposed.conf_low <= exposed.estimate <= exposed.conf_high < 1
    risk = fit.observations.design.with_values({"shift": 0}) @ fit.coefficients
    share = (fit.observations.cell_size / (1 + np.exp(-risk))).sum() / data.ill.sum()
    same(1 - exposed.estimate, share)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.sampled_from("abc")), min_size=4, max_size=60))
def test_cells_hold_equal_rows(rows: list[tuple[int, bool, str]]) -> None:
    number, yes, letter = (np.array(column) for column in zip(*rows, strict=True))
    columns = [number, yes, pd.Categorical(letter)]
    cells = find_cells(columns, len(rows))
    distinct = len(set(rows))
    if cells is None:
        assert distinct > len(rows) // 2
        return
    assert len(cells.count) == distinct
    assert [rows[first] for first in cells.first[cells.code]] == rows
    assert cells.count.sum() == len(rows)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40), st.floats(-5, 5), st.floats(-1e3, 1e3))
def test_a_column_is_a_design_or_a_plain_error(values: list[float], slope: float, shift: float) -> None:
    """Whatever a column holds: a design of full rank, or an error of ours, and never a number that is not one."""
    data = pd.DataFrame({"a": values, "b": np.asarray(values) * slope + shift})
    for formula in ("a", "a + b"):
        try:
            design = build_design(data, formula)
        except AnalysisError:
            continue
        assert np.isfinite(design.matrix).all()
        assert np.linalg.matrix_rank(design.matrix / np.abs(design.matrix).max(axis=0), tol=1e-13) <= len(design.terms)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_keep_their_order(values: list[float]) -> None:
    for method in ("holm", "benjamini-hochberg", "bonferroni"):
        adjusted = adjust_p_values(values, method=method)
        assert (adjusted >= np.asarray(values) - 1e-15).all() and (adjusted <= 1).all()
        order = np.argsort(values)
        assert (np.diff(adjusted[order]) >= -1e-15).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(1.01, 50))
def test_the_e_value_of_a_ratio_and_its_inverse_are_one(ratio: float) -> None:
    same(e_value(ratio).estimate, e_value(1 / ratio).estimate)
    bound = e_value(ratio).estimate
    same(bound * bound / (2 * bound - 1), ratio)
