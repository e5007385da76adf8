"""Maximum likelihood for the measurement model, by Fisher scoring on the exact gradient.

The discrepancy is F = sum_g n_g/N [log|Sigma| + tr(S Sigma^-1) - log|S| - p + (m - mu)' Sigma^-1 (m - mu)]; N F is the
chi-square (Joreskog 1969, Psychometrika 34:183-202), and 2/N times the inverse expected Hessian the covariance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from analysis.errors import NoConvergence
from analysis.reliability.measurement_model import MeasurementModel, Sample
from analysis.reliability.minres import one_factor


def discrepancy(model: MeasurementModel, theta: np.ndarray, samples: Sequence[Sample]) -> float:
    """F at `theta`, infinite where an implied covariance matrix is not positive definite."""
    total = sum(sample.n for sample in samples)
    value = 0.0
    for g, sample in enumerate(samples):
        moments = model.moments(theta, g)
        try:
            factor = linalg.cho_factor(moments.covariance, lower=True)
        except linalg.LinAlgError:
            return np.inf
        log_det = 2 * np.log(np.diag(factor[0])).sum()
        away = sample.mean - moments.mean if moments.mean is not None else np.zeros(len(model.items))
        spread = sample.covariance + np.outer(away, away)
        observed = np.linalg.slogdet(sample.covariance)[1]
        value += sample.n / total * (log_det + np.trace(linalg.cho_solve(factor, spread)) - observed - len(model.items))
    return float(value)


def gradient_and_information(
    model: MeasurementModel, theta: np.ndarray, samples: Sequence[Sample]
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (q,) of F and its expected Hessian (q, q)."""
    total = sum(sample.n for sample in samples)
    q = len(model.terms)
    gradient, information = np.zeros(q), np.zeros((q, q))
    for g, sample in enumerate(samples):
        moments = model.moments(theta, g)
        by_covariance, by_mean = model.derivatives(theta, g)
        inverse = np.linalg.inv(moments.covariance)
        away = sample.mean - moments.mean if moments.mean is not None else np.zeros(len(model.items))
        misfit = inverse @ (moments.covariance - sample.covariance - np.outer(away, away)) @ inverse
        share = sample.n / total
        gradient += share * (np.einsum("ab,qab->q", misfit, by_covariance) - 2 * by_mean @ inverse @ away)
        turned = inverse @ by_covariance
        flat = turned.reshape(q, -1)
        information += share * flat @ turned.transpose(0, 2, 1).reshape(q, -1).T
        information += share * 2 * by_mean @ inverse @ by_mean.T
    return gradient, information


def starting_values(model: MeasurementModel, samples: Sequence[Sample]) -> np.ndarray:
    """One-factor solutions of each factor's own items, in the marker's unit."""
    theta = np.zeros(len(model.terms))
    for g, sample in reversed(list(enumerate(samples))):
        spread = np.sqrt(np.diag(sample.covariance))
        correlation = sample.covariance / np.outer(spread, spread)
        loadings = np.zeros((len(model.items), len(model.factors)))
        for k, marker in enumerate(model.markers):
            own = [marker] + [s.row for s in model.slots[g] if s.matrix == "loading" and s.column == k]
            first = np.clip(one_factor(correlation[np.ix_(own, own)]).loadings, -0.95, 0.95)
            first = np.where(np.abs(first) < 0.1, 0.1, first)
            loadings[own, k] = first * spread[own]
        for slot in model.slots[g]:
            if slot.matrix == "loading":
                marker = loadings[model.markers[slot.column], slot.column]
                theta[slot.parameter] = loadings[slot.row, slot.column] / marker
            elif slot.matrix == "factor" and slot.row == slot.column:
                theta[slot.parameter] = loadings[model.markers[slot.row], slot.row] ** 2
            elif slot.matrix == "unique":
                common = (loadings[slot.row] ** 2).max()
                theta[slot.parameter] = max(spread[slot.row] ** 2 - common, 0.1 * spread[slot.row] ** 2)
            elif slot.matrix == "intercept":
                theta[slot.parameter] = sample.mean[slot.row]
    return theta


def maximise(
    model: MeasurementModel, samples: Sequence[Sample], *, limit: int = 1000
) -> tuple[np.ndarray, np.ndarray, int]:
    """The estimates, their covariance and the number of steps."""
    theta = starting_values(model, samples)
    value = discrepancy(model, theta, samples)
    for iteration in range(1, limit + 1):
        gradient, information = gradient_and_information(model, theta, samples)
        scale = np.sqrt(np.diag(information))
        if not scale.all() or not np.isfinite(scale).all():
            break
        scaled = information / np.outer(scale, scale)
        step = -np.linalg.lstsq(scaled, gradient / scale, rcond=1e-12)[0] / scale
        size = 1.0
        trial = discrepancy(model, theta + step, samples)
        while not trial <= value + 1e-13 and size > 1e-6:
            size /= 2
            trial = discrepancy(model, theta + size * step, samples)
        theta, value = theta + size * step, min(trial, value) if np.isfinite(trial) else value
        if np.abs(step * scale).max() < 1e-9:
            if np.linalg.eigvalsh(scaled)[0] < 1e-10:
                raise NoConvergence(
                    "The model is not identified: some loadings or variances can take any value. "
                    "Give each factor three items or more, or fewer factors."
                )
            total = sum(sample.n for sample in samples)
            _, information = gradient_and_information(model, theta, samples)
            return theta, 2 / total * np.linalg.inv(information), iteration
    raise NoConvergence(
        f"No maximum in {iteration} steps. The factors may not fit these items: look at their correlations, "
        "reverse items that go the other way, or use fewer factors."
    )
