"""Sign-in closes for longer and longer, never for ever."""

from __future__ import annotations

import pytest

from secure_zone.keys.lockout import DELAYS, delay_after, is_locked, locked_until


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (-1, 0),
        (0, 0),
        (1, 0),
        (5, 0),
        (6, 30),
        (7, 60),
        (8, 120),
        (9, 240),
        (10, 480),
        (11, 900),
        (12, 900),
        (999, 900),
    ],
)
def test_delays(failures: int, seconds: int) -> None:
    assert delay_after(failures) == seconds


def test_the_table_grows() -> None:
    assert list(DELAYS) == sorted(set(DELAYS))
    assert [delay for _, delay in DELAYS] == sorted(delay for _, delay in DELAYS)


def test_closed_until_the_moment_is_over() -> None:
    assert locked_until(5, 1000.0) is None
    assert locked_until(6, 1000.0) == 1030.0
    assert is_locked(1030.0, 1029.9)
    assert not is_locked(1030.0, 1030.0)
    assert not is_locked(None, 0.0)
