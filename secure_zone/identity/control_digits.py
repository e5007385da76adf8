"""The two control digits of a national identity number, for one number or for millions at a time.

Every number, of either scheme, is eleven digits: six of a date, three of the individual number, two control digits.
The weighted sum over the first ten digits, modulo 11, is 0 in a number issued before 2032. Numbers issued from 2032 on
may leave 0, 1, 2 or 3, which gives four times as many numbers. The weighted sum over all eleven is 0 in both schemes.
Source: Skatteetaten, "Nytt fødselsnummer fra 2032" (documentation of the National Population Register's services).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_WEIGHTS = np.array([3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0], dtype=np.int32)
SECOND_WEIGHTS = np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], dtype=np.int32)
BEFORE_2032 = 0
FROM_2032 = (0, 1, 2, 3)
NO_DIGIT = 10


def remainders(digits: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """What the two weighted sums leave modulo 11. `digits` has eleven columns, 0 to 9."""
    wide = digits.astype(np.int32, copy=False)
    return (wide @ FIRST_WEIGHTS) % 11, (wide @ SECOND_WEIGHTS) % 11


def control_digits(digits: NDArray[np.integer], remainder: int = BEFORE_2032) -> tuple[NDArray[np.int32], ...]:
    """The control digits that belong to the first nine columns of `digits`, with the first sum leaving `remainder`.

    NO_DIGIT where the sum asks for the digit 10: no such number is issued.
    """
    nine = digits[:, :9].astype(np.int32, copy=False)
    first = (remainder - nine @ FIRST_WEIGHTS[:9]) % 11
    second = -(nine @ SECOND_WEIGHTS[:9] + SECOND_WEIGHTS[9] * first) % 11
    return first, np.where(first == NO_DIGIT, NO_DIGIT, second)
