"""Excel workbooks (.xlsx): the first sheet, values only. Formulas are not calculated: each is a finding."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.limits import Limits
from secure_zone.intake.raw import RawBatch, Reading
from secure_zone.intake.schema import Schema
from secure_zone.intake.source import Source
from secure_zone.intake.workbook_package import BROKEN, check_package

ROWS_PER_BATCH = 5_000
# What openpyxl is seen to raise when the XML is not what it expects.
MISREAD = (
    *BROKEN,
    ParseError,
    InvalidFileException,
    TypeError,
    AttributeError,
    IndexError,
    ArithmeticError,
    SyntaxError,
)


def read_workbook(source: Source, schema: Schema, limits: Limits) -> Reading:
    """Opens the first sheet of a workbook."""
    content = os.fdopen(os.dup(source.fileno()), "rb")
    sha256 = source.sha256()
    try:
        check_package(content, limits)
        cells = _cells(content, limits)
        first = next(cells, None)
        if first is None:
            raise Unreadable(FaultKind.EMPTY)
        number, names = first
        columns = tuple("" if cell.value is None else str(cell.value).strip() for cell in names)
        while columns and not columns[-1]:
            columns = columns[:-1]
        if len(columns) > limits.columns:
            raise Unreadable(FaultKind.TOO_MANY_COLUMNS)
        if number != 1 or not columns:
            raise Unreadable(FaultKind.MISSING_COLUMN)
    except BaseException:
        content.close()
        raise
    return Reading(columns, _batches(cells, columns), lambda: sha256, letters=True, close=content.close)


class _Cell:
    """A value of the sheet and whether it is a formula."""

    __slots__ = ("formula", "value")

    def __init__(self, value: object, formula: bool) -> None:
        self.value, self.formula = value, formula


EMPTY = _Cell(None, False)


def _cells(content: io.BufferedIOBase, limits: Limits) -> Iterator[tuple[int, list[_Cell]]]:
    """The rows that are not empty, with their numbers in the sheet. Stops at more cells than are taken in."""
    left = limits.workbook_cells
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(content, read_only=True, data_only=False, keep_links=False)
        sheets = book.worksheets
        if not sheets:
            raise Unreadable(FaultKind.EMPTY)
        sheet = sheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            left -= max(1, len(row))
            if left < 0:
                raise Unreadable(FaultKind.UNPACKS_TOO_LARGE)
            if any(cell.value is not None for cell in row):
                yield number, [_Cell(cell.value, getattr(cell, "data_type", "") == "f") for cell in row]
    except MISREAD:
        raise Unreadable(FaultKind.DAMAGED) from None


def _batches(cells: Iterator[tuple[int, list[_Cell]]], columns: Sequence[str]) -> Iterator[RawBatch]:
    numbers: list[int] = []
    rows: list[list[_Cell]] = []
    for number, row in cells:
        if any(cell.value is not None for cell in row[len(columns) :]):
            raise Unreadable(FaultKind.UNKNOWN_COLUMN, f"column {len(columns) + 1}")
        numbers.append(number)
        rows.append([*row[: len(columns)], *[EMPTY] * (len(columns) - len(row))])
        if len(rows) == ROWS_PER_BATCH:
            yield _batch(numbers, rows, columns)
            numbers, rows = [], []
    if rows:
        yield _batch(numbers, rows, columns)


def _batch(numbers: list[int], rows: list[list[_Cell]], columns: Sequence[str]) -> RawBatch:
    values = {name: pa.array([_text(row[at].value) for row in rows], pa.string()) for at, name in enumerate(columns)}
    formulas = {name: np.array([row[at].formula for row in rows]) for at, name in enumerate(columns)}
    return RawBatch(np.array(numbers, dtype=np.int64), values, formulas={k: v for k, v in formulas.items() if v.any()})


def _text(value: object) -> str | None:
    """A cell as text: dates as ISO, whole numbers without a point."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).encode(errors="replace").decode()
