"""Counts beside R: Poisson, negative binomial, hurdle and zero-inflated models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from case import COEFFICIENT, STD_ERROR, VARIANCE, Case, Comparison, answers, frame

from analysis.counts import hurdle, negative_binomial, poisson, zero_inflated
from analysis.results import Fit

MORE = "more_counts.json"
# R's optim takes second derivatives by differences, good to about this.
NUMERIC_HESSIAN = 2e-4


def by_position(
    quantity: str, ours: Sequence[float] | np.ndarray, theirs: Mapping[str, float], tolerance: float
) -> list[Comparison]:
    """One comparison per coefficient; both sides list terms in the order of the formula."""
    assert len(ours) == len(theirs), f"{len(ours)} of ours, {len(theirs)} of R's: {list(theirs)}"
    pairs = zip(theirs.items(), ours, strict=True)
    return [(f"{quantity} {name}", float(mine), float(value), tolerance) for (name, value), mine in pairs]


def figures(fit: Fit, values: Mapping[str, Any], tolerances: Mapping[str, tuple[str, float]]) -> list[Comparison]:
    """Numbers of the glance: R's name -> our name and the tolerance, where R gave one."""
    glance = fit.glance()
    known = {name: place for name, place in tolerances.items() if values.get(name) is not None}
    return [(name, float(glance[ours]), float(values[name]), tolerance) for name, (ours, tolerance) in known.items()]


GLANCE = {
    "loglik": ("log_likelihood", COEFFICIENT),
    "deviance": ("deviance", COEFFICIENT),
    "null_deviance": ("null_deviance", COEFFICIENT),
    "aic": ("aic", COEFFICIENT),
    "dispersion": ("dispersion", STD_ERROR),
    "n": ("n", 0.0),
    "theta": ("theta", VARIANCE),
    "se_theta": ("std_error_theta", 1e-3),  # theta.ml evaluates it a step early, stopping at 1e-4
}


def compare_fit(
    fit: Fit, values: Mapping[str, Any], *, coefficient: float = COEFFICIENT, std_error: float = STD_ERROR
) -> list[Comparison]:
    compared = by_position("coef", fit.coefficients, values["coef"], coefficient) if "coef" in values else []
    if "se" in values:
        compared += by_position("se", fit.std_errors, values["se"], std_error)
    return compared + figures(fit, values, GLANCE)


def complete(data: pd.DataFrame) -> pd.DataFrame:
    return data.dropna().reset_index(drop=True)


def simple(
    name: str,
    fit: Callable[..., Fit],
    formula: str,
    *,
    file: str = MORE,
    whole: bool = False,
    coefficient: float = COEFFICIENT,
    std_error: float = STD_ERROR,
    **arguments: Any,
) -> Case:
    """A case whose comparison is a fit on its data file; `whole` uses its complete rows only."""
    answer = answers(file)[name]

    def compare() -> list[Comparison]:
        data = frame(answer["data"])
        found = fit(complete(data) if whole else data, formula, **arguments)
        return compare_fit(found, answer["values"], coefficient=coefficient, std_error=std_error)

    return Case(name, answer["call"], compare)


def biochemists() -> pd.DataFrame:
    data = frame("biochemists.csv").copy()
    data["mar"] = pd.Categorical(data.mar, categories=["Single", "Married"])
    return data


def compare_biochemists(fit: Callable[..., Fit], name: str) -> list[Comparison]:
    """R's optim stopped early (its log-likelihoods are some 1e-9 lower): coefficients compared in standard errors."""
    values = answers()["biochemists"]["values"][name]
    found = fit(biochemists(), "fem + mar + kid5 + phd + ment", outcome="art")
    theirs = {f"{part}_{term}": value for part in ("count", "zero") for term, value in values[part].items()}
    compared = [
        (f"coef {term} in standard errors", float(ours / error), value / error, 1e-3)
        for (term, value), ours, error in zip(theirs.items(), found.coefficients, found.std_errors, strict=True)
    ]
    if "se" in values:
        compared += by_position("se", found.std_errors, values["se"], NUMERIC_HESSIAN)
    return compared + figures(found, values, GLANCE)


def compare_two_part(
    name: str, fit: Callable[..., Fit], formula: str, arguments: Mapping[str, Any]
) -> list[Comparison]:
    answer = answers(MORE)[name]
    data = frame(answer["data"])
    found = fit(data, formula, **arguments)
    values = answer["values"]
    compared = compare_fit(found, values, coefficient=STD_ERROR, std_error=NUMERIC_HESSIAN)
    used = [*found.count_design.frame.columns, *found.zero_design.frame.columns, arguments["outcome"]]
    fitted = float(found.predict(data.dropna(subset=used)).mean())
    return [*compared, ("mean fitted", fitted, float(values["mean_fitted"]), STD_ERROR)]


def two_part(name: str, fit: Callable[..., Fit], formula: str, **arguments: Any) -> Case:
    return Case(name, answers(MORE)[name]["call"], partial(compare_two_part, name, fit, formula, arguments))


def compare_spline() -> list[Comparison]:
    values = answers(MORE)["poisson_spline"]["values"]
    found = poisson(complete(frame("more_counts_sim.csv")), "bs(x, df=5) + shift", outcome="spells")
    row = found.tidy().set_index("term").loc["shift"]
    return [
        *figures(found, values, GLANCE),
        ("coef shift", float(row.estimate), values["shift"], COEFFICIENT),
        ("se shift", float(row.std_error), values["se_shift"], STD_ERROR),
    ]


POISSON = {"dist": "poisson"}
DAYS = {"outcome": "days", "exposure": "years"}
RATES = {"outcome": "spells", "exposure": "years"}
QUINE = "eth + sex + age + lrn"
CASES = [
    simple("quine", poisson, QUINE, file="reference.json", outcome="days"),
    simple("quine_nb", negative_binomial, QUINE, file="reference.json", outcome="days"),
    Case("biochemists hurdle", answers()["biochemists"]["call"], partial(compare_biochemists, hurdle, "hurdle")),
    Case("biochemists zinb", answers()["biochemists"]["call"], partial(compare_biochemists, zero_inflated, "zinb")),
    simple("poisson_interaction", poisson, "wool * tension", outcome="breaks"),
    simple("poisson_offset", poisson, "district + group + age", outcome="claims", exposure="holders"),
    simple("poisson_missing", poisson, "x * shift + group + I(year - 2019)", **RATES),
    simple(
        "poisson_year_uncentred",
        poisson,
        "year + I(year**2) + shift",
        outcome="spells",
        exposure="years",
        coefficient=STD_ERROR,
        std_error=VARIANCE,
    ),
    Case("poisson_spline", answers(MORE)["poisson_spline"]["call"], compare_spline),
    simple("poisson_cluster", poisson, "x + shift + group", **RATES, cluster="id", whole=True),
    simple(
        "poisson_cluster_gee",
        poisson,
        "x + shift + group",
        outcome="spells",
        exposure="years",
        cluster="id",
        whole=True,
    ),
    simple("nb_interaction", negative_binomial, "wool * tension", outcome="breaks"),
    simple("nb_epil", negative_binomial, "lbase * trt + lage + V4", outcome="y"),
    simple("nb_offset_small_theta", negative_binomial, "x + shift + group", outcome="days", exposure="years"),
    simple("nb_large_theta", negative_binomial, "x + shift + group", outcome="mild"),
    simple("nb_cluster", negative_binomial, "x + shift + group", whole=True, **DAYS, cluster="id"),
    simple("nb_intercept", negative_binomial, "1", outcome="days"),
    two_part("hurdle_negbin_parts", hurdle, "fem + kid5 + ment", zero_formula="ment + mar", outcome="art"),
    two_part("hurdle_poisson", hurdle, "fem * kid5 + phd", outcome="art", **POISSON),
    two_part("hurdle_offset", hurdle, "x + shift", zero_formula="shift", outcome="zi", exposure="years"),
    two_part("zeroinfl_negbin", zero_inflated, "x + shift", zero_formula="shift", outcome="zi", exposure="years"),
    two_part("zeroinfl_poisson", zero_inflated, "fem + kid5 + ment", outcome="art", zero_formula="ment", **POISSON),
    two_part("zeroinfl_negbin_bio", zero_inflated, "fem + kid5 + ment", zero_formula="ment", outcome="art"),
]
