"""The shape that every fit shares: tidy tables of terms, a glance at the whole, a readable summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.errors import BadArgument


def check_level(level: float) -> float:
    """The confidence level itself, when it lies strictly between 0 and 1."""
    if not isinstance(level, int | float | np.number) or not 0 < level < 1:
        raise BadArgument(f"level is a share strictly between 0 and 1, such as 0.95 or 0.99; it was {level!r}.")
    return float(level)


def critical_value(level: float, df: Any = None) -> Any:
    """The two-sided quantile of the normal, or of Student's t with `df` degrees of freedom (scalar or one per term)."""
    tail = 0.5 + check_level(level) / 2
    return special.ndtri(tail) if df is None else stats.t.ppf(tail, df)


def tidy_frame(
    terms: Sequence[str],
    estimate: Any,
    std_error: Any,
    *,
    level: float = 0.95,
    exponentiate: bool = False,
    df: Any = None,
    extra: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """One row per term: `term, estimate, std_error, statistic, p_value, conf_low, conf_high` and the `extra` columns.

    The intervals are Wald's, normal or with `df` Student's t. With `exponentiate` the estimate and its interval are
    on the ratio scale; std_error, statistic and p_value stay on the link scale.

    >>> print(tidy_frame(["x"], [0.5], [0.25]).round(3).to_string(index=False))
    term estimate std_error statistic p_value conf_low conf_high
       x      0.5      0.25       2.0   0.046     0.01      0.99
    """
    estimate = np.asarray(estimate, dtype=float)
    std_error = np.asarray(std_error, dtype=float)
    half = critical_value(level, df) * std_error
    low, high = estimate - half, estimate + half
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    p_value = 2 * (special.ndtr(-np.abs(statistic)) if df is None else stats.t.sf(np.abs(statistic), df))
    ratio = np.exp if exponentiate else np.asarray
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": ratio(estimate),
            "std_error": std_error,
            "statistic": statistic,
            "p_value": p_value,
            "conf_low": ratio(low),
            "conf_high": ratio(high),
            **(extra or {}),
        }
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fit:
    """What every fitted model has. Families inherit it and add their own fields.

    `coefficients` (p,) and `covariance` (p, p) are on the link scale and follow `terms`; `n` rows were used and
    `n_dropped` left out because something the model uses was missing in them; `warnings` are sentences.
    """

    title: ClassVar[str] = "Fit"

    terms: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    n: int
    n_dropped: int
    warnings: tuple[str, ...] = ()

    @property
    def std_errors(self) -> np.ndarray:
        """Square roots of the covariance's diagonal, in the order of `terms`."""
        return np.sqrt(np.diag(self.covariance))

    def tidy(self, *, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
        """One row per term; see `analysis.results.tidy_frame`."""
        return tidy_frame(self.terms, self.coefficients, self.std_errors, level=level, exponentiate=exponentiate)

    def glance(self) -> dict[str, Any]:
        """The fit in one line: numbers about the whole model."""
        return {"n": self.n, "n_dropped": self.n_dropped}

    def summary(self, *, level: float = 0.95, exponentiate: bool = False) -> str:
        """The glance and the tidy table as text."""
        glance = ", ".join(f"{name} {_figure(value)}" for name, value in self.glance().items())
        table = self.tidy(level=level, exponentiate=exponentiate)
        text = table.to_string(index=False, float_format=lambda value: f"{value:.4g}")
        return "\n".join([self.title, glance, "", text, *(f"Note: {w}" for w in self.warnings)])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """The summary as a notebook shows it."""
        glance = ", ".join(f"{name} {_figure(value)}" for name, value in self.glance().items())
        table = self.tidy().to_html(index=False, border=0, float_format=lambda value: f"{value:.4g}")
        notes = "".join(f"<p>Note: {escape(warning)}</p>" for warning in self.warnings)
        return f"<p><strong>{escape(self.title)}</strong><br>{escape(glance)}</p>{table}{notes}"


def _figure(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
