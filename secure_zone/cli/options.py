"""Options that several commands share, and how they print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

ZoneOption = Annotated[
    Path | None, typer.Option("--zone", metavar="DIR", help="The zone's folder [env VARDE_ZONE; default: zone].")
]
UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="Sign in as this user for this command only [or: varde sign-in]."),
]
WhyOption = Annotated[str, typer.Option("--why", metavar="REASON", help="A written reason, kept in the audit log.")]


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their longest cell."""
    cells = [list(headings), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    for row in cells:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _text(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.astimezone().strftime("%Y-%m-%d %H:%M")
    return str(cell)
