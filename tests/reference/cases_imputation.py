"""Pooling beside mice: the same completed data sets, ours and R's fits, ours and mice's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from case import COEFFICIENT, STD_ERROR, Case, Comparison, answers, frame

from analysis.binary import logistic
from analysis.counts import poisson
from analysis.imputation import pool
from analysis.results import Fit
from analysis.survival import cox

MORE = "more_imputation.json"
NAMES = {"(Intercept)": "Intercept", "race2": "C(race)[T.2]", "race3": "C(race)[T.3]"}
SPREAD = ("std_error", "df", "riv", "fmi", "conf_low", "conf_high")
TOLERANCES = {"estimate": COEFFICIENT, "p_value": 1e-4, **dict.fromkeys(SPREAD, STD_ERROR)}


def pooled(name: str, fit: Callable[..., Fit], formula: str, **named: Any) -> Case:
    answer = answers(MORE)[name]

    def compare() -> list[Comparison]:
        long = frame(answer["data"])
        ours = pool(fit(one, formula, **named) for _, one in long.groupby(".imp"))
        table = ours.tidy().set_index("term")
        rows: list[Comparison] = [("complete-data df", ours.df_complete, answer["dfcom"], 0)]
        for term, values in answer["values"].items():
            row: pd.Series = table.loc[NAMES.get(term, term)]
            rows += [(f"{what} {term}", row[what], values[what], limit) for what, limit in TOLERANCES.items()]
        return rows

    return Case(name, answer["call"], compare)


CASES = [
    pooled("pool_logistic", logistic, "smoke + age + C(race)", outcome="low"),
    pooled("pool_poisson", poisson, "smoke + age", outcome="low"),
    pooled("pool_cox", cox, "age + sex + karno + loss", stop="time", event="status"),
]
