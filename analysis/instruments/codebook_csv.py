"""Codebooks as CSV: semicolons, UTF-8 with a byte-order mark, so that a Norwegian Excel opens them as they are."""

from __future__ import annotations

import csv
import io

from analysis.instruments.codebook import COLUMNS, CodebookFaults, Fault, rows_of
from analysis.instruments.codebook_grid import instrument_of_grid
from analysis.instruments.model import Instrument

SEPARATORS = (";", ",", "\t")
LARGEST = 20_000_000
# A spreadsheet runs a text that starts so as a formula; with an apostrophe before it it stays a text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def write_csv(instrument: Instrument) -> bytes:
    """The instrument as a codebook; `read_csv` gives the same instrument."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(instrument):
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in row.values())
    return text.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> Instrument:
    """The instrument in a CSV file, or `CodebookFaults` by cell (`line 7, column 2`).

    UTF-8, or else Windows-1252; semicolons, commas or tabs, whichever the header row has most of.
    """
    if len(content) > LARGEST:
        raise CodebookFaults([Fault("file", f"The file is larger than {LARGEST // 1_000_000} MB.")])
    text = _decoded(content)
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    starts: list[int] = []
    grid: list[list[str]] = []
    try:
        begins = 1
        for line in reader:
            starts.append(begins)
            grid.append([_without_apostrophe(cell) for cell in line])
            begins = reader.line_num + 1
    except csv.Error:
        message = "From here on the file is no CSV: is a quotation mark open, or a field too long?"
        raise CodebookFaults([Fault(f"line {reader.line_num}", message)]) from None
    return instrument_of_grid(grid, lambda row, column: f"line {starts[row] if starts else 1}, column {column + 1}")


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise CodebookFaults([Fault("file", "The file holds NUL bytes: it is no text file, or one in UTF-16.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CodebookFaults([Fault(f"line {line}", "A character is neither UTF-8 nor Windows-1252.")]) from None


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
