"""How much collinearity inflates the variance of each term's estimates."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from analysis.errors import BadArgument
from analysis.results import Fit


def vif(fit: Fit) -> pd.DataFrame:
    """Generalised variance inflation factors: frame `term, gvif, df, vif`, where the columns of a factor are one term.

    With R the correlation of the estimates (without the intercept), GVIF = det(R_own) det(R_others) / det(R) (Fox &
    Monette 1992, JASA 87:178-183), as in R's car::vif; `vif` = GVIF^(1/df), to be read like an ordinary variance
    inflation factor. The model's own covariance is used, not a robust one.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from analysis.diagnostics import vif
    >>> from analysis.binary import logistic
    >>> generator = np.random.default_rng(1)
    >>> people = pd.DataFrame({"age": generator.normal(45, 10, 300)})
    >>> people["seniority"] = people.age - 30 + generator.normal(0, 5, 300)
    >>> people["ill"] = (generator.random(300) < 0.3).astype(int)
    >>> vif(logistic(people, "age + seniority", outcome="ill")).vif.round(1).tolist()
    [5.1, 5.1]
    """
    free = [i for i, name in enumerate(fit.terms) if name != "Intercept"]
    if len(free) < 2:
        raise BadArgument("Variance inflation needs at least two terms beside the intercept.")
    covariance = np.asarray(getattr(fit, "naive_covariance", fit.covariance))[np.ix_(free, free)]
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    groups: dict[str, list[int]] = {}
    parts = getattr(fit, "parts", None)
    for position, index in enumerate(free):
        group = _without_level(fit.terms[index])
        groups.setdefault(group if parts is None else f"{parts[index]}: {group}", []).append(position)
    whole = _log_determinant(correlation)
    rows = []
    for term, own in groups.items():
        others = [position for position in range(len(free)) if position not in own]
        log_gvif = (
            _log_determinant(correlation[np.ix_(own, own)])
            + _log_determinant(correlation[np.ix_(others, others)])
            - whole
        )
        rows.append({"term": term, "gvif": np.exp(log_gvif), "df": len(own), "vif": np.exp(log_gvif / len(own))})
    return pd.DataFrame(rows)


def _without_level(term: str) -> str:
    """The term that a column belongs to: `C(race)[T.2]:age` is of `C(race):age`, `bs(age, df=4)[1]` of the spline."""
    return re.sub(r"\[[^\]]*\]", "", term)


def _log_determinant(matrix: np.ndarray) -> float:
    return float(np.linalg.slogdet(matrix)[1]) if len(matrix) else 0.0
