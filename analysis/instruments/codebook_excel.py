"""Codebooks as Excel files."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree.ElementTree import ParseError  # noqa: S405 - the error only; files with a DTD are refused before

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from analysis.instruments.codebook import COLUMNS, MOST_ITEMS, CodebookFaults, Fault, rows_of
from analysis.instruments.codebook_grid import instrument_of_grid
from analysis.instruments.model import Instrument
from analysis.instruments.xml_elements import BadXML, refuse_dtd

MOST_COLUMNS = 200
MOST_PARTS = 500
LARGEST_UNPACKED = 100_000_000
WIDE = ("text_nb", "text_en", "categories_nb", "categories_en", "missing_nb", "missing_en")
# What zipfile and openpyxl raise on files that are damaged or no Excel files.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, BadXML,
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


def write_excel(instrument: Instrument) -> bytes:
    """The instrument as a codebook on one sheet; `read_excel` gives the same instrument."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "codebook"
    for at, name in enumerate(COLUMNS, 1):
        sheet.cell(1, at, name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(at)].width = 48 if name in WIDE else 18
    for number, row in enumerate(rows_of(instrument), 2):
        for at, text in enumerate(row.values(), 1):
            cell = sheet.cell(number, at)
            cell.value = text or None
            if text:
                cell.data_type = "s"  # also when it starts with "=": a text, never a formula
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_excel(content: bytes) -> Instrument:
    """The instrument on the first sheet of an Excel file, or `CodebookFaults` by cell (`B7`)."""
    try:
        _refuse_bombs(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        sheet = book.worksheets[0]
        cells = [
            [(cell.value, cell.data_type) for cell in row]
            for row in sheet.iter_rows(max_row=MOST_ITEMS + 2, max_col=MOST_COLUMNS)
        ]
    except UNREADABLE:
        raise CodebookFaults([Fault("file", "This is no Excel file (.xlsx) that can be read. Save it anew.")]) from None
    formulas = [
        Fault(_address(row, column), "The cell holds a formula. Write its text instead.")
        for row, line in enumerate(cells)
        for column, (_, kind) in enumerate(line)
        if kind == "f"
    ]
    if formulas:
        raise CodebookFaults(formulas)
    return instrument_of_grid([[_text(value) for value, _ in line] for line in cells], _address)


def _refuse_bombs(content: bytes) -> None:
    """Refuses an archive that unpacks to far more than a codebook, and XML with a document type."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise CodebookFaults(
                [Fault("file", "The Excel file unpacks to far more than a codebook: it is not opened.")]
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                refuse_dtd(archive.read(part))


def _text(value: object) -> str:
    """A cell as text: numbers without the decimals that Excel adds, truth as yes or no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _address(row: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{row + 1}"
