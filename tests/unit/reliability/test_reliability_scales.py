"""Alpha, omega, item statistics, agreement and scores: by hand, at the edges, and with plain errors."""

import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisWarning, BadArgument, ConstantColumn, MissingColumn, NoRows
from analysis.reliability import cronbach_alpha, item_statistics, omega_total, rwg, score
from analysis.reliability.minres import one_factor, slope


def scale(n: int = 200, items: int = 4, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=n)
    return pd.DataFrame({f"i{k}": factor + rng.normal(size=n) for k in range(1, items + 1)})


def test_alpha_by_hand() -> None:
    items = scale()
    total = items.sum(axis=1)
    by_hand = 4 / 3 * (1 - items.var().sum() / total.var())
    found = cronbach_alpha(items)
    assert found.estimate == pytest.approx(by_hand)
    assert found.conf_low < found.estimate < found.conf_high
    wider = cronbach_alpha(items, level=0.99)
    assert wider.conf_low < found.conf_low
    assert wider.level == 0.99


def test_missing_answers_are_dropped_by_row_and_counted() -> None:
    items = scale()
    items.iloc[0, 0] = items.iloc[5, 2] = np.nan
    for figure in (cronbach_alpha, omega_total):
        found = figure(items)
        assert (found.n, found.n_dropped) == (198, 2)
        assert found.estimate == pytest.approx(figure(items.dropna()).estimate)
    assert set(item_statistics(items)["n"]) == {198}


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", "float32", "int8"])
def test_every_kind_of_number_works(dtype) -> None:
    items = scale().round().clip(-2, 2)
    expected = cronbach_alpha(items).estimate
    assert cronbach_alpha(items.astype("int64").astype(dtype)).estimate == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("figure", [cronbach_alpha, omega_total, item_statistics])
def test_errors_say_which_item_and_what_to_do(figure) -> None:
    items = scale()
    with pytest.raises(BadArgument, match="needs 2 or more"):
        figure(items[["i1"]])
    with pytest.raises(ConstantColumn, match="'i2'"):
        figure(items.assign(i2=3))
    with pytest.raises(NoRows, match="'i3'"):
        figure(items.assign(i3=np.nan))
    with pytest.raises(BadArgument, match="'i4'"):
        figure(items.assign(i4="often"))
    with pytest.raises(BadArgument, match="'i1'"):
        figure(items.assign(i1=np.inf))
    with pytest.raises(NoRows):
        figure(items.head(0))
    with pytest.raises(NoRows, match="Only 0 of 200"):
        figure(items.assign(i1=items.i1.where(items.index % 2 == 0), i2=items.i2.where(items.index % 2 == 1)))
    with pytest.raises(BadArgument, match="frame"):
        figure(items.to_numpy())


def test_an_item_that_goes_against_the_others_is_told_of() -> None:
    items = scale().assign(i4=lambda d: -d.i4)
    with pytest.warns(AnalysisWarning, match="i4"):
        alpha = cronbach_alpha(items)
    with pytest.warns(AnalysisWarning, match="i4"):
        omega = omega_total(items)
    assert "i4" in alpha.warnings[0]
    assert omega.reversed_items == ("i4",)
    assert omega.estimate == pytest.approx(omega_total(scale()).estimate)


def test_minres_finds_loadings_that_made_the_correlations() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3, 0.8])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)
    assert one_factor(R).loadings == pytest.approx(loadings, abs=1e-10)
    rng = np.random.default_rng(2)
    noisy = np.corrcoef(scale(60, 6, 3).to_numpy() + rng.normal(size=(60, 6)), rowvar=False)
    assert np.abs(slope(noisy, one_factor(noisy).loadings)).max() < 1e-8


def test_omega_of_parallel_items_is_alpha() -> None:
    R = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    rng = np.random.default_rng(4)
    raw = rng.normal(size=(50, 4))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw, rowvar=False)), (raw - raw.mean(axis=0)).T).T
    items = pd.DataFrame(white @ np.linalg.cholesky(R).T, columns=list("abcd"))
    assert omega_total(items).estimate == pytest.approx(cronbach_alpha(items).estimate, rel=1e-9)


def test_omega_of_two_items_is_spearman_brown() -> None:
    items = scale(items=2)
    r = items.corr().iloc[0, 1]
    assert omega_total(items).estimate == pytest.approx(2 * r / (1 + r))


def test_omegas_error_is_that_of_many_samples() -> None:
    estimates, errors = [], []
    for seed in range(300):
        found = omega_total(scale(150, 4, seed))
        estimates.append(found.estimate)
        errors.append(found.std_error)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.12)


def test_heywood_case_is_told_of() -> None:
    rng = np.random.default_rng(5)
    first = rng.normal(size=300)
    items = pd.DataFrame({"a": first, "b": first + 0.7 * rng.normal(size=300), "c": first + 0.7 * rng.normal(size=300)})
    items["c"] -= 0.35 * (items["b"] - first)
    with pytest.warns(AnalysisWarning, match="Heywood"):
        found = omega_total(items)
    assert found.uniqueness["a"] < 0.005
    assert 0 < found.conf_low < found.estimate < found.conf_high < 1


def test_item_statistics_of_two_items_warns_that_none_can_be_dropped() -> None:
    with pytest.warns(AnalysisWarning, match="three items"):
        table = item_statistics(scale(items=2))
    assert table["alpha_if_dropped"].isna().all()
    assert table["r_drop"].iloc[0] == pytest.approx(scale(items=2).corr().iloc[0, 1])


def test_rwg_by_hand() -> None:
    frame = pd.DataFrame({"unit": [1, 1, 1, 2, 2, 3, None], "a": [1, 2, 3, 1, 5, 4, 4], "b": [2, 2, 2, 1, 5, 4, 4]})
    with pytest.warns(AnalysisWarning, match="1 of 3 groups"):
        one = rwg(frame, items="a", group="unit")
    assert one["rwg"].tolist()[:2] == [0.5, 0.0]
    assert np.isnan(one["rwg"][2])
    assert one["n"].tolist() == [3, 2, 1]
    with pytest.warns(AnalysisWarning):
        both = rwg(frame, items=["a", "b"], group="unit")
    share = 0.5 / 2  # mean variance 0.5 by 2
    assert both["rwg"][0] == pytest.approx(2 * (1 - share) / (2 * (1 - share) + share))
    with pytest.warns(AnalysisWarning):
        seven = rwg(frame, items=["a"], group="unit", categories=7)
    assert seven["rwg"][0] == pytest.approx(1 - 1 / 4)


def test_rwg_counts_only_rows_with_every_item_and_leaves_empty_groups_out() -> None:
    frame = pd.DataFrame({"unit": list("aabbb"), "x": [1, 2, 3, 3, np.nan], "y": [np.nan, np.nan, 1, 2, 2]})
    found = rwg(frame, items=["x", "y"], group="unit")
    assert found["group"].tolist() == ["b"]
    assert found["n"].tolist() == [2]


def test_rwg_errors() -> None:
    frame = pd.DataFrame({"unit": [1, 1], "x": [1, 2]})
    for wrong in (1, 2.5, True, "5"):
        with pytest.raises(BadArgument, match="categories"):
            rwg(frame, items="x", group="unit", categories=wrong)
    with pytest.raises(BadArgument, match="at least one"):
        rwg(frame, items=[], group="unit")
    with pytest.raises(MissingColumn):
        rwg(frame, items="z", group="unit")
    with pytest.raises(NoRows):
        rwg(frame.assign(x=np.nan), items="x", group="unit")


def test_score_needs_half_of_the_answers() -> None:
    items = pd.DataFrame(
        {"a": [1, 1, 1, None], "b": [2, None, None, None], "c": [3, 3, None, None], "d": [4, None, None, None]}
    )
    assert score(items).tolist()[:2] == [2.5, 2.0]
    assert score(items).isna().tolist() == [False, False, True, True]
    assert score(items, minimum_share=1).isna().tolist() == [False, True, True, True]
    assert score(items, minimum_share=0.25).tolist()[2] == 1.0


def test_score_reverses_between_the_ends_of_the_scale() -> None:
    items = pd.DataFrame({"a": [1, 2], "b": [2, 4]}, index=["p", "q"])
    assert score(items, reverse=["b"], scale=(1, 5)).to_dict() == {"p": 2.5, "q": 2.0}
    with pytest.warns(AnalysisWarning, match="ends seen"):
        assert score(items, reverse=["b"]).tolist() == [2.0, 1.5]
    assert items["b"].tolist() == [2, 4]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        score(items)


def test_score_errors() -> None:
    items = pd.DataFrame({"a": [1, 6], "b": [2, 4]})
    with pytest.raises(BadArgument, match="row 1"):
        score(items, scale=(1, 5))
    with pytest.raises(MissingColumn):
        score(items, reverse=["z"])
    with pytest.raises(BadArgument, match="minimum_share"):
        score(items, minimum_share=0)
    with pytest.raises(BadArgument, match="scale"):
        score(items, reverse=["a"], scale=(5, 1))
