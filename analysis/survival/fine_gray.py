"""Regression on the cumulative incidence of one event among several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.columns import factorise
from analysis.design import Design, build_design
from analysis.errors import BadArgument, NoEvents
from analysis.results import Fit
from analysis.survival.fine_gray_estimate import maximise, robust_covariance
from analysis.survival.follow_up import follow_up
from analysis.survival.subdistribution import CAUSE, CENSORED, COMPETING, Subdistribution


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FineGray(Fit):
    """A fitted model. times (m,), hazard_jumps (m,): the baseline subdistribution hazard at the means of X."""

    title: ClassVar[str] = "Fine-Gray model of the subdistribution hazard"

    cause: int
    events: int
    competing: int
    log_likelihood: float
    null_log_likelihood: float
    iterations: int
    times: np.ndarray
    hazard_jumps: np.ndarray
    centre: np.ndarray
    design: Design

    def glance(self) -> dict[str, Any]:
        """n, n_dropped, events of the cause, competing events, censored; the pseudo-likelihood and its AIC."""
        return {
            "n": self.n,
            "n_dropped": self.n_dropped,
            "events": self.events,
            "competing": self.competing,
            "censored": self.n - self.events - self.competing,
            "log_likelihood": self.log_likelihood,
            "null_log_likelihood": self.null_log_likelihood,
            "aic": 2 * len(self.terms) - 2 * self.log_likelihood,
            "iterations": self.iterations,
        }

    def predict_incidence(self, new_data: pd.DataFrame, times: Sequence[float] | None = None) -> pd.DataFrame:
        """1 - exp(-cumulative subdistribution hazard): a frame `time` and one column per row of new_data, by its label.

        times: default all times of the cause; beyond the last, the value there.
        """
        risk = np.exp((self.design.rows(new_data) - self.centre) @ self.coefficients)
        cumulative = np.concatenate([[0.0], np.cumsum(self.hazard_jumps)])
        wanted = self.times if times is None else np.atleast_1d(np.asarray(times, dtype=float))
        baseline = cumulative[np.searchsorted(self.times, wanted, side="right")]
        frame = pd.DataFrame(-np.expm1(-np.outer(baseline, risk)), columns=new_data.index)
        frame.insert(0, "time", wanted)
        return frame


def fine_gray(
    data: pd.DataFrame, formula: str, *, stop: str, cause: str, of: int = 1, tolerance: float = 1e-6
) -> FineGray:
    """Proportional hazards of the subdistribution of cause `of`: h(t | x) = h0(t) exp(x'b).

    Those with a competing event stay in the risk set with weight G(t-) / G(s-), G the Kaplan-Meier curve of censoring,
    so exp(b) speaks of the cumulative incidence itself. Standard errors are robust and count that G is estimated. The
    answers are those of R's `cmprsk::crr`, also its stopping rule: the score below `tolerance` (crr's gtol) times the
    log-likelihood, in the fifth figure of a coefficient in small data; give 1e-12 for the exact maximum.

    cause: 0 where follow-up was cut off, 1, 2, ... for what happened at `stop`; times start at 0 for everyone.

    Source: Fine and Gray (1999), JASA 94, 496-509.

    >>> rng = np.random.default_rng(1)
    >>> exits = pd.DataFrame({"age": rng.integers(20, 60, 300), "months": rng.integers(1, 60, 300).astype(float)})
    >>> exits["how"] = rng.choice([0, 1, 2], 300)
    >>> fit = fine_gray(exits, "age", stop="months", cause="how")
    >>> fit.glance()["events"], fit.tidy(exponentiate=True).columns.tolist()[:2]
    (114, ['term', 'estimate'])
    """
    if not 0 < tolerance < 1:
        raise BadArgument(f"tolerance lies between 0 and 1, such as 1e-6 or 1e-12; it was {tolerance!r}.")
    design = build_design(data, formula, also=(stop, cause), intercept=False)
    follow = follow_up(data.iloc[design.kept], stop=stop, outcome=cause)
    kind = np.where(follow.outcome == 0, CENSORED, np.where(follow.outcome == of, CAUSE, COMPETING))
    if not (kind == CAUSE).any():
        seen = ", ".join(str(code) for code in np.unique(follow.outcome))
        raise NoEvents(f"There are no events of cause {of}: {cause!r} holds {seen}.")
    order = np.argsort(follow.stop, kind="stable")
    kind = kind[order]
    centre = design.matrix.mean(axis=0)
    X = np.ascontiguousarray(design.matrix[order] - centre)
    _check_levels(design, kind[np.argsort(order)] == CAUSE, of)
    sets = Subdistribution(follow.stop[order], kind, X)
    point, null, iterations = maximise(sets, design.terms, tolerance)
    return FineGray(
        terms=design.terms,
        coefficients=point.beta,
        covariance=robust_covariance(sets, point),
        n=follow.stop.size,
        n_dropped=design.n_dropped,
        cause=of,
        events=int((kind == CAUSE).sum()),
        competing=int((kind == COMPETING).sum()),
        log_likelihood=point.log_likelihood,
        null_log_likelihood=null.log_likelihood,
        iterations=iterations,
        times=sets.times,
        hazard_jumps=sets.events / point.S0,
        centre=centre,
        design=design,
    )


def _check_levels(design: Design, event: np.ndarray, of: int) -> None:
    """A level of a factor, or a side of a 0/1 column, in which nobody has the event has no finite estimate."""
    for name, column in design.frame.columns.items():
        is_factor = isinstance(column, pd.Categorical) or name in design.frame.formula.categorical
        alone = any(name in term and ":" not in term for term in design.terms)
        if not alone or not (is_factor or ((column == column.min()) | (column == column.max())).all()):
            continue
        codes, levels = factorise(column)
        without = np.flatnonzero(np.bincount(codes[event], minlength=len(levels)) == 0)
        if without.size:
            level = levels[without[0]]
            raise NoEvents(
                f"There are no events of cause {of} where {name!r} is {level}: join the level with another, or leave "
                "those rows out."
            )
