"""A codebook as a grid of cells with a header row, as CSV and Excel hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from analysis.instruments.codebook import COLUMNS, REQUIRED, CodebookFaults, Fault, Instrument, Row, instrument_of


def instrument_of_grid(grid: Iterable[Sequence[str]], address: Callable[[int, int], str]) -> Instrument:
    """The instrument in a grid whose first row names the columns, or `CodebookFaults`.

    `address(row, column)` says where a cell is, both counted from 0. Empty rows are skipped; the order of the columns
    does not matter; a column with an unknown name is a fault, for it is likely a misspelt one.
    """
    lines = iter(grid)
    header = [cell.strip().lower() for cell in next(lines, [])]
    faults = [
        Fault(address(0, at), f"Unknown column. The columns are: {', '.join(COLUMNS)}.")
        for at, name in enumerate(header)
        if name and name not in COLUMNS
    ]
    faults += [
        Fault(address(0, at), "This column is there twice.")
        for at, name in enumerate(header)
        if name and name in header[:at]
    ]
    lacking = [name for name in REQUIRED if name not in header]
    if lacking:
        faults.append(Fault(address(0, 0), f"The header row lacks {' and '.join(lacking)}."))
    if faults:
        raise CodebookFaults(faults)

    def rows() -> Iterable[Row]:
        for number, line in enumerate(lines, 1):
            if any(cell.strip() for cell in line):
                yield _row(line, number)

    def _row(line: Sequence[str], number: int) -> Row:
        cells = {name: cell.strip() for name, cell in zip(header, line, strict=False) if name}
        places = {name: address(number, at) for at, name in enumerate(header) if name}
        return Row(cells, places, address(number, 0))

    return instrument_of(rows())
