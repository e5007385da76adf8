"""How identity numbers come in columns of files, as a matrix of digits."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secure_zone.identity.faults import Fault

LENGTH = 11
NO_NUMBER = "?"


def as_digits(
    values: Iterable[object] | pd.Series | pa.Array | pa.ChunkedArray | NDArray[np.generic],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The digits of each number (eleven columns, zeros where there is a fault) and a fault code for each."""
    texts, missing = _texts(values)
    whole = pc.equal(pc.binary_length(texts), LENGTH)
    if not pc.all(whole, min_count=0).as_py():
        texts = pc.utf8_trim_whitespace(texts)
        texts = pc.replace_substring_regex(texts, r"^([0-9]{6})[ -]([0-9]{5})$", r"\1\2")
        whole = pc.equal(pc.binary_length(texts), LENGTH)
        texts = pc.if_else(whole, texts, "0" * LENGTH)
    faults = np.zeros(len(texts), dtype=np.uint8)
    digits = np.frombuffer(_characters(texts), dtype=np.uint8).reshape(-1, LENGTH) - ord("0")
    wrong = ~np.asarray(whole) | (digits > 9).any(axis=1)
    faults[wrong] = Fault.NOT_ELEVEN_DIGITS
    faults[missing] = Fault.MISSING
    if wrong.any():
        digits[wrong] = 0
    return digits, faults


def _texts(values: Iterable[object] | pa.Array | pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as texts, empty where nothing is there, and where that is."""
    column = _as_arrow(values)
    if pa.types.is_floating(column.type):
        exact = pc.and_kleene(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 1e15))
        column = pc.cast(pc.if_else(exact, column, pc.if_else(pc.is_valid(column), -1.0, None)), pa.int64())
    if pa.types.is_integer(column.type):
        column = pc.utf8_lpad(pc.cast(column, pa.large_string()), LENGTH, "0")
    column = pc.cast(column, pa.large_string())
    missing = np.array(pc.or_(pc.is_null(column), pc.equal(pc.fill_null(column, ""), "")))
    return pc.fill_null(column, ""), missing


def _as_arrow(values: Iterable[object] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """An Arrow column of texts or numbers; a value of any other kind becomes a text that is no number."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    if isinstance(values, pa.Array):
        kind = values.type
        if pa.types.is_large_string(kind) or pa.types.is_string(kind) or _is_number(kind):
            return values
        values = values.to_pylist()
    elif isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return pa.array(values)
    elif isinstance(values, pd.Series) and (isinstance(values.dtype, pd.StringDtype) or values.dtype.kind in "iuf"):
        return pa.Array.from_pandas(values)
    return pa.array([_text(value) for value in values], type=pa.large_string())


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _text(value: object) -> str | None:
    """One value of a mixed column as text, in ASCII: other characters cannot be digits of a number."""
    if isinstance(value, str):
        return value if value.isascii() else NO_NUMBER
    if isinstance(value, bytes):
        return value.decode("ascii", errors="replace")
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{int(value):0{LENGTH}d}"
    nothing = value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    return None if nothing else NO_NUMBER


def _characters(texts: pa.Array) -> memoryview:
    """The bytes of a column in which every text is LENGTH bytes long, one after the other."""
    _, offsets, data = texts.buffers()
    if data is None or len(texts) == 0:
        return memoryview(b"")
    start = int(np.frombuffer(offsets, dtype=np.int64)[texts.offset])
    return memoryview(data)[start : start + len(texts) * LENGTH]
