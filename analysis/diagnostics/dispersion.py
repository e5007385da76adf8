"""Whether counts vary more than the model says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.counts.negative_binomial import NegativeBinomialFit
from analysis.errors import BadArgument
from analysis.glm.fit import GlmFit


def dispersion(fit: GlmFit) -> pd.DataFrame:
    """Three looks at overdispersion, rows `pearson`, `deviance` and, for Poisson fits, `score`.

    Frame `measure, estimate, statistic, df, p_value`. Pearson's and the deviance's chi-square by their degrees of
    freedom are near 1 in a model that fits; their p-values are the chi-square's, and mean little for small
    counts. `score` is the regression-based test of Var(y) = m + alpha m^2 (Cameron & Trivedi 1990, J Econometrics
    46:347-364): its estimate is alpha, its statistic normal, one-sided.

    >>> import pandas as pd
    >>> from analysis.diagnostics import dispersion
    >>> from analysis.counts import poisson
    >>> people = pd.DataFrame({"days": [0, 12, 1, 0, 3, 40, 2, 9], "shift": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> dispersion(poisson(people, "shift", outcome="days")).estimate.round(1).tolist()
    [17.2, 15.3, 1.3]
    """
    if not isinstance(fit, GlmFit):
        raise BadArgument(f"dispersion needs a fit of counts or of a yes/no outcome, not a {type(fit).__name__}.")
    df = fit.df_residual
    if df <= 0:
        raise BadArgument("There are no degrees of freedom left: the model has as many terms as rows.")
    rows = [
        {
            "measure": name,
            "estimate": value / df,
            "statistic": value,
            "df": df,
            "p_value": float(stats.chi2.sf(value, df)),
        }
        for name, value in (("pearson", fit.pearson), ("deviance", fit.deviance))
    ]
    if fit.family == "poisson" and not isinstance(fit, NegativeBinomialFit):
        rows.append(_score(fit))
    return pd.DataFrame(rows)


def _score(fit: GlmFit) -> dict[str, object]:
    """Regress ((y - m)^2 - y) / m on m, without a constant."""
    m = fit.predict()
    y = fit.observations.y
    target = ((y - m) ** 2 - y) / m
    alpha = float(m @ target / (m @ m))
    residual = target - alpha * m
    error = float(np.sqrt((residual @ residual) / (len(m) - 1) / (m @ m)))
    z = alpha / error
    return {"measure": "score", "estimate": alpha, "statistic": z, "df": 1, "p_value": float(special.ndtr(-z))}
