"""Random numbers that depend on what they are for and on nothing else, so that the order of drawing does not matter."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def chance(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator for one purpose, such as `chance(seed, "item", "demands_1", 2021, block)`."""
    words = [part if isinstance(part, int) else crc32(part.encode()) for part in purpose]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
