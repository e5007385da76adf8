"""What every fit shares: levels, pickling for other processes, and a text that holds no rows."""

import pickle

import numpy as np
import pandas as pd
import pytest

from analysis.binary import logistic
from analysis.counts import poisson, zero_inflated
from analysis.errors import BadArgument, row_labels
from analysis.results import check_level, tidy_frame


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, "0.95", None])
def test_levels_are_shares(level: object) -> None:
    with pytest.raises(BadArgument, match="strictly between 0 and 1"):
        check_level(level)


def test_degrees_of_freedom_widen_the_interval() -> None:
    normal = tidy_frame(["x"], [1.0], [0.5])
    student = tidy_frame(["x"], [1.0], [0.5], df=5)
    assert student.conf_low[0] < normal.conf_low[0]
    assert student.p_value[0] == pytest.approx(2 * (1 - 0.9490303), rel=1e-5)
    assert normal.p_value[0] == pytest.approx(0.04550026, rel=1e-6)


def test_fits_travel_to_other_processes() -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"x": rng.normal(size=200), "g": rng.choice(list("ab"), 200), "y": rng.integers(0, 2, 200)})
    fit = logistic(data, "bs(x, df=4) * g", outcome="y")
    back = pickle.loads(pickle.dumps(fit))  # noqa: S301 - bytes made a moment ago
    pd.testing.assert_frame_equal(back.tidy(), fit.tidy())
    np.testing.assert_allclose(back.predict(data), fit.predict())


def test_the_text_of_a_fit_has_no_rows_in_it() -> None:
    data = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6], "y": [0, 1, 4, 0, 3, 9]}, index=[f"secret{i}" for i in range(6)])
    plain = poisson(data, "x", outcome="y")
    mixed = zero_inflated(data, "x", outcome="y", dist="poisson", zero_formula="1")
    for fit in (plain, mixed):
        assert "secret" not in repr(fit)
        assert fit.title in fit.summary(level=0.99, exponentiate=True)
        assert "secret" not in fit._repr_html_()
        assert "<table" in fit._repr_html_()


def test_row_labels_read_like_words() -> None:
    index = pd.Index(list("abcdefg"))
    assert row_labels(index, np.array([2])) == "row c"
    assert row_labels(index, np.arange(7)) == "rows a, b, c, d, e and 2 more"
