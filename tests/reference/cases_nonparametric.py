"""Curves, tests, competing risks and Fine-Gray beside R's survival and cmprsk."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from case import COEFFICIENT, STD_ERROR, Case, Comparison, answers, compare_terms, frame

from analysis.survival import (
    cumulative_incidence,
    fine_gray,
    kaplan_meier,
    logrank,
    survival_quantile,
)

MORE = "more_nonparametric.json"
CURVE = 1e-9  # no iteration in them


def _numbers(values: Any) -> np.ndarray:
    """R's numbers, with NaN for NA."""
    return np.array(
        [np.nan if v in (None, "NA", "NaN") else v for v in np.atleast_1d(np.array(values, dtype=object))], dtype=float
    )


def _pairs(quantity: str, ours: Sequence[float], theirs: Any, tolerance: float = CURVE) -> Iterable[Comparison]:
    """The largest difference of two columns, as the pair that shows it; missing must be missing in both."""
    mine, r = np.asarray(ours, dtype=float), _numbers(theirs)
    if mine.shape != r.shape or (np.isnan(mine) != np.isnan(r)).any():
        yield quantity, float("nan"), float(r.size), tolerance
        return
    known = ~np.isnan(r)
    if known.any():
        worst = int(np.argmax(np.where(known, np.abs(mine - r) / np.maximum(np.abs(r), 1e-3), -1)))
        yield quantity, float(mine[worst]), float(r[worst]), tolerance


def _lung_km() -> list[Comparison]:
    given = answers()["lung_km"]["values"]
    curve = kaplan_meier(frame("lung.csv"), stop="time", event="status")
    at = curve.iloc[np.searchsorted(curve["time"], given["time"], side="right") - 1]
    median = survival_quantile(frame("lung.csv"), stop="time", event="status")["time"]
    # summary.survfit tells those at risk just before the time asked for, which is the curve's next time.
    following = curve.iloc[np.searchsorted(curve["time"], given["time"], side="left")]
    return [
        *_pairs("n_risk", following["n_risk"], given["n_risk"]),
        *_pairs("survival", at["survival"], given["surv"]),
        *_pairs("std_error", at["std_error"], given["se"]),
        *_pairs("conf_low", at["conf_low"], given["lower"]),
        *_pairs("conf_high", at["conf_high"], given["upper"]),
        *_pairs("median", median, given["median"]),
    ]


def _lung_logrank() -> list[Comparison]:
    test = logrank(frame("lung.csv"), stop="time", event="status", by="sex")
    return [("chisq", test.chisq, answers()["lung_logrank"]["values"]["chisq"], CURVE)]


def _mgus2() -> list[Comparison]:
    given, data = answers()["mgus2_cr"]["values"], frame("mgus2_cr.csv")
    fit = fine_gray(data, "age + male", stop="etime", cause="event")
    tidy = fit.tidy().set_index("term")
    result = cumulative_incidence(data, stop="etime", cause="event", by="male")
    compared = [
        *compare_terms("crr", tidy["estimate"], given["crr"]["coef"], {}, COEFFICIENT),
        *compare_terms("crr se", tidy["std_error"], given["crr"]["robust_se"], {}, STD_ERROR),
    ]
    for curve, points in given["cuminc"].items():
        male, cause = (int(part) for part in curve.split())
        for time, value in points.items():
            at = result.at(float(time)).query("male == @male and cause == @cause")
            compared.append((f"cuminc {curve} at {time}", float(at["estimate"].iloc[0]), value, CURVE))
    for cause, chisq in given["gray"].items():
        compared.append((f"Gray {cause}", float(result.gray.set_index("cause").loc[int(cause), "chisq"]), chisq, CURVE))
    return compared


def _km(name: str, **arguments: Any) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        curve = kaplan_meier(frame(case["data"]), stop="time", event="any", **arguments)
        return [pair for column, theirs in case["values"].items() for pair in _pairs(column, curve[column], theirs)]

    return compare


def _quantiles(name: str) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        group = frame(case["data"]).query(f"grp == '{case['group']}'")
        ours = pd.concat(
            [survival_quantile(group, stop="time", event="any", share=share) for share in case["values"]["share"]]
        )
        return [pair for c in ("time", "conf_low", "conf_high") for pair in _pairs(c, ours[c], case["values"][c])]

    return compare


def _logrank(name: str) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        strata = "site" if case["strata"] else None
        test = logrank(frame(case["data"]), stop="time", event="any", by="grp", strata=strata, rho=case["rho"])
        return [
            ("chisq", test.chisq, case["values"]["chisq"], CURVE),
            *_pairs("observed", test.table["observed"], case["values"]["observed"]),
            *_pairs("expected", test.table["expected"], case["values"]["expected"]),
        ]

    return compare


def _late_logrank() -> list[Comparison]:
    case = answers(MORE)["late_logrank"]
    test = logrank(frame(case["data"]), start="entry", stop="time", event="any", by="three")
    return [("chisq", test.chisq, case["values"]["chisq"], CURVE)]


def _incidence(name: str) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        given, by = case["values"], "grp" if "grp" in case["call"] else None
        result = cumulative_incidence(frame(case["data"]), stop="time", cause="cause", by=by)
        at, compared = result.at(given["times"]), []
        for curve, theirs in given["curves"].items():
            group, cause = curve.split()
            mine = at[(at["cause"] == int(cause)) & (at["grp"] == group if by else True)]
            compared += _pairs(f"{curve} estimate", mine["estimate"], theirs["estimate"])
            compared += _pairs(f"{curve} variance", mine["std_error"] ** 2, theirs["variance"])
        return compared + (list(_pairs("Gray", result.gray["chisq"], given["chisq"])) if by else [])

    return compare


def _gray(name: str) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        result = cumulative_incidence(
            frame(case["data"]), stop="time", cause="cause", by="grp", strata="site", rho=case["rho"]
        )
        return [
            *_pairs("chisq", result.gray["chisq"], case["values"]["chisq"]),
            *_pairs("p_value", result.gray["p_value"], case["values"]["p_value"]),
        ]

    return compare


def _crr(name: str) -> Callable[[], list[Comparison]]:
    def compare() -> list[Comparison]:
        case = answers(MORE)[name]
        given, data = case["values"], frame(case["data"])
        formula = "x + z + grp" if "grp" in case["call"] else "x * z"
        tolerance = 1e-12 if "gtol" in case["call"] else 1e-6
        fit = fine_gray(data, formula, stop="time", cause="cause", of=case["of"], tolerance=tolerance)
        names = {"grpb": "grp[T.b]", "grpc": "grp[T.c]"}
        tidy = fit.tidy().set_index("term")
        compared = [
            *compare_terms("coef", tidy["estimate"], given["coef"], names, COEFFICIENT),
            *compare_terms("se", tidy["std_error"], given["se"], names, STD_ERROR),
        ]
        if "loglik" in given:
            predicted = fit.predict_incidence(data.iloc[:2])
            compared += [
                ("loglik", fit.log_likelihood, given["loglik"], COEFFICIENT),
                ("null loglik", fit.null_log_likelihood, given["loglik_null"], COEFFICIENT),
                *_pairs("predicted, first row", predicted[0], given["predict"]["first"], COEFFICIENT),
                *_pairs("predicted, second row", predicted[1], given["predict"]["second"], COEFFICIENT),
            ]
        return compared

    return compare


def _more(prefix: str, build: Callable[[str], Callable[[], list[Comparison]]]) -> list[Case]:
    return [Case(n, a["call"], build(n)) for n, a in answers(MORE).items() if n.startswith(prefix)]


CASES = [
    Case("lung Kaplan-Meier", answers()["lung_km"]["call"], _lung_km),
    Case("lung log-rank", answers()["lung_logrank"]["call"], _lung_logrank),
    Case("mgus2 competing risks", answers()["mgus2_cr"]["call"], _mgus2),
    Case("km_entry", answers(MORE)["km_entry"]["call"], _km("km_entry", start="entry")),
    Case("km_99", answers(MORE)["km_99"]["call"], _km("km_99", level=0.99)),
    *_more("median", _quantiles),
    *_more("logrank", _logrank),
    Case("late_logrank", answers(MORE)["late_logrank"]["call"], _late_logrank),
    *_more("cuminc", _incidence),
    *_more("gray", _gray),
    *_more("crr", _crr),
]
