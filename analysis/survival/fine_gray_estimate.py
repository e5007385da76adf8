"""Maximising Fine and Gray's weighted partial likelihood, and the sandwich that knows the weights are estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import NoConvergence, Separation
from analysis.survival.risk_table import risk_table
from analysis.survival.subdistribution import CAUSE, CENSORED, Subdistribution

MAX_ITERATIONS = 30
MAX_HALVINGS = 20
ENOUGH = 1e-4  # of the gain that the score promises, for a step to be taken (Armijo)
ROUNDING = 1e-14  # relative error of the log-likelihood
RUNNING_AWAY = 0.1  # change of the linear predictor in a step that no longer changes the likelihood


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at one beta: S0 (m,), means (m, p) of X over the risk sets, score (p,), information (p, p)."""

    beta: np.ndarray
    log_likelihood: float
    risk: np.ndarray
    S0: np.ndarray
    means: np.ndarray
    score: np.ndarray
    information: np.ndarray


def at(sets: Subdistribution, beta: np.ndarray) -> Point:
    """Ties as Breslow's. The information is a weighted X'X minus the means' part: no sum over pairs."""
    linear = sets.X @ beta
    risk = np.exp(linear)
    own = sets.kind == CAUSE
    S0 = sets.risk_sums(risk)
    means = sets.risk_sums(risk[:, None] * sets.X) / S0[:, None]
    hazard = sets.events / S0
    weight = risk * sets.over_own_risk(hazard)
    log_likelihood = float(linear[own].sum() - sets.events @ np.log(S0))
    score = sets.X[own].sum(axis=0) - sets.events @ means
    information = sets.X.T @ (sets.X * weight[:, None]) - means.T @ (means * sets.events[:, None])
    return Point(beta, log_likelihood, risk, S0, means, score, information)


def maximise(sets: Subdistribution, terms: Sequence[str], tolerance: float) -> tuple[Point, Point, int]:
    """(the maximum, the point 0, iterations), stopping when the score is below `tolerance` times the log-likelihood."""
    point = null = at(sets, np.zeros(sets.X.shape[1]))
    for iteration in range(MAX_ITERATIONS + 1):
        size = np.max(np.abs(point.score) * np.maximum(np.abs(point.beta), 1))
        step = np.linalg.lstsq(point.information, point.score, rcond=None)[0]
        gain = float(step @ point.score)  # twice what the step promises
        if size < max(abs(point.log_likelihood), 1) * tolerance or abs(gain) < ROUNDING**2:
            _check_runaway(sets, terms, point, step)
            return point, null, iteration
        trial = _improved(sets, point, step)
        if trial is None:  # the hazards overflow
            _check_runaway(sets, terms, point, step)
            break
        point = trial
    raise NoConvergence(
        f"No maximum after {iteration} Newton steps. Scale the columns to similar size, leave out rare levels, or "
        "use a simpler formula."
    )


def _improved(sets: Subdistribution, point: Point, step: np.ndarray) -> Point | None:
    for halving in range(MAX_HALVINGS + 1):
        moved = step * 0.5**halving
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            trial = at(sets, point.beta + moved)
        promised = ENOUGH * float(moved @ point.score)
        if np.isfinite(
            trial.information
        ).all() and trial.log_likelihood >= point.log_likelihood + promised - ROUNDING * abs(point.log_likelihood):
            return trial
    return None


def _check_runaway(sets: Subdistribution, terms: Sequence[str], point: Point, step: np.ndarray) -> None:
    """A term that still moves where the likelihood does not, and slows down no more, is on its way to infinity."""
    width = sets.X.max(axis=0) - sets.X.min(axis=0)
    movement = np.abs(step) * width
    worst = int(movement.argmax())
    if movement[worst] < RUNNING_AWAY:
        return
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        beyond = at(sets, point.beta + step)
    if np.isfinite(beyond.information).all():
        following = np.linalg.lstsq(beyond.information, beyond.score, rcond=None)[0]
        if abs(following[worst]) < abs(step[worst]) / 2:
            return
    raise Separation(
        f"{terms[worst]!r} separates those with the event from those without, so its estimate is infinite. Join its "
        "level with another, or leave the term out."
    )


def robust_covariance(sets: Subdistribution, point: Point) -> np.ndarray:
    """inverse(I) sum (eta + psi)(eta + psi)' inverse(I), with eta + psi from Fine and Gray (1999), section 3.

    eta is each row's score residual; psi what the row adds through the estimated censoring curve.
    """
    hazard = sets.events / point.S0
    drift = point.means * hazard[:, None]
    own = sets.kind == CAUSE
    eta = -point.risk[:, None] * (sets.X * sets.over_own_risk(hazard)[:, None] - sets.over_own_risk(drift))
    eta[own] += sets.X[own] - point.means[np.searchsorted(sets.times, sets.stop[own])]
    influence = eta + _censoring_influence(sets, point, hazard)
    inverse = np.linalg.inv(point.information)
    return inverse @ (influence.T @ influence) @ inverse


def _censoring_influence(sets: Subdistribution, point: Point, hazard: np.ndarray) -> np.ndarray:
    """psi (n, p): with q(u) the change of the score when G falls at u, q(u) / n(u) for those censored at u, minus
    q(u) dN(u) / n(u)^2 for everyone still there."""
    p = sets.X.shape[1]
    table = risk_table(None, sets.stop, (sets.kind == CENSORED).astype(np.int64), 2)
    n_risk, censored = table.n_risk.astype(float), table.n_event.astype(float)
    ahead = np.searchsorted(sets.times, table.time, side="left")  # times of the cause before u
    before = np.searchsorted(sets.stop[sets.competing], table.time, side="left")  # competing events before u
    jumps = hazard * sets.later
    rest = _from_end(jumps)[ahead]
    rest_means = np.stack([_from_end(jumps * point.means[:, j]) for j in range(p)], axis=1)[ahead]
    risk = point.risk[sets.competing] / sets.own
    total = np.concatenate([[0.0], np.cumsum(risk)])[before]
    total_x = np.concatenate([np.zeros((1, p)), np.cumsum(risk[:, None] * sets.X[sets.competing], axis=0)])[before]
    q = total_x * rest[:, None] - total[:, None] * rest_means
    compensator = np.cumsum(q * (censored / n_risk**2)[:, None], axis=0)
    place = np.searchsorted(table.time, sets.stop)
    psi = -compensator[place]
    mine = sets.kind == CENSORED
    psi[mine] += q[place[mine]] / n_risk[place[mine], None]
    return psi


def _from_end(values: np.ndarray) -> np.ndarray:
    """(m + 1,) sums of values[k:], ending with 0."""
    return np.concatenate([values[::-1].cumsum()[::-1], [0.0]])
