"""Factor models: gradient and information of the likelihood, structure recovered, and plain errors."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisWarning, BadArgument, Collinear, ConstantColumn, MissingColumn, TooFewGroups
from analysis.reliability import cfa, invariance
from analysis.reliability.measurement_fit import discrepancy, gradient_and_information, starting_values
from analysis.reliability.measurement_model import Sample, build_model

TWO = {"demands": ["d1", "d2", "d3"], "control": ["c1", "c2", "c3"]}


def answers(n: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    demands = rng.normal(size=n)
    control = 0.5 * demands + rng.normal(size=n)
    items = {f"d{k}": demands * k / 2 + rng.normal(size=n) for k in (1, 2, 3)}
    items |= {f"c{k}": control + 0.5 * k + rng.normal(size=n) for k in (1, 2, 3)}
    return pd.DataFrame(items).assign(language=np.where(rng.random(n) < 0.5, "nb", "en"))


def samples_of(frame: pd.DataFrame) -> list[Sample]:
    items = frame[[*TWO["demands"], *TWO["control"]]]
    return [
        Sample(label, int(rows.sum()), items[rows].mean().to_numpy(), np.cov(items[rows], rowvar=False, bias=True))
        for label, rows in ((label, frame.language == label) for label in ("nb", "en"))
    ]


@pytest.mark.parametrize("equal", [(), ("loadings",), ("loadings", "intercepts")])
def test_gradient_of_the_discrepancy(equal) -> None:
    samples = samples_of(answers())
    model = build_model(TWO, ["nb", "en"], equal, means=True)
    rng = np.random.default_rng(2)
    theta = starting_values(model, samples) + 0.05 * rng.normal(size=len(model.terms))
    gradient, information = gradient_and_information(model, theta, samples)
    steps = 1e-6 * np.eye(len(theta))
    numeric = [(discrepancy(model, theta + s, samples) - discrepancy(model, theta - s, samples)) / 2e-6 for s in steps]
    assert gradient == pytest.approx(numeric, rel=1e-5, abs=1e-7)
    assert np.linalg.eigvalsh(information)[0] > 0


def test_structure_is_recovered() -> None:
    fit = cfa(answers(5000), TWO)
    found = fit.loadings.set_index("item")["estimate"]
    assert found[["d1", "d2", "d3"]].to_numpy() == pytest.approx([1, 2, 3], rel=0.1)
    assert found[["c1", "c2", "c3"]].to_numpy() == pytest.approx([1, 1, 1], rel=0.1)
    assert fit.factor_correlations["correlation"][0] == pytest.approx(0.5 / np.sqrt(1.25), abs=0.05)
    assert fit.glance()["cfi"] > 0.99
    assert fit.indices.rmsea_low <= fit.indices.rmsea <= fit.indices.rmsea_high
    assert len(fit.tidy()) == len(fit.terms) == 13
    assert "cfi" in repr(fit)


def test_a_wrong_structure_fits_badly() -> None:
    wrong = {"one": ["d1", "d2", "c3"], "two": ["c1", "c2", "d3"]}
    with pytest.warns(AnalysisWarning):
        fit = cfa(answers(2000), wrong)
    assert fit.glance()["cfi"] < 0.9


def test_one_factor_of_all_items_is_the_default() -> None:
    frame = answers()[["d1", "d2", "d3"]]
    fit = cfa(frame)
    assert fit.indices.df == 0
    assert fit.indices.chisq == 0
    assert list(fit.loadings["item"]) == ["d1", "d2", "d3"]


def test_incomplete_rows_and_unknown_groups_are_counted() -> None:
    frame = answers()
    frame.loc[0, "d1"] = np.nan
    frame.loc[1, "language"] = None
    assert cfa(frame, TWO).n_dropped == 1
    assert cfa(frame, TWO, group="language").n_dropped == 2


def test_invariance_holds_where_it_was_made_and_not_where_it_was_broken() -> None:
    frame = answers(3000)
    held = invariance(frame, TWO, group="language")
    assert (held.table["delta_p_value"][1:] > 0.001).all()
    assert (held.table["delta_cfi"][1:] > -0.01).all()
    assert list(held.fits) == ["configural", "metric", "scalar"]
    broken = frame.assign(c2=frame.c2 + 0.8 * (frame.language == "en"))
    table = invariance(broken, TWO, group="language").table
    assert table["delta_cfi"][2] < -0.01
    assert table["delta_p_value"][2] < 1e-6


def test_errors_of_factor_models() -> None:
    frame = answers()
    with pytest.raises(MissingColumn, match="d9"):
        cfa(frame, {"demands": ["d1", "d2", "d9"]})
    with pytest.raises(BadArgument, match="not identified"):
        cfa(frame, {"demands": ["d1", "d2"]})
    with pytest.raises(BadArgument, match="two or more"):
        cfa(frame, {"demands": ["d1"], "control": ["c1", "c2"]})
    with pytest.raises(BadArgument, match="same item"):
        cfa(frame, {"demands": ["d1", "d2", "d3"], "control": ["d1", "c2", "c3"]})
    with pytest.raises(BadArgument, match="needs a group"):
        cfa(frame, TWO, equal=["loadings"])
    with pytest.raises(BadArgument, match="loadings"):
        cfa(frame, TWO, group="language", equal=["errors"])
    with pytest.raises(TooFewGroups, match="1 group"):
        cfa(frame.assign(language="nb"), TWO, group="language")
    with pytest.raises(TooFewGroups, match="Group en"):
        cfa(pd.concat([frame[frame.language == "nb"], frame[frame.language == "en"].head(4)]), TWO, group="language")
    with pytest.raises(ConstantColumn, match="'d2'"):
        cfa(frame.assign(d2=1), TWO)
    with pytest.raises(Collinear):
        cfa(frame.assign(d3=frame.d1 + frame.d2), TWO)


def test_negative_residual_variance_is_told_of() -> None:
    rng = np.random.default_rng(3)
    common = rng.normal(size=500)
    items = pd.DataFrame({"a": common, "b": common + rng.normal(size=500), "c": common + rng.normal(size=500)})
    items["a"] = items["a"] + 0.2 * rng.normal(size=500)
    items["c"] -= 0.3 * (items["b"] - common)
    with pytest.warns(AnalysisWarning, match="Heywood"):
        fit = cfa(items)
    assert any("residual variance of a" in note for note in fit.warnings)
