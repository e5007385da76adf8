"""Cox models and shared frailties beside R's survival::coxph, cox.zph, basehaz, survfit and residuals."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from case import COEFFICIENT, STD_ERROR, VARIANCE, Case, Comparison, answers, frame

from analysis.survival import CoxFit, cox, frailty_cox

MORE = "more_cox.json"
RESIDUALS = {"scaledsch": "scaled_schoenfeld"}


def quietly(fit: Callable[..., Any], *args: Any, **named: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(*args, **named)


def numbers(name: str, ours: Iterable[float], theirs: Any, tolerance: float) -> list[Comparison]:
    """Ours and R's numbers in the same order; R writes a vector of one as a scalar."""
    pairs = zip(np.ravel(np.asarray(ours, dtype=float)), np.ravel(np.asarray(theirs, dtype=float)), strict=True)
    return [(f"{name} {k + 1}", float(a), float(b), tolerance) for k, (a, b) in enumerate(pairs)]


def original(name: str, data: pd.DataFrame, formula: str, **named: Any) -> Case:
    """A case of reference.json, by the names of its terms."""
    answer = answers()[name]

    def compare() -> list[Comparison]:
        fit, values = quietly(cox, data, formula, **named), answer["values"]
        naive = np.sqrt(np.diag(fit.naive_covariance))
        expected = list(values["coef"])
        assert expected == list(fit.terms)
        compared = [
            *numbers("coef", fit.coefficients, [values["coef"][t] for t in expected], COEFFICIENT),
            *numbers("se", naive, [values["se"][t] for t in expected], STD_ERROR),
            ("log-likelihood", fit.log_likelihood, values["loglik"], COEFFICIENT),
            ("n", fit.n, values["n"], 0.0),
            ("events", fit.events, values["events"], 0.0),
        ]
        if values["robust_se"]:
            robust = [values["robust_se"][t] for t in expected]
            compared += numbers("robust se", fit.std_errors, robust, STD_ERROR)
        return compared

    return Case(name, answer["call"], compare)


def zph() -> Case:
    answer = answers()["lung_zph"]

    def compare() -> list[Comparison]:
        table = cox(frame("lung.csv"), "age+sex+ph_ecog", stop="time", event="status").proportionality()
        values = answer["values"]
        return [
            *numbers("chi-square", table["chisq"], [values["chisq"][t] for t in table["term"]], COEFFICIENT),
            *numbers("df", table["df"], [values["df"][t] for t in table["term"]], 0.0),
            *numbers("p", table["p_value"], [values["p"][t] for t in table["term"]], COEFFICIENT),
        ]

    return Case("lung_zph", answer["call"], compare)


def more(name: str) -> Case:
    """A case of more_cox.json, which carries our arguments; terms are in the same order as R's."""
    answer = answers(MORE)[name]
    fitter = frailty if "theta" in answer["values"] else model
    return Case(name, answer["call"], lambda: fitter(frame(answer["data"]), answer["arguments"], answer["values"]))


def model(data: pd.DataFrame, arguments: dict[str, Any], values: dict[str, Any]) -> list[Comparison]:
    fit: CoxFit = quietly(cox, data, **arguments)
    glance = fit.glance()
    compared = [
        *numbers("coef", fit.coefficients, values["coef"], COEFFICIENT),
        *numbers("se", np.sqrt(np.diag(fit.naive_covariance)), values["se"], STD_ERROR),
        *numbers("log-likelihood", [fit.log_likelihood_null, fit.log_likelihood], values["loglik"], COEFFICIENT),
        ("n", fit.n, values["n"], 0.0),
        ("events", fit.events, values["events"], 0.0),
        ("score test", glance["score"], values["score"], COEFFICIENT),
        ("Wald test", glance["wald"], values["wald"], STD_ERROR),
        ("concordance", glance["concordance"], values["concordance"], COEFFICIENT),
    ]
    assert fit.robust == (values["robust_se"] is not None)
    if fit.robust:
        compared += numbers("robust se", fit.std_errors, values["robust_se"], STD_ERROR)
    if values["zph"]:
        table = fit.proportionality()
        compared += numbers("zph chi-square", table["chisq"], values["zph"]["chisq"], STD_ERROR)
        compared += numbers("zph df", table["df"], values["zph"]["df"], 0.0)
        compared += numbers("zph p", table["p_value"], values["zph"]["p"], STD_ERROR)
    hazard, theirs = fit.baseline(), values["hazard"]
    compared += [
        ("baseline rows", len(hazard), theirs["rows"], 0.0),
        ("baseline sum", hazard["cumulative_hazard"].sum(), theirs["sum"], STD_ERROR),
        ("baseline last", hazard["cumulative_hazard"].iloc[-1], theirs["last"], STD_ERROR),
    ]
    for kind, r in (values.get("residuals") or {}).items():
        residuals = fit.residuals(RESIDUALS.get(kind, kind)).to_numpy().reshape(-1, len(r["first"][0]))
        compared += numbers(kind, residuals[: len(r["first"])], r["first"], STD_ERROR)
        compared.append((f"{kind} size", float((residuals**2).sum()), r["size"], STD_ERROR))
    if values.get("predicted"):
        compared += predictions(fit, values["predicted"])
    return compared


def predictions(fit: CoxFit, theirs: dict[str, Any]) -> list[Comparison]:
    profiles, times = pd.DataFrame(theirs["profiles"]), theirs["times"]
    ours = fit.predict_survival(profiles, times=times)
    compared = []
    for row, curve in enumerate(theirs["curves"]):
        mine = ours[ours["row"] == row]
        for column, values in curve.items():
            compared += numbers(f"predicted {column} of profile {row + 1},", mine[column], values, STD_ERROR)
    return compared


def frailty(data: pd.DataFrame, arguments: dict[str, Any], values: dict[str, Any]) -> list[Comparison]:
    fit = quietly(frailty_cox, data, **arguments)
    compared = [
        *numbers("coef", fit.coefficients, values["coef"], VARIANCE),
        *numbers("se", fit.std_errors, values["se"], VARIANCE),
        ("theta", fit.theta, values["theta"], VARIANCE),
        ("integrated log-likelihood", fit.log_likelihood, values["loglik"], COEFFICIENT),
        ("n", fit.n, values["n"], 0.0),
        ("events", fit.events, values["events"], 0.0),
    ]
    if values["frailty"]:
        first = fit.frailties.sort_index().iloc[: len(values["frailty"])]
        compared += numbers("frailty", first, values["frailty"], VARIANCE)
    return compared


LUNG, CGD = frame("lung.csv"), frame("cgd.csv")
GAP = CGD.assign(gap=CGD["tstop"] - CGD["tstart"])
RIGHT = {"stop": "time", "event": "status"}
COUNTING = {"start": "tstart", "stop": "tstop", "event": "status", "cluster": "id"}

CASES = [
    original("lung", LUNG, "age+sex+ph_ecog", **RIGHT),
    original("lung_breslow", LUNG, "age+sex+ph_ecog", ties="breslow", **RIGHT),
    original("lung_strata", LUNG, "age+ph_ecog", strata="sex", **RIGHT),
    zph(),
    original("cgd", CGD, "treat", **COUNTING),
    original("cgd_adj", CGD, "treat+male+age+autosomal", **COUNTING),
    original("cgd_pwp_tt", CGD, "treat", strata="enum", **COUNTING),
    original("cgd_pwp_gt", GAP, "treat", stop="gap", event="status", cluster="id", strata="enum"),
    *(more(name) for name in answers(MORE)),
]
