"""Mixed models, marginal models and intraclass correlations beside lme4, geepack and multilevel."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
from case import COEFFICIENT, STD_ERROR, VARIANCE, Case, Comparison, answers, compare_terms, frame

from analysis.multilevel import gee, icc, linear_mixed, logistic_mixed
from analysis.results import Fit

MORE = "more_multilevel.json"

# glmer takes its Hessian by differences of a deviance that its inner iterations know to about seven digits, so its
# errors carry three to four digits; ours come from the exact gradient (tests/unit/multilevel checks that gradient).
GLMER_COEFFICIENT, GLMER_ERROR = 5e-5, 5e-4

NAMES = {
    "(Intercept)": "Intercept", "factor(skill)2": "C(skill)[T.2]", "factor(skill)3": "C(skill)[T.3]",
    "sexM": "sex[T.M]", "x:sexM": "x:sex[T.M]", "CuCu035": "Cu[T.Cu035]", "CuCu175": "Cu[T.Cu175]",
    "treatP": "treat[T.P]", "periodp2": "period[T.p2]", "periodp3": "period[T.p3]", "periodp4": "period[T.p4]",
}  # fmt: skip


def terms_of(fit: Fit, values: dict[str, Any], tolerance: float, error_tolerance: float) -> list[Comparison]:
    coefficients = dict(zip(fit.terms, fit.coefficients, strict=True))
    errors = dict(zip(fit.terms, fit.std_errors, strict=True))
    return [
        *compare_terms("coef", coefficients, values["coef"], NAMES, tolerance),
        *compare_terms("se", errors, values["se"], NAMES, error_tolerance),
    ]


def quietly(fit: Callable[..., Any], *args: Any, **named: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(*args, **named)


def linear(name: str, data: pd.DataFrame, formula: str, **named: Any) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        values = answer["values"]
        fit = quietly(linear_mixed, data, formula, **named)
        covariance = fit.group_covariance
        variances = (
            [covariance[0, 0]] if len(covariance) == 1 else [covariance[0, 0], covariance[1, 1], covariance[0, 1]]
        )
        theirs = values["covariance"] if isinstance(values["covariance"], list) else [values["covariance"]]
        return [
            *terms_of(fit, values, COEFFICIENT, STD_ERROR),
            *(
                (f"group (co)variance {k + 1}", v, r, VARIANCE)
                for k, (v, r) in enumerate(zip(variances, theirs, strict=True))
            ),
            ("var_resid", fit.var_resid, values["var_resid"], VARIANCE),
            ("deviance", fit.deviance, values["deviance"], COEFFICIENT),
            ("n", fit.n, values["n"], 0),
            ("groups", fit.n_groups, values["groups"], 0),
        ]

    return Case(name, answer["call"], compare)


def logistic(name: str, data: pd.DataFrame, formula: str, **named: Any) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        values = answer["values"]
        fit = quietly(logistic_mixed, data, formula, **named)
        return [
            *terms_of(fit, values, GLMER_COEFFICIENT, GLMER_ERROR),
            ("sd_group", fit.sd_group, values["sd_group"], VARIANCE),
            ("loglik", fit.log_likelihood, values["loglik"], COEFFICIENT),
            ("n", fit.n, values["n"], 0),
            ("groups", fit.n_groups, values["groups"], 0),
        ]

    return Case(name, answer["call"], compare)


def marginal(name: str, data: pd.DataFrame, formula: str, correlation: str, **named: Any) -> Case:
    answer = answers(MORE)[f"{name}_{correlation}"]

    def compare() -> list[Comparison]:
        values = answer["values"]
        fit = quietly(gee, data, formula, correlation=correlation, **named)
        rows = [*terms_of(fit, values, COEFFICIENT, STD_ERROR), ("scale", fit.scale, values["scale"], COEFFICIENT)]
        if values["alpha"] is not None:
            rows.append(("correlation", fit.correlation_parameter, values["alpha"], STD_ERROR))
        return rows

    return Case(f"{name}_{correlation}", answer["call"], compare)


def intraclass(name: str, data: pd.DataFrame) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        found = icc(data, outcome=answer["outcome"], group=answer["group"])
        values = answer["values"]
        return [
            ("icc1", found.icc1, values["icc1"], COEFFICIENT),
            ("icc2", found.icc2, values["icc2"], COEFFICIENT),
            ("F", found.f_statistic, values["f"], COEFFICIENT),
        ]

    return Case(name, answer["call"], compare)


def bh1996() -> list[Comparison]:
    values = answers()["bh1996"]["values"]
    data = frame("bh1996.csv")
    rows: list[Comparison] = []
    for column in ("hrs", "lead", "cohes", "wbeing"):
        found = icc(data, outcome=column, group="grp")
        rows += [(f"icc1 {column}", found.icc1, values[column]["icc1"], COEFFICIENT)]
        rows += [(f"icc2 {column}", found.icc2, values[column]["icc2"], COEFFICIENT)]
    fit = linear_mixed(data, "hrs + g_hrs", outcome="wbeing", group="grp")
    return [
        *rows,
        *terms_of(fit, values["lmm"], COEFFICIENT, STD_ERROR),
        ("var_group", fit.var_group, values["lmm"]["var_group"], VARIANCE),
        ("var_resid", fit.var_resid, values["lmm"]["var_resid"], VARIANCE),
        ("REML", fit.deviance, values["lmm"]["reml"], COEFFICIENT),
    ]


SLEEP, UNITS, PIGS = frame("sleepstudy.csv"), frame("sim_units.csv"), frame("dietox.csv")
COMPLETE = UNITS.dropna()
OHIO, HERDS, VISITS, SEIZURES = frame("ohio.csv"), frame("cbpp1.csv"), frame("respiratory.csv"), frame("sz.csv")
PATIENT = {"formula": "treat + sex + age + baseline", "outcome": "outcome", "group": "id"}

CASES = [
    Case("bh1996", answers()["bh1996"]["call"], bh1996),
    linear("sleepstudy", SLEEP, "Days", outcome="Reaction", group="Subject"),
    linear("sleepstudy_ml", SLEEP, "Days", outcome="Reaction", group="Subject", method="ml"),
    linear("sleepstudy_slope", SLEEP, "Days", outcome="Reaction", group="Subject", slopes="Days"),
    linear("sleepstudy_slope_ml", SLEEP, "Days", outcome="Reaction", group="Subject", slopes="Days", method="ml"),
    linear("units_lmm", UNITS, "x + z + sex + C(skill)", outcome="y", group="unit"),
    linear("units_slope", UNITS, "x + z + sex", outcome="y", group="unit", slopes=["x"]),
    linear("units_interaction", UNITS, "x * sex", outcome="y", group="unit"),
    linear("units_boundary", UNITS, "x + sex", outcome="none", group="unit"),
    linear("units_zero", UNITS, "sex", outcome="noise", group="unit"),
    linear("dietox_lmm", PIGS, "Time + Cu", outcome="Weight", group="Pig"),
    logistic("cbpp", HERDS, "period", outcome="sick", group="herd"),
    logistic("ohio_glmm", OHIO, "age + smoke", outcome="resp", group="id"),
    logistic("units_glmm", UNITS, "x + sex + C(skill)", outcome="event", group="unit"),
    logistic("units_null", UNITS, "1", outcome="event", group="unit"),
    logistic("units_coin", UNITS, "x + sex", outcome="coin", group="unit"),
    logistic("units_zero_glmm", UNITS, "x + sex", outcome="alternate", group="unit"),
    logistic("respiratory_glmm", VISITS, **PATIENT),
    *(
        case
        for kind in ("independence", "exchangeable", "ar1")
        for case in (
            marginal("ohio", OHIO, "age * smoke", kind, outcome="resp", group="id", family="binomial"),
            marginal("dietox", PIGS, "Time + Cu", kind, outcome="Weight", group="Pig"),
            marginal("seizure", SEIZURES, "trt + base + age", kind, outcome="y", group="id", family="poisson"),
            marginal("respiratory", VISITS, correlation=kind, family="binomial", **PATIENT),
            marginal("units_count", COMPLETE, "x + sex", kind, outcome="count", group="unit", family="poisson"),
        )
    ),
    intraclass("icc_units", COMPLETE),
    intraclass("icc_units_none", COMPLETE),
    intraclass("icc_sleep", SLEEP),
    intraclass("icc_dietox", PIGS),
]
