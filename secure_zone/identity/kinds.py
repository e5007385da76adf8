"""What kinds of identity numbers there are, and what they can say."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum


class Sex(StrEnum):
    """Sex as the Population Register holds it."""

    FEMALE = "female"
    MALE = "male"


class Scheme(IntEnum):
    """When a number can have been issued."""

    BEFORE_2032 = 0
    FROM_2032 = 1
    EITHER = 2


class Population(Enum):
    """Whose numbers are taken: the synthetic population's (month + 80), real people's, or both."""

    SYNTHETIC = "synthetic"
    REAL = "real"
    BOTH = "both"
