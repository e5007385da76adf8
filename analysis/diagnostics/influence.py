"""What each row does to the estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import BadArgument
from analysis.glm.fit import GlmFit
from analysis.survival.cox_fit import CoxFit


def influence(fit: GlmFit | CoxFit, *, standardised: bool = False) -> pd.DataFrame:
    """The change in each coefficient that a row makes (dfbeta), a column per term, labelled as the data.

    For regressions of counts and of yes/no outcomes it is one Newton step away from the estimates, with the row's
    leverage h: (X'WX)^-1 x (y - m) / (1 - h) (Pregibon 1981, Ann Stat 9:705-724), and a column `leverage` is added; for
    Cox models the score residuals times the covariance (Therneau & Grambsch 2000, section 7.1). `standardised`
    divides by the model's standard errors: 2 / sqrt(n) is the usual size to look at.

    >>> import pandas as pd
    >>> from analysis.diagnostics import influence
    >>> from analysis.binary import logistic
    >>> people = pd.DataFrame({"ill": [0, 0, 0, 1, 0, 1, 1, 1, 0], "age": [30, 32, 35, 36, 41, 44, 50, 55, 90]})
    >>> influence(logistic(people, "age", outcome="ill")).age.abs().idxmax()
    8
    """
    if isinstance(fit, CoxFit):
        frame = fit.residuals("dfbetas" if standardised else "dfbeta")
        return pd.DataFrame(frame)
    if not isinstance(fit, GlmFit):
        raise BadArgument(f"influence needs a count, yes/no or Cox fit, not a {type(fit).__name__}.")
    seen = fit.observations
    matrix, bread = seen.design.matrix, fit.naive_covariance
    leverage = seen.spread(np.einsum("ij,ij->i", matrix @ bread, matrix)) * fit.information_weight()
    if (leverage > 1 - 1e-10).any():
        leverage = np.minimum(leverage, 1 - 1e-10)
    changes = seen.spread(matrix @ bread) * (fit.score_residual() / (1 - leverage))[:, None]
    if standardised:
        changes = changes / np.sqrt(np.diag(bread))
    index = seen.design.frame.index
    frame = pd.DataFrame(changes, columns=list(fit.terms), index=index[seen.kept])
    frame["leverage"] = leverage
    return frame
