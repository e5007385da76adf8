"""An argument that names one column refuses a list of them by a sentence, in every family."""

from collections.abc import Callable

import pandas as pd
import pytest

from analysis.counts import poisson
from analysis.errors import BadArgument
from analysis.multilevel import linear_mixed
from analysis.survival import cox, kaplan_meier

PEOPLE = pd.DataFrame({"t": [1.0, 2, 3, 4, 5], "e": [1, 0, 1, 1, 1], "x": [1.0, 2, 1, 3, 2], "u": [1, 1, 2, 2, 3]})


@pytest.mark.parametrize(
    "call",
    [
        lambda: cox(PEOPLE, "x", stop="t", event="e", cluster=["u"]),
        lambda: cox(PEOPLE, "x", stop=["t"], event="e"),
        lambda: kaplan_meier(PEOPLE, stop="t", event=["e"]),
        lambda: poisson(PEOPLE, "x", outcome=["e"]),
        lambda: linear_mixed(PEOPLE, "x", outcome="t", group=["u"]),
    ],
)
def test_a_list_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(BadArgument, match="not in a list"):
        call()
