"""Where answers can be told apart: against the search over indivisible blocks of one answer each."""

from __future__ import annotations

import random

import pytest

from analysis.disclosure.admit_single import SingleAdmission
from analysis.disclosure.admit_whole import Effort, admit_whole


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_withholds_fewer_single_answers(seed: int) -> None:
    draw = random.Random(seed)
    n, minimum = draw.randint(1, 5), 4
    parent = [draw.randint(i + 1, n - 1) for i in range(n - 1)] + [-1]
    home = [draw.randint(0, 5) if i in parent else draw.randint(minimum, minimum + 3) for i in range(n)]
    passed = SingleAdmission(minimum).passed_on(parent, home)
    have = list(home)
    for i in range(n):
        cell = have[i] - passed[i]
        assert cell >= minimum or (cell == 0 and i in parent)
        if parent[i] >= 0:
            have[parent[i]] += passed[i]
    loss = 0
    for position, ups in enumerate(admit_whole(parent, [[1] * own for own in home], minimum, Effort(8, 4000))):
        for up in ups:
            at, steps = position, 0
            while at >= 0 and (up is None or steps < up):
                loss, at, steps = loss + 1, parent[at], steps + 1
    assert sum(passed) == loss
