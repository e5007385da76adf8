"""Reliability, agreement and factor analysis beside psych, multilevel and lavaan."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
from case import COEFFICIENT, STD_ERROR, VARIANCE, Case, Comparison, answers, compare_terms, frame

from analysis.errors import AnalysisWarning
from analysis.reliability import CFA, cfa, cronbach_alpha, item_statistics, omega_total, rwg

MORE = "more_reliability.json"

# psych's minres and lavaan's optimiser stop earlier than ours.
LOADING = 1e-4


def scale_figures(items: pd.DataFrame, values: dict[str, Any]) -> list[Comparison]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnalysisWarning)
        alpha, omega, table = cronbach_alpha(items), omega_total(items), item_statistics(items).set_index("item")
    rows = [
        ("alpha", alpha.estimate, values["alpha"], COEFFICIENT),
        ("standardized alpha", alpha.standardised, values["std_alpha"], COEFFICIENT),
        *compare_terms("r_drop", table["r_drop"], values["r_drop"], {"A1-": "A1"}, COEFFICIENT),
        *compare_terms("alpha if dropped", table["alpha_if_dropped"], values["alpha_drop"], {"A1-": "A1"}, COEFFICIENT),
    ]
    if "low" in values:
        rows += [
            ("alpha low", alpha.conf_low, values["low"], COEFFICIENT),
            ("alpha high", alpha.conf_high, values["high"], COEFFICIENT),
            *compare_terms("mean", table["mean"], values["mean"], {}, COEFFICIENT),
            *compare_terms(
                "loading", omega.loadings.abs(), {k: abs(v) for k, v in values["loadings"].items()}, {}, 1e-3
            ),
        ]
    return [*rows, ("omega", omega.estimate, values.get("omega", values.get("omega_total")), VARIANCE)]


def bfi_agree() -> list[Comparison]:
    items = frame("bfi_agree.csv").assign(A1=lambda d: 7 - d.A1)
    return scale_figures(items, answers()["bfi_agree"]["values"])


def lead() -> list[Comparison]:
    values = answers()["bh1996"]["values"]
    found = rwg(frame("bh1996.csv"), items="lead", group="grp").set_index("group")["rwg"]
    first = compare_terms(
        "rwg group", {str(g): v for g, v in found.items()}, values["rwg_lead_first5"], {}, COEFFICIENT
    )
    return [("mean rwg", found.mean(), values["rwg_lead_mean"], COEFFICIENT), *first]


def agreement(name: str) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        values = answer["values"]
        data = frame(answer["data"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AnalysisWarning)
            found = rwg(data, items=answer["items"], group=answer["group"], categories=answer["categories"])
        ours = {str(row.group): row for row in found.itertuples()}
        rows: list[Comparison] = [("groups", len(ours), len(values["group"]), 0)]
        for group, value, n in zip(values["group"], values["rwg"], values["n"], strict=True):
            rows.append((f"n of {group}", ours[group].n, n, 0))
            if value is not None:
                rows.append((f"rwg of {group}", ours[group].rwg, value, COEFFICIENT))
        return rows

    return Case(name, answer["call"], compare)


def scale(name: str) -> Case:
    answer = answers(MORE)[name]
    return Case(name, answer["call"], lambda: scale_figures(frame(answer["data"])[answer["items"]], answer["values"]))


FIT = {
    "chisq": "chisq", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high", "srmr": "srmr", "logl": "log_likelihood", "aic": "aic", "bic": "bic",
    "baseline.chisq": "baseline_chisq",
}  # fmt: skip


def factor_case(name: str) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        values = answer["values"]
        equal = answer["equal"] or []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AnalysisWarning)
            fit = cfa(
                frame(answer["data"]),
                answer["factors"],
                group=answer["group"],
                equal=[equal] if isinstance(equal, str) else equal,
            )
        glance = fit.glance()
        rows: list[Comparison] = [
            ("n", fit.n, values["n"], 0),
            ("df", glance["df"], values["fit"]["df"], 0),
            ("baseline df", glance["baseline_df"], values["fit"]["baseline.df"], 0),
            *((r, glance[ours], values["fit"][r], STD_ERROR) for r, ours in FIT.items()),
        ]
        for parameter in values["par"]:
            rows += parameter_rows(fit, parameter, values["labels"])
        return rows

    return Case(name, answer["call"], compare)


def parameter_rows(fit: CFA, parameter: dict[str, Any], labels: list[str] | None) -> list[Comparison]:
    """A free parameter of lavaan's table beside ours; fixed ones have no error there."""
    if not parameter.get("se"):
        return []
    left, right = parameter["lhs"], parameter.get("rhs", "")
    term = f"{left} ~1" if parameter["op"] == "~1" else f"{left} {parameter['op']} {right}"
    if labels and term not in fit.terms:
        term = f"{term} [{labels[parameter['group'] - 1]}]"
    at = fit.terms.index(term)
    return [
        (term, fit.coefficients[at], parameter["est"], LOADING),
        (f"se {term}", fit.std_errors[at], parameter["se"], LOADING),
    ]


CASES = [
    Case("bfi_agree", answers()["bfi_agree"]["call"], bfi_agree),
    Case("bh1996_rwg", "multilevel::rwg(lead, grp, ranvar = 2)", lead),
    *(scale(name) for name, answer in answers(MORE).items() if answer["family"] == "alpha"),
    *(agreement(name) for name, answer in answers(MORE).items() if answer["family"] == "rwg"),
    *(factor_case(name) for name, answer in answers(MORE).items() if answer["family"] == "cfa"),
]
