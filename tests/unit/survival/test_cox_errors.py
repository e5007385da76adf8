"""What cannot be estimated is refused in a sentence that names the column, the rows and what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import (
    AnalysisError,
    AnalysisWarning,
    BadArgument,
    BadOutcome,
    BadTimes,
    Collinear,
    ConstantColumn,
    MissingColumn,
    NoEvents,
    Separation,
    TooFewGroups,
)
from analysis.survival import cox, frailty_cox


def people(n: int = 120, **changes: object) -> pd.DataFrame:
    rng = np.random.default_rng(2026)
    days = rng.integers(1, 40, n).astype(float)
    frame = pd.DataFrame(
        {
            "age": rng.normal(45, 10, n),
            "nights": rng.integers(0, 2, n),
            "unit": rng.choice(["north", "south", "west"], n),
            "skill": rng.integers(1, 4, n),
            "person": np.arange(n) // 2,
            "entry": np.maximum(days - rng.integers(1, 10, n), 0),
            "days": days,
            "absent": rng.integers(0, 2, n),
        }
    )
    return frame.assign(**changes)


FRAME = people()

REFUSED = [
    ("missing column", FRAME, "agge", {}, MissingColumn, "'agge'"),
    ("missing strata", FRAME, "age", {"strata": ["unit", "site"]}, MissingColumn, "'site'"),
    ("constant", FRAME.assign(one=1), "age + one", {}, ConstantColumn, "'one'"),
    ("collinear", FRAME.assign(months=FRAME["age"] * 12), "age + months", {}, Collinear, "'months'"),
    ("column of the strata", FRAME, "age + C(skill)", {"strata": "skill"}, ConstantColumn, "C(skill)[T.2]"),
    ("all missing", FRAME.assign(absent=np.nan), "age", {}, BadOutcome, "missing in all 120 rows"),
    ("text outcome", FRAME.assign(absent="yes"), "age", {}, BadOutcome, "'absent'"),
    ("coded 1 and 2", FRAME.assign(absent=FRAME["absent"] + 1), "age", {}, BadOutcome, "0 or 1"),
    ("no events", FRAME.assign(absent=0), "age", {}, NoEvents, "'absent'"),
    ("negative times", FRAME.assign(days=FRAME["days"] - 20), "age", {}, BadTimes, "rows"),
    ("infinite times", FRAME.assign(days=np.where(FRAME.index == 7, np.inf, 5)), "age", {}, BadTimes, "row 7"),
    ("dates", FRAME.assign(days=pd.Timestamp("2026-01-01")), "age", {}, BadTimes, "not numbers"),
    ("entry after exit", FRAME.assign(entry=np.where(FRAME.index == 3, 99, 0)), "age", {"start": "entry"}, BadTimes,
     "row 3"),
    ("no length", FRAME.assign(entry=np.where(FRAME.index == 5, FRAME["days"], 0)), "age", {"start": "entry"},
     BadTimes, "no length"),
    ("level without events", FRAME.assign(absent=FRAME["absent"] * (FRAME["unit"] != "west")), "age + unit", {},
     NoEvents, "level west"),
    ("reference without events", FRAME.assign(absent=FRAME["absent"] * (FRAME["skill"] != 1)), "C(skill)", {},
     NoEvents, "'skill'"),
    ("dummy without events", FRAME.assign(absent=FRAME["absent"] * (1 - FRAME["nights"])), "age + nights", {},
     NoEvents, "'nights'"),
    ("monotone", FRAME.assign(luck=-FRAME["days"], absent=1), "age + luck", {}, Separation, "'luck'"),
    ("ties", FRAME, "age", {"ties": "exact"}, BadArgument, "'efron' or 'breslow'"),
    ("weight of 0", FRAME.assign(weight=0.0), "age", {"weights": "weight"}, BadArgument, "above 0"),
    ("one cluster", FRAME.assign(one=1), "age", {"cluster": "one"}, TooFewGroups, "'one'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "formula", "named", "error", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refused(
    frame: pd.DataFrame, formula: str, named: dict[str, object], error: type[AnalysisError], words: str
) -> None:
    with pytest.raises(error) as raised:
        cox(frame, formula, stop="days", event="absent", **named)
    assert words in str(raised.value)


def test_a_stratum_without_events_is_a_warning_and_changes_nothing() -> None:
    frame = FRAME.assign(absent=FRAME["absent"] * (FRAME["unit"] != "west"))
    with pytest.warns(AnalysisWarning, match="unit=west"):
        fit = cox(frame, "age", stop="days", event="absent", strata="unit")
    assert "unit=west" in fit.warnings[0]
    without = cox(frame[frame["unit"] != "west"], "age", stop="days", event="absent", strata="unit")
    assert fit.coefficients == pytest.approx(without.coefficients, rel=1e-10)


def test_few_clusters_are_a_warning() -> None:
    with pytest.warns(AnalysisWarning, match="only 3 values"):
        cox(FRAME, "age", stop="days", event="absent", cluster="unit")


def test_no_variance_between_groups_is_the_plain_model_with_a_warning() -> None:
    with pytest.warns(AnalysisWarning, match="estimated as 0"):
        fit = frailty_cox(FRAME, "age", stop="days", event="absent", group="unit")
    assert fit.theta == 0
    assert fit.coefficients == pytest.approx(cox(FRAME, "age", stop="days", event="absent").coefficients)
    assert fit.glance()["theta_p_value"] == 1.0


def test_predictions_only_within_follow_up_and_for_known_strata() -> None:
    fit = cox(FRAME, "age", stop="days", event="absent", strata="unit")
    new = pd.DataFrame({"age": [40.0], "unit": ["north"]})
    with pytest.raises(BadArgument, match="follow-up"):
        fit.predict_survival(new, times=[1000])
    with pytest.raises(BadArgument, match="no stratum"):
        fit.predict_survival(new.assign(unit="east"), times=[10])
    with pytest.raises(MissingColumn, match="unit"):
        fit.predict_survival(new[["age"]], times=[10])
    with pytest.raises(BadArgument, match="martingale"):
        fit.residuals("raw")
