"""One fit from the fits of several completed data sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.errors import BadArgument
from analysis.imputation.rubin import Combined, combine
from analysis.results import Fit, check_level, tidy_frame


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PooledFit(Fit):
    """Fits of `m` imputations as one; `covariance` is the total of Rubin's rules, `combined` has its parts.

    `parts` tells the terms of a two-part model apart and is empty otherwise.
    """

    title: ClassVar[str] = "Pooled fit"

    m: int
    model: str
    df_complete: float
    combined: Combined
    parts: tuple[str, ...]
    log_likelihood: float | None

    def tidy(self, *, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """As any fit's, with t intervals, and `df`, `riv`, `fmi` by term (and `part` in two-part models)."""
        check_level(level)
        combined = self.combined
        extra: dict[str, Any] = {"df": combined.df, "riv": combined.riv, "fmi": combined.fmi}
        if self.parts:
            extra = {"part": list(self.parts), **extra}
        return tidy_frame(
            self.terms,
            self.coefficients,
            self.std_errors,
            level=level,
            exponentiate=exponentiate,
            df=combined.df,
            extra=extra,
        )

    def glance(self) -> dict[str, Any]:
        """Size and how much the imputations add: the greatest fmi and riv; the mean log-likelihood."""
        glance: dict[str, Any] = {
            "model": self.model,
            "m": self.m,
            "n": self.n,
            "n_dropped": self.n_dropped,
            "df_complete": self.df_complete,
            "largest_fmi": float(self.combined.fmi.max()),
            "largest_riv": float(self.combined.riv.max()),
        }
        if self.log_likelihood is not None:
            glance["mean_log_likelihood"] = self.log_likelihood
        return glance


def pool(fits: Iterable[Fit], *, df_complete: float | None = None) -> PooledFit:
    r"""Pool the fits of the same model to each imputation by Rubin's rules; see `analysis.imputation.rubin.combine`.

    .. math:: \bar Q = \frac{1}{m}\sum_l \hat Q_l, \quad T = \bar U + \left(1 + \frac{1}{m}\right) B

    Every fit of `analysis` can be pooled, two-part ones by part; estimates are pooled on the link scale. `df_complete`
    are the degrees of freedom of the complete data: by default rows less parameters, or events less parameters in
    partial-likelihood models, as in mice (Rubin 1987; Barnard & Rubin 1999, Biometrika 86:948-955).

    >>> from analysis.binary import logistic
    >>> from analysis.imputation import impute
    >>> rng = np.random.default_rng(8)
    >>> frame = pd.DataFrame({"age": rng.normal(45, 10, 300), "support": rng.normal(size=300)})
    >>> frame["absent"] = (rng.random(300) < 1 / (1 + np.exp(0.5 * frame.support))).astype(int)
    >>> frame.loc[rng.random(300) < 0.2, "support"] = np.nan
    >>> pooled = pool(logistic(one, "support + age", outcome="absent") for one in impute(frame, m=5, seed=1))
    >>> list(pooled.tidy().columns)[-3:], pooled.glance()["m"]
    (['df', 'riv', 'fmi'], 5)
    """
    members = list(fits)
    if len(members) < 2:
        raise BadArgument(f"Pooling needs the fits of 2 or more imputations; there were {len(members)}.")
    for fit in members:
        if not isinstance(fit, Fit):
            raise BadArgument(f"pool takes fits of analysis; one of them was a {type(fit).__name__}.")
    first = members[0]
    keys = [(fit.terms, tuple(getattr(fit, "parts", ()))) for fit in members]
    for number, (fit, key) in enumerate(zip(members, keys, strict=True)):
        if type(fit) is not type(first) or key != keys[0]:
            only = sorted(set(fit.terms) ^ set(first.terms))
            raise BadArgument(
                f"Fit {number} is not of the same model as fit 0{': only one has ' + ', '.join(only) if only else ''}. "
                "Fit one formula to every imputation; merge levels that are rare."
            )
    likelihoods = [getattr(fit, "log_likelihood", None) for fit in members]
    known = [float(value) for value in likelihoods if value is not None]
    df = _complete_df(members) if df_complete is None else float(df_complete)
    if not df > 0:
        raise BadArgument(f"df_complete is above 0; it was {df_complete!r}.")
    estimates = np.array([fit.coefficients for fit in members], dtype=float)
    combined = combine(estimates, np.array([fit.covariance for fit in members], dtype=float), df)
    notes = dict.fromkeys(note for fit in members for note in fit.warnings)
    return PooledFit(
        terms=first.terms,
        coefficients=combined.estimate,
        covariance=combined.total,
        n=min(fit.n for fit in members),
        n_dropped=max(fit.n_dropped for fit in members),
        warnings=tuple(notes),
        m=len(members),
        model=first.title,
        df_complete=df,
        combined=combined,
        parts=keys[0][1],
        log_likelihood=float(np.mean(known)) if len(known) == len(members) else None,
    )


def _complete_df(members: list[Fit]) -> float:
    """Degrees of freedom if nothing had been missing: what the fit says, else rows (or events) less parameters."""
    least = np.inf
    for fit in members:
        own = getattr(fit, "df_residual", None)
        events = getattr(fit, "events", None)
        partial = "Intercept" not in fit.terms and events is not None
        size = events if partial and events is not None else fit.n
        least = min(least, float(own) if own is not None else max(float(size) - len(fit.terms), 1.0))
    return least
