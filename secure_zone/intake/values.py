"""One column of a batch: values as delivered in, values of the schema's type and a fault code for each out.

Texts come as Arrow dictionaries where values repeat: then only the different ones are parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secure_zone.identity.kinds import Population
from secure_zone.identity.many import read_numbers
from secure_zone.intake import stray_numbers
from secure_zone.intake.faults import NO_FAULT, OF_IDENTITY, FaultKind, code_of
from secure_zone.intake.schema import Column, DateForm, Type

Checked: TypeAlias = "tuple[pa.Array, NDArray[np.uint8]]"

ARROW = {
    Type.FNR: pa.string(),
    Type.NAME: pa.string(),
    Type.TEXT: pa.string(),
    Type.CODE: pa.string(),
    Type.DATE: pa.date32(),
    Type.MOMENT: pa.timestamp("us", "UTC"),
    Type.INTEGER: pa.int64(),
    Type.DECIMAL: pa.float64(),
}
INTEGER = r"^[+-]?[0-9]{1,15}$"
DECIMAL = r"^[+-]?[0-9]{1,15}([.,][0-9]{1,15})?$"
FORMULA = r"^[=@]|^[+-]\s*[\p{L}(=@\"'$]"
BAD_CHARACTER = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{FFFD}]"
WRITTEN_DATES = {
    DateForm.ISO: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    DateForm.NORWEGIAN: r"^[0-9]{2}\.[0-9]{2}\.[0-9]{4}$",
    DateForm.YYYYMMDD: r"^[0-9]{8}$",
    DateForm.YYYYMM: r"^[0-9]{6}$",
}
SECONDS_A_DAY, FROM_1582 = 86_400, -141_428
LARGEST_DAY = 3_000_000
_IDENTITY_CODES = np.array([NO_FAULT] + [code_of(OF_IDENTITY[fault]) for fault in sorted(OF_IDENTITY)], dtype=np.uint8)


def checked(column: Column, raw: pa.Array, population: Population) -> Checked:
    """The column's values, null where missing or at fault, and the fault of each."""
    if column.type is Type.FNR:
        return _identity_numbers(column, raw, population)
    kind = raw.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        coded = raw if pa.types.is_dictionary(kind) else pc.dictionary_encode(raw)
        values, faults = _texts(column, pc.cast(coded.dictionary, pa.string()))
        indices = coded.indices
        absent = _code(column.required, FaultKind.MISSING)
        places = np.asarray(pc.fill_null(indices, len(faults)))
        return values.take(indices), np.append(faults, absent).astype(np.uint8)[places]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values, faults = _numbers(column, pc.cast(raw, pa.float64(), safe=False))
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        values, faults = _times(column, raw)
    elif pa.types.is_null(kind):
        values, faults = pa.nulls(len(raw), ARROW[column.type]), np.zeros(len(raw), dtype=np.uint8)
    else:
        wrong = code_of(FaultKind.NOT_A_TEXT)
        values = pa.nulls(len(raw), ARROW[column.type])
        faults = np.where(np.asarray(raw.is_null()), NO_FAULT, wrong).astype(np.uint8)
    return _finished(column, values, faults)


def _identity_numbers(column: Column, raw: pa.Array, population: Population) -> Checked:
    if pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_decode()
    read = read_numbers(raw, population=population)
    faults = _IDENTITY_CODES[read.faults]
    if not column.required:
        faults[faults == code_of(FaultKind.MISSING)] = NO_FAULT
    if not pa.types.is_string(raw.type):
        whole = pc.cast(pc.if_else(pa.array(read.valid), raw, None), pa.int64(), safe=False) if _number(raw) else raw
        raw = pc.utf8_lpad(pc.cast(whole, pa.string()), 11, "0") if _number(raw) else pc.cast(raw, pa.string())
    if not read.valid.all():
        raw = pc.if_else(pa.array(read.valid), raw, pa.scalar(None, pa.string()))
    if len(raw) and pc.max(pc.binary_length(raw)).as_py() not in (None, 11):
        raw = pc.replace_substring_regex(raw, r"[^0-9]", "")
    return raw, faults


def _number(raw: pa.Array) -> bool:
    return bool(pa.types.is_integer(raw.type) or pa.types.is_floating(raw.type))


def _code(applies: bool, kind: FaultKind) -> int:
    return code_of(kind) if applies else NO_FAULT


def _mark(faults: NDArray[np.uint8], wrong: NDArray[np.bool_] | pa.Array, kind: FaultKind) -> None:
    """Notes the fault where it is the first."""
    where = np.asarray(pc.fill_null(wrong, False)) if isinstance(wrong, pa.Array) else wrong
    faults[where & (faults == NO_FAULT)] = code_of(kind)


def _texts(column: Column, texts: pa.Array) -> Checked:
    """The different texts of a column."""
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    faults = np.zeros(len(texts), dtype=np.uint8)
    _mark(faults, stray_numbers.in_texts(texts), FaultKind.STRAY_NUMBER)
    if column.type in (Type.INTEGER, Type.DECIMAL):
        lost_zero = pc.match_substring_regex(texts, "^[0-9]{10}$")
        if pc.any(lost_zero).as_py():
            padded = pc.utf8_lpad(pc.if_else(lost_zero, texts, ""), 11, "0")
            _mark(
                faults, read_numbers(padded).valid & np.asarray(pc.fill_null(lost_zero, False)), FaultKind.STRAY_NUMBER
            )
    _mark(faults, pc.match_substring_regex(texts, FORMULA), FaultKind.FORMULA)
    values, wrong, kind = _PARSERS[column.type](column, texts)
    _mark(faults, wrong, kind)
    if column.type in (Type.NAME, Type.TEXT):
        _mark(faults, pc.greater(pc.utf8_length(texts), column.max_length), FaultKind.TOO_LONG)
    return _finished(column, values, faults)


def _finished(column: Column, values: pa.Array, faults: NDArray[np.uint8]) -> Checked:
    """Marks what is missing or out of range, and blanks what is at fault."""
    if column.required:
        _mark(faults, np.asarray(values.is_null()), FaultKind.MISSING)
    if column.range is not None and len(values):
        low, high = (pa.scalar(end, ARROW[column.type]) for end in column.range)
        _mark(faults, pc.or_(pc.less(values, low), pc.greater(values, high)), FaultKind.OUT_OF_RANGE)
    if faults.any():
        values = pc.if_else(pa.array(faults == NO_FAULT), values, pa.scalar(None, values.type))
    return values, faults


def _keep(texts: pa.Array, right: pa.Array) -> pa.Array:
    return pc.if_else(right, texts, pa.scalar(None, pa.string()))


def _plain(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    return texts, pc.match_substring_regex(texts, BAD_CHARACTER), FaultKind.BAD_CHARACTER


def _codes(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    right = pa.array([True] * len(texts))
    if column.codes is not None:
        right = pc.is_in(texts, pa.array(sorted(column.codes), pa.string()))
    elif column.pattern is not None:
        right = pc.match_substring_regex(texts, f"^(?:{column.pattern})$")
    return texts, pc.and_(pc.is_valid(texts), pc.invert(right)), FaultKind.NOT_A_CODE


def _integers(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    right = pc.match_substring_regex(texts, INTEGER)
    values = pc.cast(pc.utf8_ltrim(_keep(texts, right), "+"), pa.int64())
    return values, pc.invert(right), FaultKind.NOT_AN_INTEGER


def _decimals(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    right = pc.match_substring_regex(texts, DECIMAL)
    plain = pc.utf8_ltrim(pc.replace_substring(_keep(texts, right), ",", "."), "+")
    return pc.cast(plain, pa.float64()), pc.invert(right), FaultKind.NOT_A_NUMBER


def _dates(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    found = pa.nulls(len(texts), pa.date32())
    for form in column.forms:
        if form not in WRITTEN_DATES:
            numbers, _, _ = _decimals(column, texts)
            found = pc.coalesce(found, _days(numbers, form))
            continue
        written = _keep(texts, pc.match_substring_regex(texts, WRITTEN_DATES[form]))
        whole, pattern = written, form.value
        if form is DateForm.YYYYMM:
            whole, pattern = pc.binary_join_element_wise(written, "01", ""), DateForm.YYYYMMDD.value
        moments = pc.strptime(whole, pattern, "s", error_is_null=True)
        # The 31st of February is read as the 2nd or 3rd of March.
        same = pc.equal(pc.strftime(moments, pattern), whole)
        found = pc.coalesce(found, pc.cast(pc.if_else(same, moments, None), pa.date32()))
    return found, pc.and_(pc.is_valid(texts), pc.is_null(found)), FaultKind.NOT_A_DATE


def _days(numbers: pa.Array, form: DateForm) -> pa.Array:
    """Dates of whole days since 1970, or of SPSS's seconds since 1582; null where there is no such date."""
    days = np.asarray(pc.fill_null(numbers, np.nan), dtype=np.float64)
    if form is DateForm.SPSS_SECONDS:
        days = np.floor(days / SECONDS_A_DAY) + FROM_1582
    right = (np.abs(days) <= LARGEST_DAY) & (days == np.floor(days))
    return pa.array(np.where(right, days, 0).astype(np.int32), pa.int32(), mask=~right).cast(pa.date32())


def _moments(column: Column, texts: pa.Array) -> tuple[pa.Array, pa.Array, FaultKind]:
    found = pa.array([_moment(text) for text in texts.to_pylist()], ARROW[Type.MOMENT])
    return found, pc.and_(pc.is_valid(texts), pc.is_null(found)), FaultKind.NOT_A_MOMENT


def _moment(text: str | None) -> datetime | None:
    if text is None or len(text) < len("2021-10-05T13:54Z"):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


_PARSERS: dict[Type, Callable[[Column, pa.Array], tuple[pa.Array, pa.Array, FaultKind]]] = {
    Type.NAME: _plain,
    Type.TEXT: _plain,
    Type.CODE: _codes,
    Type.INTEGER: _integers,
    Type.DECIMAL: _decimals,
    Type.DATE: _dates,
    Type.MOMENT: _moments,
}


def _numbers(column: Column, numbers: pa.Array) -> Checked:
    """A column of doubles, as statistics programs have them."""
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    plain = np.asarray(pc.fill_null(numbers, 0.0))
    faults = np.zeros(len(numbers), dtype=np.uint8)
    _mark(faults, stray_numbers.in_numbers(numbers), FaultKind.STRAY_NUMBER)
    _mark(faults, ~np.isfinite(plain), FaultKind.NOT_A_NUMBER)
    if column.type is Type.DECIMAL:
        return numbers, faults
    if column.type is Type.DATE:
        for form in column.forms:
            if form not in WRITTEN_DATES:
                dates = _days(numbers, form)
                _mark(faults, pc.and_(pc.is_valid(numbers), pc.is_null(dates)), FaultKind.NOT_A_DATE)
                return dates, faults
    whole = (plain == np.floor(plain)) & (np.abs(plain) < 1e15)
    integers = pa.array(np.where(whole, plain, 0).astype(np.int64), mask=~whole | np.asarray(numbers.is_null()))
    if column.type is Type.INTEGER:
        _mark(faults, ~whole, FaultKind.NOT_AN_INTEGER)
        if column.codes is not None:
            known = pc.is_in(integers, pa.array(sorted(int(code) for code in column.codes), pa.int64()))
            _mark(faults, pc.and_(pc.is_valid(integers), pc.invert(known)), FaultKind.NOT_A_CODE)
        return integers, faults
    wrong = FaultKind.NOT_A_DATE if column.type is Type.DATE else FaultKind.NOT_A_CODE
    _mark(faults, ~whole, wrong)
    texts, more = _texts(column, pc.cast(integers, pa.string()))
    return texts, np.where(faults, faults, more).astype(np.uint8)


def _times(column: Column, raw: pa.Array) -> Checked:
    """A column that the file itself marks as dates or times."""
    faults = np.zeros(len(raw), dtype=np.uint8)
    if column.type is Type.DATE:
        return pc.cast(raw, pa.date32(), safe=False), faults
    if column.type is Type.MOMENT and pa.types.is_timestamp(raw.type) and raw.type.tz:
        return pc.cast(raw, ARROW[Type.MOMENT], safe=False), faults
    wrong = {Type.MOMENT: FaultKind.NOT_A_MOMENT, Type.INTEGER: FaultKind.NOT_AN_INTEGER}
    _mark(faults, np.asarray(raw.is_valid()), wrong.get(column.type, FaultKind.NOT_A_TEXT))
    return pa.nulls(len(raw), ARROW[column.type]), faults
