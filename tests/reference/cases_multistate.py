"""State occupation and expected time beside R's survfit for multi-state data."""

from functools import partial
from typing import Any

import numpy as np
from case import Case, Comparison, answers, frame

from analysis.survival import expected_time, state_occupation

MORE = "more_multistate.json"
CURVE = 1e-9


def _matrix(rows: list[list[Any]]) -> np.ndarray:
    return np.array([[np.nan if v in (None, "NA", "NaN") else v for v in row] for row in rows], dtype=float)


def _worst(quantity: str, ours: np.ndarray, theirs: np.ndarray) -> Comparison:
    """The pair that differs most; missing must be missing in both."""
    if ours.shape != theirs.shape or (np.isnan(ours) != np.isnan(theirs)).any():
        return quantity, float("nan"), float(theirs.size), CURVE
    place = int(np.nanargmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-3)))
    return quantity, float(ours.flat[place]), float(theirs.flat[place]), CURVE


def _compare(name: str) -> list[Comparison]:
    case = answers(MORE)[name]
    given, data = case["values"], frame(case["data"])
    if "group" in case:
        data = data[data["grp"] == case["group"]]
    columns = dict(start="start", stop="stop", state="state", person="id", initial=case.get("initial", "(s0)"))
    result = state_occupation(data, **columns)
    assert list(result.states) == given["states"]
    # R also lists the time at which a first interval is cut in two, where nothing happens.
    at = result.at(given["time"])
    compared = []
    for ours, theirs in (("estimate", "p"), ("std_error", "se"), ("conf_low", "low"), ("conf_high", "high")):
        mine = np.column_stack([at.loc[at["state"] == state, ours] for state in result.states])
        compared.append(_worst(ours, mine, _matrix(given[theirs])))
    shared = np.isin(given["time"], result.table["time"])
    for ours, theirs in (("n_risk", "n_risk"), ("n_event", "n_event")):
        mine = result.table[ours].to_numpy(dtype=float).reshape(-1, len(result.states))
        compared.append(_worst(ours, mine, _matrix(given[theirs])[shared]))
    times = expected_time(data, **columns, until=given["until"])
    compared.append(_worst("expected time", times["time"].to_numpy(), np.array(given["rmean"], dtype=float)))
    compared.append(_worst("its std_error", times["std_error"].to_numpy(), np.array(given["rmean_se"], dtype=float)))
    return compared


CASES = [Case(name, answer["call"], partial(_compare, name)) for name, answer in answers(MORE).items()]
