"""A formula's design: the same as formulaic's for every type of column, and plain errors where it cannot be made."""

import numpy as np
import pandas as pd
import pytest
from formulaic import Formula

from analysis.design import build_design, model_frame, outcome_vector
from analysis.errors import BadArgument, BadOutcome, Collinear, ConstantColumn, MissingColumn, NoRows

N = 240


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "age": rng.normal(45, 10, N),
            "trade": rng.choice(["care", "industry", "office"], N),
            "sex": rng.choice(["F", "M"], N),
            "night": rng.random(N) < 0.5,
            "tier": rng.integers(1, 4, N),
            "role conflict": rng.normal(size=N),
        }
    )


FORMULAS = [
    "age + trade + C(tier) + night + `role conflict`",
    "~ age * trade + np.log(age**2)",
    "bs(age, df=4) + I(tier**2)",
    "trade * sex * age",
    "0 + trade",
    "age:C(tier) - 1",
    "C(tier, contr.treatment(base=2))",
    "(age + tier)**2",
    "C(night) + trade:sex",
    "age + sex:trade",
    "trade / sex",
    "scale(age) + center(tier)",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_matrix_and_names_are_formulaics(people: pd.DataFrame, formula: str) -> None:
    design = build_design(people, formula)
    theirs = Formula(formula.removeprefix("~")).get_model_matrix(people, context={}, output="pandas")
    assert design.terms == tuple(theirs.columns)
    np.testing.assert_array_equal(design.matrix, theirs.to_numpy(float))
    np.testing.assert_allclose(design.rows(people), design.matrix, rtol=1e-14)


@pytest.mark.parametrize(
    "dtype", ["Int64", "Float64", "int32", "float32", "int64[pyarrow]", "double[pyarrow]", "uint8", object]
)
def test_numbers_of_every_type_are_the_same(people: pd.DataFrame, dtype: object) -> None:
    typed = people.assign(tier=people.tier.astype(dtype))
    expected = build_design(people, "tier + age")
    design = build_design(typed, "tier + age")
    np.testing.assert_array_equal(design.matrix, expected.matrix)


@pytest.mark.parametrize("dtype", ["category", "string", "string[pyarrow]", object, "str"])
def test_text_of_every_type_is_the_same(people: pd.DataFrame, dtype: object) -> None:
    typed = people.assign(trade=people.trade.astype(dtype))
    expected = build_design(people, "trade + age")
    design = build_design(typed, "trade + age")
    assert design.terms == expected.terms
    np.testing.assert_array_equal(design.matrix, expected.matrix)


def test_missing_rows_are_counted_and_levels_without_rows_left_out(people: pd.DataFrame) -> None:
    gaps = people.assign(trade=people.trade.astype("category"), tier=people.tier.astype("Int64"))
    gaps.loc[gaps.trade == "office", "age"] = np.nan
    gaps.loc[3, "tier"] = pd.NA
    gaps = gaps.set_index(np.repeat([5, 6], N // 2))
    design = build_design(gaps, "age + trade + C(tier)", also=["sex"])
    assert "trade[T.office]" not in design.terms
    assert "C(tier)[T.2]" in design.terms
    assert design.n_dropped == N - len(design.matrix) > 0
    np.testing.assert_array_equal(gaps.age.to_numpy()[design.kept], design.matrix[:, design.terms.index("age")])


def test_without_intercept_factors_keep_a_reference(people: pd.DataFrame) -> None:
    for formula in ("trade + age", "0 + trade + age"):
        design = build_design(people, formula, intercept=False)
        assert design.terms == ("trade[T.industry]", "trade[T.office]", "age")
    with pytest.raises(BadArgument, match="no terms"):
        build_design(people, "1", intercept=False)
    assert build_design(people, "1", intercept=False, allow_empty=True).matrix.shape == (N, 0)


def test_cr_spline_beside_a_constant_loses_its_superfluous_column(people: pd.DataFrame) -> None:
    design = build_design(people, "cr(age, df=4)")
    assert len(design.terms) == 4
    assert np.linalg.matrix_rank(design.matrix) == 4
    np.testing.assert_allclose(design.rows(people), design.matrix)
    assert len(build_design(people, "cr(age, df=4)", intercept=False).terms) == 3


def test_new_data_keeps_levels_and_splines(people: pd.DataFrame) -> None:
    design = build_design(people, "trade + bs(age, df=4)")
    np.testing.assert_allclose(design.rows(people.iloc[[3]]), design.matrix[[3]])
    with pytest.raises(BadArgument, match="'trade' has levels the model has not seen: mining"):
        design.rows(people.iloc[[0]].assign(trade="mining"))
    with pytest.raises(BadArgument, match="missing in the new data"):
        design.rows(people.iloc[[0]].assign(age=np.nan))
    with pytest.raises(BadArgument, match="cannot be evaluated"):
        design.rows(people.iloc[[0]].assign(age=500.0))


def test_everyone_can_be_set_to_a_value(people: pd.DataFrame) -> None:
    design = build_design(people, "trade * age + C(tier)")
    changed = design.with_values({"trade": "industry", "tier": 1})
    expected = design.rows(people.assign(trade="industry", tier=1))
    np.testing.assert_allclose(changed, expected)
    with pytest.raises(BadArgument, match="does not use 'sex'"):
        design.with_values({"sex": "F"})
    with pytest.raises(BadArgument, match="not seen: mining"):
        design.with_values({"trade": "mining"})


def test_collinear_terms_are_named(people: pd.DataFrame) -> None:
    doubled = people.assign(months=people.age * 12 + 3, same=people.tier)
    with pytest.raises(Collinear, match="'age', 'months'"):
        build_design(doubled, "trade + age + months")
    with pytest.raises(Collinear, match="'age', 'months'"):
        build_design(doubled, "age + months", intercept=False)
    trade = people.trade
    dummies = people.assign(care=trade == "care", industry=trade == "industry", office=trade == "office")
    with pytest.raises(Collinear, match="care.*industry.*office"):
        build_design(dummies, "age + care + industry + office")


def test_nearly_collinear_terms_are_let_through(people: pd.DataFrame) -> None:
    years = people.assign(year=2000 + people.tier)
    assert build_design(years, "year + I(year**2)").matrix.shape == (N, 3)


def test_constant_column_is_named(people: pd.DataFrame) -> None:
    with pytest.raises(ConstantColumn, match="'wave' is 2 in every row used"):
        build_design(people.assign(wave=2), "age + wave")
    with pytest.raises(ConstantColumn):
        build_design(people.assign(wave=0.1), "age + wave", intercept=False)


@pytest.mark.parametrize(
    ("formula", "error", "words"),
    [
        ("age + salary", MissingColumn, "no column 'salary'"),
        ("sex ~ age", BadArgument, "left side"),
        ("age +* sex", BadArgument, "cannot be read"),
        ("np.os.getcwd()", BadArgument, "not allowed"),
        ("age.values", MissingColumn, "no column 'age.values'"),
        ("np.log(age).sum()", BadArgument, "cannot be read"),
        ("I(eval('1'))", BadArgument, "not allowed"),
        ("np.log(age - 1000)", BadArgument, "infinite or not a number"),
        ("np.log(trade)", BadArgument, "cannot be evaluated"),
    ],
)
def test_formulas_that_cannot_be_used(people: pd.DataFrame, formula: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build_design(people, formula)


def test_dates_are_refused_in_words(people: pd.DataFrame) -> None:
    dated = people.assign(answered=pd.Timestamp("2020-01-01"))
    with pytest.raises(BadArgument, match="'answered' has the type datetime64"):
        build_design(dated, "answered")


def test_nothing_left_says_which_column(people: pd.DataFrame) -> None:
    with pytest.raises(NoRows, match="'age' is missing in all"):
        build_design(people.assign(age=np.nan), "age")
    with pytest.raises(BadOutcome, match="'days' is missing in all"):
        build_design(people.assign(days=np.nan), "age", also=["days"])
    with pytest.raises(NoRows, match="no rows"):
        build_design(people.iloc[:0], "age")
    halves = people.assign(a=np.where(np.arange(N) < 100, np.nan, 1.0), b=np.where(np.arange(N) < 100, 1.0, np.nan))
    with pytest.raises(NoRows, match="complete in all of a, b"):
        build_design(halves, "a + b")


def test_two_columns_of_one_name_are_refused(people: pd.DataFrame) -> None:
    twice = pd.concat([people, people[["age"]]], axis=1)
    with pytest.raises(BadArgument, match="several columns named 'age'"):
        build_design(twice, "age")


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("count", [0, 1, -2, 3], "whole number from 0 up, but is -2 in row r2"),
        ("count", [0, 1.5, 2, 3], "but is 1.5 in row r1"),
        ("binary", [0, 1, 2, 2], "0 or 1, but is 2 in rows r2, r3"),
        ("amount", [0, 1, np.inf, 1], "but is inf in row r2"),
        ("binary", list("abab"), "holds text"),
    ],
)
def test_outcomes_of_the_wrong_kind(kind: str, values: list[object], words: str) -> None:
    data = pd.DataFrame({"y": values}, index=["r0", "r1", "r2", "r3"])
    with pytest.raises(BadOutcome, match=words):
        outcome_vector(data, "y", np.arange(4), kind=kind)


def test_yes_no_outcomes_of_every_type() -> None:
    for dtype in (bool, "boolean", "Int64", "bool[pyarrow]", float):
        data = pd.DataFrame({"y": pd.Series([1, 0, 1]).astype(dtype)})
        assert outcome_vector(data, "y", np.arange(3), kind="binary").tolist() == [1, 0, 1]


def test_frames_do_not_print_their_rows(people: pd.DataFrame) -> None:
    frame = model_frame(people, "age")
    assert repr(frame) == "ModelFrame('age', 240 rows)"
    assert "rows" in repr(frame.design())
    assert len(repr(frame.design())) < 100
