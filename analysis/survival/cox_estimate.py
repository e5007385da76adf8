"""Maximising the partial likelihood: Newton's method that renews the information only while it has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.errors import AnalysisError, NoConvergence, NoEvents, Separation
from analysis.survival.cox_identified import check_identified
from analysis.survival.partial_likelihood import MeanSums, PartialLikelihood, Point

MAX_ITERATIONS = 60
MAX_HALVINGS = 40

# Newton's decrement is twice what the next step would gain: the squared distance to the maximum in standard errors.
CONVERGED = 1e-18
FLAT = 1e-8
# A log-likelihood lower by less than this share of itself is not lower: those are its last digits.
ROUNDING = 1e-12
# The information is kept while the steps it gives shrink the decrement at least this much.
KEEP_INFORMATION = 1e-3
# A linear predictor that still moves this much when the likelihood no longer does is on its way to infinity.
RUNNING_AWAY = 0.1


@dataclass(frozen=True, eq=False)
class Estimate:
    """The maximum: `point`, with the weighted `expected` events (n,), the `means` and the `information` (p, p) there.

    null_log_likelihood and score_statistic (chi-square) belong to all coefficients at 0.
    """

    point: Point
    expected: np.ndarray
    means: MeanSums
    information: np.ndarray
    null_log_likelihood: float
    score_statistic: float
    iterations: int


def maximise(likelihood: PartialLikelihood, terms: Sequence[str]) -> Estimate:
    """The maximum of `likelihood` from 0, or an error that names the `terms` in its way."""
    point = likelihood.at(np.zeros(likelihood.X.shape[1]))
    null = point.log_likelihood
    increments = likelihood.increments(point)
    expected = likelihood.expected(point, increments)
    score = likelihood.score(expected)
    means = likelihood.mean_sums(point)
    information = likelihood.information(expected, increments, means)
    check_identified(information, likelihood.events.mean_weight @ likelihood.events.counts, terms)
    factor = linalg.cho_factor(information)
    step = linalg.cho_solve(factor, score)
    decrement = score_statistic = float(score @ step)
    fresh, iterations = True, 0
    while decrement > CONVERGED:
        iterations += 1
        trial = _climb(likelihood, point, step)
        if trial is None or iterations > MAX_ITERATIONS:
            if decrement < FLAT:
                break
            raise _stuck(likelihood, terms, step, iterations)
        point, previous = trial, decrement
        increments = likelihood.increments(point)
        expected = likelihood.expected(point, increments)
        score = likelihood.score(expected)
        step = linalg.cho_solve(factor, score)
        fresh = bool(score @ step > KEEP_INFORMATION * previous)
        if fresh:
            means = likelihood.mean_sums(point)
            information = likelihood.information(expected, increments, means)
            try:
                factor = linalg.cho_factor(information)
            except linalg.LinAlgError as error:
                raise _stuck(likelihood, terms, point.beta, iterations) from error
            step = linalg.cho_solve(factor, score)
        decrement = float(score @ step)
        if decrement < FLAT:
            _check_runaway(likelihood, terms, step)
            if fresh and decrement > previous / 2:
                break
    if not fresh:
        means = likelihood.mean_sums(point)
        information = likelihood.information(expected, increments, means)
    return Estimate(point, expected, means, information, null, score_statistic, iterations)


def _climb(likelihood: PartialLikelihood, point: Point, step: np.ndarray) -> Point | None:
    """The point a step away, or the first half, quarter ... of it that does not lie lower; None if there is none."""
    floor = point.log_likelihood - ROUNDING * abs(point.log_likelihood)
    for _ in range(MAX_HALVINGS):
        trial = likelihood.at(point.beta + step)
        if np.isfinite(trial.log_likelihood) and trial.log_likelihood >= floor:
            return trial
        step = step / 2
    return None


def _check_runaway(likelihood: PartialLikelihood, terms: Sequence[str], step: np.ndarray) -> None:
    """Raise where a step still moves somebody's linear predictor although the likelihood is flat."""
    # A value lies within sqrt(n) standard deviations of the mean, and the deviation is 1: mostly that settles it.
    if 2 * np.sqrt(len(likelihood.X)) * np.abs(step).max() > RUNNING_AWAY:
        running = np.abs(step) * np.ptp(likelihood.X, axis=0)
        if running.max() > RUNNING_AWAY:
            raise _separation(likelihood, terms, int(running.argmax()))


def _stuck(likelihood: PartialLikelihood, terms: Sequence[str], step: np.ndarray, iterations: int) -> AnalysisError:
    """The error for a search that does not end: separation where a term alone makes the predictor explode."""
    running = np.abs(step) * np.ptp(likelihood.X, axis=0)
    if running.max() > 10:
        return _separation(likelihood, terms, int(running.argmax()))
    return NoConvergence(
        f"The Cox model did not converge in {iterations} iterations; {terms[int(running.argmax())]!r} moves most. "
        "Try fewer terms, join rare levels, or look for extreme values in that column."
    )


def _separation(likelihood: PartialLikelihood, terms: Sequence[str], j: int) -> AnalysisError:
    column = likelihood.X[:, j]
    low, high = column.min(), column.max()
    if ((column == low) | (column == high)).all():
        among_events = column[likelihood.events.rows]
        for value, words in ((high, "with"), (low, "without")):
            if not (among_events == value).any():
                return NoEvents(
                    f"There is no event among the {int((column == value).sum())} rows {words} {terms[j]!r}, "
                    "so its hazard ratio has no finite estimate. Join the level with another one or drop those rows."
                )
    return Separation(
        f"{terms[j]!r} orders the events perfectly (a monotone likelihood): its hazard ratio has no finite estimate. "
        "Leave the term out, join its levels or coarsen it."
    )
