"""Confirmatory factor analysis by maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, Collinear, NoRows, TooFewGroups, require_columns, warn
from analysis.reliability.answers import complete_answers, numbers
from analysis.reliability.fit_indices import FitIndices, fit_indices
from analysis.reliability.measurement_fit import discrepancy, maximise
from analysis.reliability.measurement_model import MeasurementModel, Moments, Sample, build_model
from analysis.results import Fit


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CFA(Fit):
    """A fitted measurement model. `terms` are lavaan's: `f =~ x` loading, `x ~~ x` variance, `x ~1` intercept.

    `loadings` has a row per group, factor and item with the estimate, its error (0 for the marker, fixed at 1) and the
    standardised loading; `indices` are the fit indices.
    """

    title: ClassVar[str] = "Confirmatory factor analysis"

    factors: Mapping[str, tuple[str, ...]]
    groups: tuple[str, ...]
    equal: tuple[str, ...]
    loadings: pd.DataFrame
    factor_correlations: pd.DataFrame
    indices: FitIndices
    iterations: int

    def glance(self) -> dict[str, Any]:
        """Size and fit indices: chisq, df, p_value, cfi, tli, rmsea (and its 90 % interval), srmr, likelihood."""
        return {"n": self.n, "n_dropped": self.n_dropped, "groups": max(len(self.groups), 1), **asdict(self.indices)}


def cfa(
    items: pd.DataFrame,
    factors: Mapping[str, Sequence[str]] | None = None,
    *,
    group: str | None = None,
    equal: Sequence[str] = (),
) -> CFA:
    r"""Confirmatory factor analysis by maximum likelihood, as cfa() of lavaan; one factor of all items by default.

    .. math:: \Sigma_g = \Lambda_g \Psi_g \Lambda_g' + \Theta_g, \quad \mu_g = \nu_g + \Lambda_g \alpha_g

    `factors` maps each factor to its items; the first is its marker with loading 1, factors are correlated. With
    `group` the model is fitted in each group with means, `equal` ("loadings", "intercepts") holding those the same;
    equal intercepts free the factor means of all groups but the first. Rows that miss an item or the group are dropped
    and counted. Errors are from the expected information, chi-square is N F (Joreskog 1969, Psychometrika 34:183-202;
    Rosseel 2012, J Stat Softw 48(2)). A negative variance (Heywood) is told of in `warnings`.

    >>> rng = np.random.default_rng(6)
    >>> demands, control = rng.normal(size=(2, 400))
    >>> items = pd.DataFrame({f"d{i}": demands + rng.normal(size=400) for i in (1, 2, 3)})
    >>> items = items.assign(**{f"c{i}": control + rng.normal(size=400) for i in (1, 2, 3)})
    >>> fit = cfa(items, {"demands": ["d1", "d2", "d3"], "control": ["c1", "c2", "c3"]})
    >>> glance = fit.glance()
    >>> glance["df"], bool(glance["cfi"] > 0.97), bool(glance["rmsea"] < 0.06)
    (8, True, True)
    """
    chosen = _checked_factors(items, factors, group)
    unknown = [what for what in equal if what not in ("loadings", "intercepts")]
    if unknown or (isinstance(equal, str)):
        raise BadArgument(f'equal holds "loadings" or "intercepts" in a list; it was {equal!r}.')
    if equal and group is None:
        raise BadArgument("equal needs a group: the column whose groups are compared.")
    samples, n_dropped = _samples(items, chosen, group)
    model = build_model(chosen, [sample.label for sample in samples], equal, means=group is not None)
    observed = len(samples) * len(model.items) * (len(model.items) + (3 if model.means else 1)) // 2
    if len(model.terms) > observed:
        raise BadArgument(
            f"The model has {len(model.terms)} parameters for {observed} means and covariances, so it is not "
            "identified. A single factor needs three items; several need two each."
        )
    theta, covariance, iterations = maximise(model, samples)
    implied = [model.moments(theta, g) for g in range(len(samples))]
    errors = np.sqrt(np.diag(covariance))
    notes: list[str] = []
    for sample, moments in zip(samples, implied, strict=True):
        where = f" in group {sample.label}" if group else ""
        negative = [item for item, value in zip(model.items, np.diag(moments.unique), strict=True) if value < 0]
        if negative:
            warn(f"The residual variance of {', '.join(negative)} is negative{where} (a Heywood case).", notes)
        if np.linalg.eigvalsh(moments.factors)[0] < 0:
            warn(f"The factors' covariance matrix is not positive definite{where}: some may be the same.", notes)
    return CFA(
        terms=model.terms,
        coefficients=theta,
        covariance=covariance,
        n=sum(sample.n for sample in samples),
        n_dropped=n_dropped,
        warnings=tuple(notes),
        factors=chosen,
        groups=tuple(sample.label for sample in samples) if group else (),
        equal=tuple(equal),
        loadings=_loadings(model, samples, implied, errors),
        factor_correlations=_correlations(model, samples, implied),
        indices=fit_indices(
            discrepancy(model, theta, samples), samples, implied, parameters=len(theta), means=model.means
        ),
        iterations=iterations,
    )


def _checked_factors(
    items: pd.DataFrame, factors: Mapping[str, Sequence[str]] | None, group: str | None
) -> dict[str, tuple[str, ...]]:
    if factors is None:
        if not isinstance(items, pd.DataFrame):
            raise BadArgument("items is a frame with one column per item and one row per person.")
        factors = {"factor": [name for name in items.columns if name != group]}
    chosen = {str(name): tuple(members) for name, members in factors.items()}
    if not chosen:
        raise BadArgument("factors names at least one factor and its items.")
    for name, members in chosen.items():
        if len(members) < 2:
            raise BadArgument(f"The factor {name!r} has {len(members)} item(s); it needs two or more, alone three.")
        if len(set(members)) < len(members):
            raise BadArgument(f"The factor {name!r} names an item twice.")
    return chosen


def _samples(
    items: pd.DataFrame, factors: Mapping[str, tuple[str, ...]], group: str | None
) -> tuple[list[Sample], int]:
    columns = list(dict.fromkeys(item for members in factors.values() for item in members))
    if group is None:
        answers = complete_answers(items, columns)
        return [_sample("", answers.values)], answers.n_dropped
    require_columns(items, [group])
    values = numbers(items, columns)
    complete = values.notna().all(axis=1).to_numpy() & items[group].notna().to_numpy()
    if not complete.any():
        raise NoRows(f"No row has {group!r} and every item.")
    labels = pd.unique(items[group][complete])  # in order of appearance, as lavaan
    if len(labels) < 2:
        raise TooFewGroups(f"Column {group!r} has {len(labels)} group with complete rows; comparing needs two or more.")
    samples = []
    for label in labels:
        rows = values[complete & (items[group] == label).to_numpy(dtype=bool, na_value=False)]
        if len(rows) <= len(columns):
            raise TooFewGroups(
                f"Group {label} of {group!r} has {len(rows)} complete rows, too few for {len(columns)} items. "
                "Leave the group out, or merge it with another."
            )
        samples.append(_sample(str(label), complete_answers(rows).values))
    return samples, int((~complete).sum())


def _sample(label: str, values: np.ndarray) -> Sample:
    covariance = np.cov(values, rowvar=False, bias=True)
    spread = np.sqrt(np.diag(covariance))
    if np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < 1e-10:
        raise Collinear("Some items are an exact sum of others (or there are too few rows). Leave one of them out.")
    return Sample(label, len(values), values.mean(axis=0), covariance)


def _loadings(
    model: MeasurementModel, samples: Sequence[Sample], implied: Sequence[Moments], errors: np.ndarray
) -> pd.DataFrame:
    rows = []
    for g, (sample, moments) in enumerate(zip(samples, implied, strict=True)):
        error = {(s.row, s.column): errors[s.parameter] for s in model.slots[g] if s.matrix == "loading"}
        for k, factor in enumerate(model.factors):
            for i in [model.markers[k]] + [row for row, column in error if column == k]:
                estimate = moments.loadings[i, k]
                rows.append(
                    {
                        "group": sample.label,
                        "factor": factor,
                        "item": model.items[i],
                        "estimate": estimate,
                        "std_error": error.get((i, k), 0.0),
                        "standardised": estimate * np.sqrt(moments.factors[k, k] / moments.covariance[i, i]),
                    }
                )
    frame = pd.DataFrame(rows)
    return frame if len(samples) > 1 else frame.drop(columns="group")


def _correlations(model: MeasurementModel, samples: Sequence[Sample], implied: Sequence[Moments]) -> pd.DataFrame:
    rows = []
    for sample, moments in zip(samples, implied, strict=True):
        spread = np.sqrt(np.abs(np.diag(moments.factors)))
        for a, first in enumerate(model.factors):
            for b in range(a + 1, len(model.factors)):
                correlation = moments.factors[a, b] / (spread[a] * spread[b])
                rows.append(
                    {"group": sample.label, "first": first, "second": model.factors[b], "correlation": correlation}
                )
    return pd.DataFrame(rows, columns=["group", "first", "second", "correlation"])
