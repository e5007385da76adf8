"""Attributable fractions, additive interaction, E-values: known answers, and plain errors."""

import numpy as np
import pandas as pd
import pytest

from analysis.attributable import additive_interaction, attributable_fraction, e_value
from analysis.binary import logistic, risk_ratio
from analysis.counts import hurdle, negative_binomial, poisson
from analysis.errors import AnalysisWarning, BadArgument
from analysis.survival import cox


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    n = 800
    data = pd.DataFrame(
        {"night": rng.integers(0, 2, n), "sex": rng.choice(["F", "M"], n), "unit": rng.integers(0, 40, n)}
    )
    data["strain"] = rng.choice(["low", "mid", "high"], n)
    risk = 0.15 + 0.15 * data.night + 0.1 * (data.strain == "high")
    data["ill"] = (rng.random(n) < risk).astype(int)
    data["years"] = rng.uniform(0.5, 2, n)
    data["spells"] = rng.poisson(4 * risk * data.years)
    data["stop"] = rng.exponential(1 / risk)
    data["event"] = data["stop"] < 3
    data["stop"] = np.minimum(data["stop"], 3)
    return data


FITS = {
    "logistic": lambda d, **named: logistic(d, "night + strain + sex", outcome="ill", **named),
    "risk_ratio": lambda d, **named: risk_ratio(d, "night + strain + sex", outcome="ill", **named),
    "poisson": lambda d, **named: poisson(d, "night + strain + sex", outcome="spells", exposure="years", **named),
    "negative_binomial": lambda d, **named: negative_binomial(
        d, "night + strain + sex", outcome="spells", exposure="years", **named
    ),
    "cox": lambda d, **named: cox(d, "night + strain + sex", stop="stop", event="event", **named),
}


@pytest.mark.parametrize("name", FITS)
@pytest.mark.filterwarnings("ignore::analysis.errors.AnalysisWarning")
def test_interval_agrees_with_the_bootstrap(people: pd.DataFrame, name: str) -> None:
    """The standard error of log(1 - AF) is that of refitting on resampled rows, to within the bootstrap's own noise."""
    found = attributable_fraction(FITS[name](people), "night", reference=0)
    rng = np.random.default_rng(8)
    draws = []
    for _ in range(80):
        again = people.iloc[rng.integers(0, len(people), len(people))].reset_index(drop=True)
        draws.append(attributable_fraction(FITS[name](again), "night", reference=0).estimate)
    assert found.std_error_log == pytest.approx(np.std(np.log1p(-np.array(draws))), rel=0.3)
    assert found.conf_low < found.estimate < found.conf_high


@pytest.mark.parametrize("name", FITS)
@pytest.mark.filterwarnings("ignore::analysis.errors.AnalysisWarning")
def test_everyone_in_a_cluster_twice_is_the_same_people(people: pd.DataFrame, name: str) -> None:
    """Each person copied once, and the pair taken as a cluster: the interval is that of the single persons."""
    once = people.assign(pair=range(len(people)))
    single = attributable_fraction(FITS[name](once, cluster="pair"), "night", reference=0)
    twice = pd.concat([once] * 2, ignore_index=True)
    paired = attributable_fraction(FITS[name](twice, cluster="pair"), "night", reference=0)
    tolerance = 1e-2 if name == "cox" else 1e-6  # copies are ties, which Efron's method shares differently
    assert paired.estimate == pytest.approx(single.estimate, rel=tolerance)
    assert paired.std_error_log == pytest.approx(single.std_error_log, rel=tolerance)


def test_a_factor_and_several_exposures(people: pd.DataFrame) -> None:
    fit = logistic(people, "night * strain + sex", outcome="ill")
    one = attributable_fraction(fit, "strain", reference="low")
    both = attributable_fraction(fit, ["night", "strain"], reference=[0, "low"], level=0.99)
    assert one.exposure == ("strain",)
    counterfactual = people.assign(night=0, strain="low")
    assert both.estimate == pytest.approx(1 - fit.predict(counterfactual).mean() / people.ill.mean())
    assert both.tidy(level=0.95).conf_low[0] > both.conf_low
    assert both.glance()["n"] == len(people)


def test_what_cannot_be_attributed_is_said(people: pd.DataFrame) -> None:
    fit = logistic(people, "night + strain", outcome="ill")
    with pytest.raises(BadArgument, match="does not use 'sex'"):
        attributable_fraction(fit, "sex", reference="F")
    with pytest.raises(BadArgument, match="not seen: none"):
        attributable_fraction(fit, "strain", reference="none")
    with pytest.raises(BadArgument, match="2 exposures but 1 references"):
        attributable_fraction(fit, ["night", "strain"], reference=[0])
    with pytest.raises(BadArgument, match="not a HurdleFit"):
        attributable_fraction(hurdle(people, "night", outcome="spells", dist="poisson"), "night", reference=0)


def test_interaction_of_factors_is_found_by_column(people: pd.DataFrame) -> None:
    fit = risk_ratio(people, "night * sex", outcome="ill")
    by_column = additive_interaction(fit, "night", "sex")
    by_term = additive_interaction(fit, "night", "sex[T.M]")
    assert by_column.reri == by_term.reri
    risk = people.groupby(["night", "sex"]).ill.mean()
    none = risk[0, "F"]
    assert by_column.reri == pytest.approx((risk[1, "M"] - risk[1, "F"] - risk[0, "M"]) / none + 1)
    assert by_column.attributable_proportion == pytest.approx(by_column.reri / (risk[1, "M"] / none))
    assert by_column.conf_low < by_column.reri < by_column.conf_high
    with pytest.raises(BadArgument, match="no product"):
        additive_interaction(logistic(people, "night + sex", outcome="ill"), "night", "sex")
    with pytest.raises(BadArgument, match="several terms"):
        additive_interaction(logistic(people, "night * strain", outcome="ill"), "night", "strain")


def test_synergy_without_excess_risks_is_left_out_aloud() -> None:
    rows = {(0, 0): 40, (1, 0): 20, (0, 1): 30, (1, 1): 10}
    data = pd.DataFrame([(a, b, i < k) for (a, b), k in rows.items() for i in range(100)], columns=["a", "b", "ill"])
    with pytest.warns(AnalysisWarning, match="S has no meaning"):
        found = additive_interaction(logistic(data, "a * b", outcome="ill"), "a", "b")
    assert np.isnan(found.synergy)
    assert found.warnings


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({"estimate": 3.9}, 7.263034),
        ({"estimate": 0.8}, 1.809017),
        ({"estimate": 1.0}, 1.0),
        ({"estimate": 2.0, "measure": "OR", "common_outcome": True}, 2.179581),
        ({"estimate": 0.56, "measure": "HR"}, 2.970223),
        ({"estimate": 0.56, "measure": "HR", "common_outcome": True}, 2.349531),
        ({"estimate": 1.5, "true": 1.2}, 1.809017),
    ],
)
def test_e_values_of_the_formula(call: dict[str, object], expected: float) -> None:
    assert float(e_value(**call)) == pytest.approx(expected, abs=2e-6)


def test_e_value_of_the_limit() -> None:
    assert e_value(1.5, conf_low=0.9, conf_high=2.5).limit == 1
    assert e_value(0.6, conf_low=0.4, conf_high=0.8).limit == pytest.approx(float(e_value(0.8)))
    assert e_value(2.0).limit is None
    for wrong in ({"estimate": -0.4}, {"estimate": 2.0, "measure": "RD"}, {"estimate": 2.0, "conf_low": 2.5}):
        with pytest.raises(BadArgument):
            e_value(**wrong)
