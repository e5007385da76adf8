"""Identity numbers where none belongs: in codes, numbers and free texts."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secure_zone.identity.many import read_numbers

LENGTH = 11
# Eleven digits of any script, with what people write after the sixth, and no digit before or behind.
MAYBE = r"\p{Nd}{6}[ \x{00A0}\x{2009}\x{202F}./_–-]{0,3}\p{Nd}{5}"
NUMBER = re.compile(r"(?<!\d)(?=(\d{6})[ \u00a0\u2009\u202f./_–-]{0,3}(\d{5})(?!\d))")
# As a number, the zero in front is lost: the smallest one begins with the first of a month.
SMALLEST, LARGEST = 100_000_000, 99_999_999_999


def in_texts(texts: pa.Array) -> NDArray[np.bool_]:
    """Which texts hold a valid identity number."""
    longest = pc.max(pc.binary_length(texts)).as_py()
    if longest is None or longest < LENGTH:
        return np.zeros(len(texts), dtype=bool)
    found = np.array(pc.fill_null(pc.match_substring_regex(texts, MAYBE), False))
    for at in np.flatnonzero(found):
        found[at] = text_holds_number(texts[int(at)].as_py())
    return found


def text_holds_number(text: str) -> bool:
    """The same for one text."""
    numbers = ["".join(str(int(digit)) for digit in first + last) for first, last in NUMBER.findall(text)]
    return bool(numbers) and bool(read_numbers(numbers).valid.any())


def in_numbers(values: pa.Array) -> NDArray[np.bool_]:
    """Which whole numbers are valid identity numbers, with the leading zero lost or not."""
    numbers = np.asarray(pc.fill_null(values, 0))
    found = (numbers >= SMALLEST) & (numbers <= LARGEST)
    if found.any():
        found[found] = read_numbers(numbers[found]).valid
    return found
