"""Times that differ by rounding become the first of them; all others stay as they are."""

import numpy as np
import pytest

from analysis.survival.tied_times import join_tied


def test_sums_of_tenths_tie_across_arrays() -> None:
    starts, stops = join_tied(np.array([0.3, 0.0, 0.1]), np.array([0.7, 0.1 + 0.2, 0.3]))
    assert starts.tolist() == [0.3, 0.0, 0.1]
    assert stops.tolist() == [0.7, 0.3, 0.3]


@pytest.mark.parametrize("seed", range(5))
def test_against_a_walk_through_the_sorted_times(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.round(rng.uniform(0, 3, 300), 1) + rng.choice([0, 1e-9, 3e-9, 0.4], 300)
    becomes: dict[float, float] = {}
    last = first = -1.0
    for time in np.unique(times):
        first = first if time - last <= 1.4e-8 else time
        becomes[time], last = first, time
    assert join_tied(times)[0].tolist() == [becomes[time] for time in times]
