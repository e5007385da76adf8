"""The measurement model of confirmatory factor analysis: which numbers are free, and what they say the data look like.

In group g the items have covariance Lambda Psi Lambda' + Theta and mean nu + Lambda alpha. The first loading of each
factor is 1 (it gives the factor its unit); equal loadings or intercepts share one parameter between groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import BadArgument


@dataclass(frozen=True)
class Sample:
    """One group's answers as far as the likelihood needs them: size, mean and covariance (divisor n)."""

    label: str
    n: int
    mean: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True)
class Slot:
    """Where one parameter stands in one group: matrix "loading", "factor", "unique", "intercept" or "latent_mean"."""

    parameter: int
    matrix: str
    row: int
    column: int


@dataclass(frozen=True)
class Moments:
    """What a group's parameters imply: the matrices and the covariance and mean of its items."""

    loadings: np.ndarray
    factors: np.ndarray
    unique: np.ndarray
    covariance: np.ndarray
    mean: np.ndarray | None


@dataclass(frozen=True)
class MeasurementModel:
    """`slots[g]` says what is free in group g; `terms` names the parameters as lavaan does (f =~ x)."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    markers: tuple[int, ...]
    terms: tuple[str, ...]
    slots: tuple[tuple[Slot, ...], ...]
    means: bool

    def moments(self, theta: np.ndarray, g: int) -> Moments:
        """The matrices of group g at the parameters `theta`."""
        p, k = len(self.items), len(self.factors)
        parts = {
            "loading": np.zeros((p, k)),
            "factor": np.zeros((k, k)),
            "unique": np.zeros((p, p)),
            "intercept": np.zeros((p, 1)),
            "latent_mean": np.zeros((k, 1)),
        }
        parts["loading"][list(self.markers), range(k)] = 1.0
        for slot in self.slots[g]:
            parts[slot.matrix][slot.row, slot.column] = theta[slot.parameter]
            if slot.matrix == "factor":
                parts["factor"][slot.column, slot.row] = theta[slot.parameter]
        loadings, factors, unique = parts["loading"], parts["factor"], parts["unique"]
        mean = (parts["intercept"] + loadings @ parts["latent_mean"])[:, 0] if self.means else None
        return Moments(loadings, factors, unique, loadings @ factors @ loadings.T + unique, mean)

    def derivatives(self, theta: np.ndarray, g: int) -> tuple[np.ndarray, np.ndarray]:
        """How covariance (q, p, p) and mean (q, p) of group g move with each of the q parameters."""
        p = len(self.items)
        here = self.moments(theta, g)
        covariance = np.zeros((len(self.terms), p, p))
        mean = np.zeros((len(self.terms), p))
        carried = here.factors @ here.loadings.T
        latent = np.zeros(len(self.factors))
        for slot in self.slots[g]:
            if slot.matrix == "latent_mean":
                latent[slot.row] = theta[slot.parameter]
        for slot in self.slots[g]:
            change = covariance[slot.parameter]
            if slot.matrix == "loading":
                change[slot.row, :] += carried[slot.column]
                change[:, slot.row] += carried[slot.column]
                mean[slot.parameter, slot.row] += latent[slot.column]
            elif slot.matrix == "factor":
                outer = np.outer(here.loadings[:, slot.row], here.loadings[:, slot.column])
                change += outer if slot.row == slot.column else outer + outer.T
            elif slot.matrix == "unique":
                change[slot.row, slot.row] += 1.0
            elif slot.matrix == "intercept":
                mean[slot.parameter, slot.row] += 1.0
            else:
                mean[slot.parameter] += here.loadings[:, slot.row]
        return covariance, mean


def build_model(
    factors: Mapping[str, Sequence[str]], groups: Sequence[str], equal: Sequence[str], *, means: bool
) -> MeasurementModel:
    """The model of `factors` (name -> items) in each of `groups`, with what `equal` names held the same."""
    items = tuple(dict.fromkeys(item for members in factors.values() for item in members))
    position = {item: i for i, item in enumerate(items)}
    names = tuple(factors)
    markers = tuple(position[members[0]] for members in factors.values())
    if len(set(markers)) < len(markers):
        raise BadArgument("Two factors begin with the same item, which gives each its unit. Put another item first.")
    entries: list[tuple[str, str, int, int]] = []
    for k, (name, members) in enumerate(factors.items()):
        entries += [(f"{name} =~ {item}", "loading", position[item], k) for item in members[1:]]
    entries += [(f"{item} ~~ {item}", "unique", i, i) for i, item in enumerate(items)]
    entries += [(f"{names[a]} ~~ {names[b]}", "factor", a, b) for a in range(len(names)) for b in range(a, len(names))]
    if means:
        entries += [(f"{item} ~1", "intercept", i, 0) for i, item in enumerate(items)]
    shared = {"loading": "loadings" in equal, "intercept": "intercepts" in equal}
    terms: list[str] = []
    known: dict[str, int] = {}
    slots = []
    for g, label in enumerate(groups):
        free = list(entries)
        if shared["intercept"] and g > 0:
            free += [(f"{name} ~1", "latent_mean", k, 0) for k, name in enumerate(names)]
        here = []
        for term, matrix, row, column in free:
            named = term if len(groups) == 1 or shared.get(matrix, False) else f"{term} [{label}]"
            if named not in known:
                known[named] = len(terms)
                terms.append(named)
            here.append(Slot(known[named], matrix, row, column))
        slots.append(tuple(here))
    return MeasurementModel(items, names, markers, tuple(terms), tuple(slots), means)
