"""Attributable fractions, additive interaction and diagnostics beside R."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from case import COEFFICIENT, STD_ERROR, Case, Comparison, answers, frame
from cases_counts import MORE, complete

from analysis.attributable import additive_interaction, attributable_fraction
from analysis.binary import logistic
from analysis.counts import poisson
from analysis.diagnostics import adjust_p_values, calibration, influence, linear_trend, vif
from analysis.survival import cox

BIRTHWT = "more_counts_birthwt.csv"


def values_of(name: str) -> dict[str, Any]:
    values: dict[str, Any] = answers(MORE)[name]["values"]
    return values


def same(quantity: str, ours: Any, theirs: Any, tolerance: float = COEFFICIENT) -> list[Comparison]:
    ours, theirs = np.atleast_1d(np.asarray(ours, dtype=float)), np.atleast_1d(np.asarray(theirs, dtype=float))
    assert ours.shape == theirs.shape
    return [
        (f"{quantity} {i + 1}", float(a), float(b), tolerance)
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True))
    ]


def reference_paf() -> list[Comparison]:
    fit = logistic(frame("birthwt.csv"), "smoke + C(race) + age", outcome="low")
    theirs = answers()["birthwt_logit"]["values"]["paf_smoke"]
    return same("fraction", attributable_fraction(fit, "smoke", reference=0).estimate, theirs)


def fraction(fit: Any, exposure: str, reference: Any, name: str) -> list[Comparison]:
    ours = attributable_fraction(fit, exposure, reference=reference).estimate
    return same("fraction", ours, values_of(name)["estimate"])


def paf_logit() -> list[Comparison]:
    fit = logistic(frame(BIRTHWT), "smoke * race + lwt", outcome="low")
    return same(
        "fraction", attributable_fraction(fit, "smoke", reference=0).estimate, values_of("paf_logit")["estimate"]
    )


def paf_logit_factor() -> list[Comparison]:
    fit = logistic(frame(BIRTHWT), "smoke + race + lwt", outcome="low")
    return fraction(fit, "race", "r1", "paf_logit_factor")


def paf_poisson() -> list[Comparison]:
    data = complete(frame("more_counts_sim.csv"))
    fit = poisson(data, "x + shift + group", outcome="spells", exposure="years")
    return same(
        "fraction", attributable_fraction(fit, "shift", reference=0).estimate, values_of("paf_poisson")["estimate"]
    )


def paf_cox() -> list[Comparison]:
    fit = cox(frame("more_counts_lung.csv"), "bad + sex + age", stop="time", event="status")
    return fraction(fit, "bad", 0, "paf_cox")


def reri() -> list[Comparison]:
    found = additive_interaction(logistic(frame(BIRTHWT), "smoke * ui + lwt", outcome="low"), "smoke", "ui")
    table = found.tidy().set_index("term")
    shown = ["estimate", "std_error", "conf_low", "conf_high"]
    return [
        comparison
        for measure, theirs in values_of("reri").items()
        for comparison in same(
            f"{measure} estimate, se, low, high", table.loc[measure, shown].to_numpy(), theirs, STD_ERROR
        )
    ]


def variance_inflation() -> list[Comparison]:
    found = vif(logistic(frame(BIRTHWT), "smoke + race + lwt + age", outcome="low")).set_index("term").gvif
    return [c for term, value in values_of("vif").items() for c in same(term, found[term], value)]


def dfbeta() -> list[Comparison]:
    found = influence(logistic(frame(BIRTHWT), "smoke + race + lwt + age", outcome="low"))
    return [c for column, value in values_of("influence").items() for c in same(column, found[column][:8], value)]


def hosmer_lemeshow() -> list[Comparison]:
    fit = logistic(frame(BIRTHWT), "smoke + race + lwt + age", outcome="low")
    return same("chisq", calibration(frame(BIRTHWT).low, fit.predict()).chisq, values_of("hosmer_lemeshow")["chisq"])


def multiplicity() -> list[Comparison]:
    values = values_of("p_adjust")
    methods = {"holm": "holm", "bh": "benjamini-hochberg", "bonferroni": "bonferroni"}
    return [
        c
        for theirs, ours in methods.items()
        for c in same(ours, adjust_p_values(values["p"], method=ours), values[theirs])
    ]


def trend() -> list[Comparison]:
    values = values_of("trend")
    found = linear_trend(poisson(frame("more_counts_warp.csv"), "tension + wool", outcome="breaks"), "tension")
    return [
        *same("slope", found.estimate[0], values["slope"]),
        *same("se", found.std_error[0], values["se"], STD_ERROR),
        *same("departure", found.statistic[1], values["departure"]),
    ]


def more(name: str, compare: Callable[[], list[Comparison]]) -> Case:
    return Case(name, answers(MORE)[name]["call"], compare)


CASES = [
    Case("birthwt paf", answers()["birthwt_logit"]["call"], reference_paf),
    more("paf_logit", paf_logit),
    more("paf_logit_factor", paf_logit_factor),
    more("paf_poisson", paf_poisson),
    more("paf_cox", paf_cox),
    more("reri", reri),
    more("vif", variance_inflation),
    more("influence", dfbeta),
    more("hosmer_lemeshow", hosmer_lemeshow),
    more("p_adjust", multiplicity),
    more("trend", trend),
]
