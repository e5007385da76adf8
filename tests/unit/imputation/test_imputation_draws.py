"""Imputation: what is filled, with what, from which seed; the models behind it; pooling's rules; plain errors."""

import numpy as np
import pandas as pd
import pytest

from analysis.binary import logistic
from analysis.counts import hurdle, poisson
from analysis.errors import AnalysisWarning, BadArgument, MissingColumn, NoRows
from analysis.imputation import combine, impute, pool
from analysis.imputation.categories import multinomial_fit, ordered_fit
from analysis.imputation.draws import nearest


def survey(n: int = 300, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.normal(45, 10, n)
    frame = pd.DataFrame({"person": [f"p{i}" for i in range(n)], "age": age, "grade": rng.integers(1, 6, n)})
    frame["support"] = 0.05 * age + rng.normal(size=n)
    frame["sex"] = pd.Categorical(np.where(rng.random(n) < 0.5, "F", "M"))
    frame["skill"] = pd.Categorical(pd.cut(age + 8 * rng.normal(size=n), 4, labels=["1", "2", "3", "4"]), ordered=True)
    frame["sector"] = rng.choice(["care", "school", "office"], n)
    frame["shift"] = rng.random(n) < 0.3
    frame["absent"] = (rng.random(n) < 0.3).astype(int)
    return frame


def with_gaps(frame: pd.DataFrame, share: float = 0.2, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = frame.astype({"grade": "Int64", "shift": "boolean"})
    for column in ("support", "grade", "sex", "skill", "sector", "shift"):
        frame.loc[rng.random(len(frame)) < share, column] = pd.NA if column in ("grade", "shift") else None
    return frame


def test_gaps_are_filled_and_nothing_else_is_touched() -> None:
    gaps = with_gaps(survey())
    before = gaps.copy()
    completed = impute(gaps, m=3, seed=1, exclude=["person"])
    pd.testing.assert_frame_equal(gaps, before)
    assert len(completed) == 3
    methods = {"grade": "pmm", "support": "pmm", "sex": "logistic", "shift": "logistic"}
    assert completed.methods == {**methods, "skill": "ordered", "sector": "multinomial"}
    for frame in completed:
        assert frame.isna().sum().sum() == 0
        assert (frame.dtypes == gaps.dtypes).all()
        for column in gaps.columns:
            kept = gaps[column].notna()
            assert (frame.loc[kept, column] == gaps.loc[kept, column]).all()
        assert set(frame["grade"]) <= set(range(1, 6))
        assert set(frame["sector"]) <= {"care", "school", "office"}
    assert completed.missing.to_dict() == gaps.isna().sum()[lambda s: s > 0].to_dict()
    assert "support" in repr(completed)


def test_the_seed_decides_and_fewer_imputations_are_the_first_of_more() -> None:
    gaps = with_gaps(survey())
    first = impute(gaps, m=2, seed=7, exclude=["person"], iterations=3)
    again = impute(gaps, m=4, seed=7, exclude=["person"], iterations=3)
    other = impute(gaps, m=2, seed=8, exclude=["person"], iterations=3)
    for number in range(2):
        pd.testing.assert_frame_equal(first[number], again[number])
    assert not first[0].equals(other[0])
    assert not first[0].equals(first[1])
    assert first[-1].equals(first[1])
    with pytest.raises(IndexError):
        first[2]


def test_values_missing_by_what_is_seen_are_brought_back() -> None:
    """Support is missing for the old, who have more of it: the mean of the observed is too low, the imputed is not."""
    frame = survey(4000)
    gaps = frame[["age", "support"]].copy()
    gaps.loc[np.random.default_rng(3).random(4000) < 1 / (1 + np.exp(-(frame.age - 50) / 4)), "support"] = np.nan
    truth = frame["support"].mean()
    imputed = np.mean([one["support"].mean() for one in impute(gaps, m=5, seed=1, iterations=5)])
    assert gaps["support"].mean() < truth - 0.1
    assert imputed == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize("method", ["ordered", "multinomial"])
def test_categories_keep_their_relation_to_the_rest(method) -> None:
    frame = survey(4000)[["age", "skill"]]
    gaps = frame.copy()
    gaps.loc[frame.age > 50, "skill"] = gaps.loc[frame.age > 50, "skill"].where(
        np.arange((frame.age > 50).sum()) % 3 == 0
    )
    filled = impute(gaps, m=1, seed=1, methods={"skill": method}, iterations=2)[0]
    old = frame.age > 50
    truth = frame.loc[old, "skill"].value_counts(normalize=True).sort_index()
    found = filled.loc[old, "skill"].value_counts(normalize=True).sort_index()
    assert found.to_numpy() == pytest.approx(truth.to_numpy(), abs=0.05)


def test_perfect_prediction_does_not_break_a_category() -> None:
    frame = survey(200)[["age", "sex"]].assign(man=lambda d: (d.sex == "M").astype(float))
    frame.loc[:30, "sex"] = None
    filled = impute(frame, m=1, seed=1)[0]
    assert ((filled.sex == "M") == (filled.man == 1)).mean() > 0.9


def test_passive_columns_follow_the_imputed_ones() -> None:
    gaps = with_gaps(survey())[["age", "support"]]
    completed = impute(gaps, m=2, seed=1, passive={"double": lambda d: 2 * d["support"]})
    for frame in completed:
        assert (frame["double"] == 2 * frame["support"]).all()


def test_trace_has_every_iteration_of_every_chain() -> None:
    completed = impute(with_gaps(survey())[["age", "support", "sex"]], m=2, seed=1, iterations=4)
    assert len(completed.trace) == 2 * 4 * 2
    assert list(completed.trace.columns) == ["imputation", "iteration", "column", "mean", "sd"]


def test_nearest_donors() -> None:
    rng = np.random.default_rng(4)
    observed, wanted = rng.normal(size=500), rng.normal(size=300)
    chosen = nearest(observed, wanted, 5, rng)
    rank = (np.abs(observed[None, :] - wanted[:, None]) < np.abs(observed[chosen] - wanted)[:, None]).sum(axis=1)
    assert rank.max() <= 4
    assert set(rank) == {0, 1, 2, 3, 4}
    assert set(observed[nearest(observed[:3], wanted, 5, rng)]) <= set(observed[:3])
    ties = nearest(np.zeros(100), np.zeros(2000), 5, rng)
    assert len(set(ties)) == 5


def test_multinomial_of_two_levels_is_logistic_regression() -> None:
    frame = survey()
    X = np.column_stack([np.ones(300), frame.age, frame.support])
    coefficients, root = multinomial_fit(X, frame.absent.to_numpy(float), np.ones(300), 2)
    fit = logistic(frame, "age + support", outcome="absent")
    assert coefficients == pytest.approx(fit.coefficients, rel=1e-6)
    assert root @ root.T == pytest.approx(fit.covariance, rel=1e-5)


def test_ordered_of_two_levels_is_logistic_regression() -> None:
    frame = survey()
    X = np.column_stack([frame.age - 45, frame.support])
    parameters, _ = ordered_fit(X, frame.absent.to_numpy(float), np.ones(300), 2)
    fit = logistic(frame.assign(age=frame.age - 45), "age + support", outcome="absent")
    assert parameters[0] == pytest.approx(-fit.coefficients[0], rel=1e-5)
    assert parameters[1:] == pytest.approx(fit.coefficients[1:], rel=1e-5)


def test_complete_data_gives_itself_with_a_warning() -> None:
    frame = survey()[["age", "support"]]
    with pytest.warns(AnalysisWarning, match="Nothing is missing"):
        completed = impute(frame, m=2, seed=1)
    pd.testing.assert_frame_equal(completed[1], frame)


def test_imputation_errors() -> None:
    gaps = with_gaps(survey())
    with pytest.raises(BadArgument, match="'person' has 300 different texts"):
        impute(gaps, m=2, seed=1)
    with pytest.raises(BadArgument, match="dates"):
        impute(gaps.assign(day=pd.Timestamp("2045-01-01")), m=2, seed=1, exclude=["person"])
    with pytest.raises(NoRows, match="'support' is missing in all"):
        impute(gaps.assign(support=np.nan), m=2, seed=1, exclude=["person"])
    with pytest.raises(BadArgument, match="infinite"):
        impute(gaps.assign(age=np.inf), m=2, seed=1, exclude=["person"])
    with pytest.raises(MissingColumn, match="wave"):
        impute(gaps, m=2, seed=1, exclude=["wave"])
    with pytest.raises(BadArgument, match="pmm"):
        impute(gaps, m=2, seed=1, exclude=["person"], methods={"sector": "pmm"})
    with pytest.raises(BadArgument, match="one of pmm"):
        impute(gaps, m=2, seed=1, exclude=["person"], methods={"sector": "forest"})
    with pytest.raises(BadArgument, match="m is a whole number"):
        impute(gaps, m=0, seed=1)
    with pytest.raises(BadArgument, match="seed"):
        impute(gaps, m=2, seed=1.5)
    with pytest.raises(NoRows):
        impute(gaps.head(0), m=2, seed=1)


def test_pooling_widens_by_what_imputations_disagree() -> None:
    estimates = np.array([[1.0], [2.0], [3.0]])
    found = combine(estimates, np.full((3, 1, 1), 0.5), df_complete=np.inf)
    assert found.total[0, 0] == pytest.approx(0.5 + 4 / 3)
    assert found.df[0] == pytest.approx(2 * (1 + 0.5 / (4 / 3)) ** 2)


def test_pooling_two_part_models_keeps_their_parts() -> None:
    frame = survey()
    frame["visits"] = np.random.default_rng(5).poisson(np.exp(0.02 * frame.age - 0.5))
    gaps = frame[["age", "support", "visits"]].copy()
    gaps.loc[::5, "support"] = np.nan
    fits = [hurdle(one, "support + age", outcome="visits", dist="poisson") for one in impute(gaps, m=3, seed=1)]
    table = pool(fits).tidy()
    assert table["part"].tolist() == fits[0].tidy()["part"].tolist()
    assert table["term"].tolist() == fits[0].tidy()["term"].tolist()


def test_pooling_errors() -> None:
    frame = survey()
    one = logistic(frame, "age", outcome="absent")
    with pytest.raises(BadArgument, match="2 or more"):
        pool([one])
    with pytest.raises(BadArgument, match="support"):
        pool([one, logistic(frame, "support", outcome="absent")])
    with pytest.raises(BadArgument, match="same model"):
        pool([one, poisson(frame, "age", outcome="absent")])
    with pytest.raises(BadArgument, match="fits of analysis"):
        pool([1.0, 2.0])
    with pytest.raises(BadArgument, match="df_complete"):
        pool([one, one], df_complete=0)
