"""Measurement invariance: may groups (or waves, or languages) be compared on a scale?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from analysis.reliability.cfa import CFA, cfa

STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Invariance:
    """`table` has a row per step with its fit and its change from the step before; `fits` the fits by step.

    Changes of CFI below -0.01 with changes of RMSEA above 0.015 speak against a step (Chen 2007).
    """

    table: pd.DataFrame
    fits: Mapping[str, CFA]

    @property
    def n_dropped(self) -> int:
        return self.fits["configural"].n_dropped

    def __repr__(self) -> str:
        return "\n".join([self.table.to_string(index=False, float_format="{:.4g}".format), *self.warnings])

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(f"{step}: {note}" for step, fit in self.fits.items() for note in fit.warnings)


def invariance(
    items: pd.DataFrame, factors: Mapping[str, Sequence[str]] | None = None, group: str = "group"
) -> Invariance:
    r"""The steps configural (same form), metric (equal loadings), scalar (and equal intercepts), each against the last.

    .. math:: \Delta\chi^2 = \chi^2_{step} - \chi^2_{before}, \quad \Delta df = df_{step} - df_{before}

    Each step is a `cfa` in the groups of the column `group`; equal loadings allow comparing relations, equal intercepts
    comparing means (Meredith 1993, Psychometrika 58:525-543; Chen 2007, Struct Equ Modeling 14:464-504).

    >>> import numpy as np
    >>> rng = np.random.default_rng(7)
    >>> support = rng.normal(size=600)
    >>> items = pd.DataFrame({f"s{i}": support + rng.normal(size=600) for i in range(1, 5)})
    >>> items["language"] = np.repeat(["nb", "en"], 300)
    >>> table = invariance(items, {"support": ["s1", "s2", "s3", "s4"]}, group="language").table
    >>> table[["step", "df", "delta_df"]]
             step  df  delta_df
    0  configural   4       NaN
    1      metric   7       3.0
    2      scalar  10       3.0
    """
    fits = {step: cfa(items, factors, group=group, equal=equal) for step, equal in STEPS.items()}
    rows = []
    for step, fit in fits.items():
        rows.append({"step": step, **{name: fit.glance()[name] for name in MEASURES}})
    table = pd.DataFrame(rows)
    table["delta_chisq"] = table["chisq"].diff()
    table["delta_df"] = table["df"].diff()
    table["delta_p_value"] = stats.chi2.sf(table["delta_chisq"].clip(lower=0), table["delta_df"])
    for name in ("cfi", "rmsea", "srmr"):
        table[f"delta_{name}"] = table[name].diff()
    return Invariance(table, fits)


MEASURES = ("chisq", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr", "aic", "bic")
