"""Unit lists as the organisations send them: an Excel sheet for each campaign (RULES 4.4)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl

from secure_zone.demo.world.delivery import Delivery
from secure_zone.demo.world.fixed_times import fixed_xlsx
from secure_zone.demo.world.organisations import Organisation
from secure_zone.demo.world.truth import WAVES


def write_units(folder: Path, organisations: tuple[Organisation, ...]) -> list[Delivery]:
    """One list for each organisation and wave: a column for each level, a row for each lowest unit."""
    written = []
    for organisation in organisations:
        content = _unit_list(organisation)
        for wave in WAVES:
            name = f"units_{wave}_{organisation.number}.xlsx"
            (folder / name).write_bytes(content)
            written.append(Delivery(name, "units", len(organisation.units)))
    return written


def _unit_list(organisation: Organisation) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Enheter")
    sheet.append([f"Nivå{level + 1}" for level in range(organisation.levels)])
    for unit in organisation.units:
        sheet.append(list(unit))
    file = BytesIO()
    book.save(file)
    return fixed_xlsx(file.getvalue())
