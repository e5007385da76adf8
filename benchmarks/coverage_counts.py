"""Do 95 % intervals of rate ratios and attributable fractions hold the truth in 95 of 100 draws?"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from analysis.attributable import attributable_fraction
from analysis.binary import logistic
from analysis.counts import negative_binomial, poisson
from analysis.errors import AnalysisWarning
from analysis.survival import cox
from benchmarks.section import Row, Section

DRAWS = 500
# Log rate ratios of the counts, and the spread of the negative binomial.
STRAIN, SHIFT, THETA = 0.25, 0.5, 0.8
# Attributable fractions: log odds, rate or hazard ratio of night work, by sex, which also changes how common it is.
NIGHT, MALE, COMMON = 0.7, 0.4, (0.3, 0.6)
LEAST, MOST = 0.93, 0.97

Hits = dict[str, bool]


def within(table: pd.DataFrame, truths: dict[str, float]) -> Hits:
    rows = table.set_index("term").loc[list(truths)]
    return {
        term: bool(low <= truths[term] <= high)
        for term, low, high in zip(truths, rows.conf_low, rows.conf_high, strict=True)
    }


def counts(rng: np.random.Generator) -> Hits:
    """400 people, followed for unequal times."""
    n = 400
    data = pd.DataFrame({"strain": rng.normal(size=n), "shift": rng.integers(0, 2, n), "years": rng.uniform(0.5, 3, n)})
    mean = np.exp(0.3 + STRAIN * data.strain + SHIFT * data["shift"]) * data.years
    data["days"] = rng.negative_binomial(THETA, THETA / (THETA + mean))
    fit = negative_binomial(data, "strain + shift", outcome="days", exposure="years")
    return within(fit.tidy(), {"strain": STRAIN, "shift": SHIFT})


def workers(rng: np.random.Generator, n: int) -> pd.DataFrame:
    male = rng.integers(0, 2, n)
    return pd.DataFrame({"male": male, "night": (rng.random(n) < np.take(COMMON, male)).astype(int)})


def true_fraction(mean: Callable[[float, int], float]) -> float:
    """1 - E(mean without night work) / E(mean), over the population's sexes and night work."""
    cells = [(night, male, 0.5 * abs(1 - night - COMMON[male])) for male in (0, 1) for night in (0, 1)]
    as_is = sum(share * mean(NIGHT * night, male) for night, male, share in cells)
    without = sum(share * mean(0.0, male) for _, male, share in cells)
    return 1 - without / as_is


def fraction_logistic(rng: np.random.Generator) -> Hits:
    def risk(night: float, male: int) -> float:
        return float(special.expit(-1.5 + night + MALE * male))

    data = workers(rng, 500)
    odds = -1.5 + NIGHT * data.night + MALE * data.male
    data["ill"] = (rng.random(len(data)) < special.expit(odds)).astype(int)
    fit = logistic(data, "night + male", outcome="ill")
    return within(attributable_fraction(fit, "night", reference=0).tidy(), {"night": true_fraction(risk)})


def fraction_poisson(rng: np.random.Generator) -> Hits:
    def rate(night: float, male: int) -> float:
        return float(np.exp(-1 + night + MALE * male))

    data = workers(rng, 400).assign(years=rng.uniform(0.5, 3, 400))
    data["spells"] = rng.poisson(np.exp(-1 + NIGHT * data.night + MALE * data.male) * data.years)
    fit = poisson(data, "night + male", outcome="spells", exposure="years")
    return within(attributable_fraction(fit, "night", reference=0).tidy(), {"night": true_fraction(rate)})


def fraction_cox(rng: np.random.Generator) -> Hits:
    """1,500 people followed for one year; the fraction is that among the cases of the year."""
    data = workers(rng, 1500)
    hazard = 0.1 * np.exp(NIGHT * data.night + MALE * data.male)
    time = rng.exponential(1 / hazard)
    data["stop"], data["event"] = np.minimum(time, 1.0), time <= 1
    fit = cox(data, "night + male", stop="stop", event="event")
    found = attributable_fraction(fit, "night", reference=0).tidy()
    return within(found, {"night": fraction_among_cases()})


def fraction_among_cases() -> float:
    """The mean over cases within the follow-up of 1 - 1/HR: each cell's cases are its share times 1 - exp(-hazard)."""
    cells = [(night, male, 0.5 * abs(1 - night - COMMON[male])) for male in (0, 1) for night in (0, 1)]
    cases = [share * -np.expm1(-0.1 * np.exp(NIGHT * night + MALE * male)) for night, male, share in cells]
    exposed = sum(case for case, (night, _, _) in zip(cases, cells, strict=True) if night)
    return float((1 - np.exp(-NIGHT)) * exposed / sum(cases))


DESIGNS: dict[str, Callable[[np.random.Generator], Hits]] = {
    "negative binomial": counts,
    "attributable fraction, logistic": fraction_logistic,
    "attributable fraction, Poisson": fraction_poisson,
    "attributable fraction, Cox": fraction_cox,
}


def covered(design: str, draws: int = DRAWS) -> dict[str, float]:
    """Share of draws whose interval holds the truth, by term."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnalysisWarning)
        for seed in range(draws):
            found.append(DESIGNS[design](np.random.default_rng([46, list(DESIGNS).index(design), seed])))
    return {term: sum(hits[term] for hits in found) / draws for term in found[0]}


def measure() -> Section:
    rows = [
        Row(f"{design}: {term}", f"{share:.1%}", "95 %", "", "93-97 %", LEAST <= share <= MOST)
        for design in DESIGNS
        for term, share in covered(design).items()
    ]
    note = f"{DRAWS} seeded draws each. The fractions' truths are the population's, computed by enumeration."
    return Section("coverage_counts", "Coverage: negative binomial and attributable fractions", rows, note=note)
