"""Synthetic identity numbers for deliveries made in tests."""

from __future__ import annotations

import numpy as np

from secure_zone.identity.synthetic import synthetic_numbers


def fnr(count: int) -> list[str]:
    """So many different valid synthetic numbers, of women and men born from 1970 on; the first has a leading zero."""
    birth = np.datetime64("1970-03-01") + np.arange(count)
    sex = 1 + np.arange(count) % 2
    return [number.decode() for number in synthetic_numbers(birth, sex, np.zeros(count, dtype=bool))]
