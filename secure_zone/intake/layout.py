"""Which delivered column is which column of the schema, and what is wrong with the names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl.utils import get_column_letter

from secure_zone.intake import stray_numbers
from secure_zone.intake.faults import FaultKind
from secure_zone.intake.raw import Reading, Variable
from secure_zone.intake.schema import Column, DateForm, Schema, Type

LEVEL = re.compile(r"nivå ?([1-9][0-9]?)")
MOST_LEVELS = 12
ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
ITEM_DAYS = (date(1900, 1, 1), date(2099, 12, 31))
WIDEST_MISSING = 1_000


@dataclass(frozen=True)
class Place:
    """One column: its name in the delivery, its rules, what findings call it, and its letter in a workbook."""

    delivered: str
    column: Column
    label: str
    letter: str | None


@dataclass(frozen=True)
class Layout:
    """The columns in the order of the schema, and the faults found: (kind, what findings call the column)."""

    places: tuple[Place, ...]
    faults: tuple[tuple[FaultKind, str], ...]


def lay_out(reading: Reading, schema: Schema) -> Layout:
    """Fits the delivered columns to the schema. Names compare without regard to case."""
    faults: list[tuple[FaultKind, str]] = []
    known = {column.name.casefold(): column for column in _expected(reading.columns, schema)}
    seen: Counter[str] = Counter()
    found: dict[str, Place] = {}
    for at, delivered in enumerate(reading.columns):
        name = unicodedata.normalize("NFC", delivered).casefold()
        if schema.levels and (level := LEVEL.fullmatch(name)):
            name = f"nivå{level[1]}"
        position = f"column {at + 1}"
        column = known.get(name)
        variable = reading.variables.get(delivered, Variable())
        seen[name] += 1
        if _labels_hold_number(delivered, variable):
            faults.append((FaultKind.LABEL_HOLDS_NUMBER, column.name if column else position))
        elif seen[name] > 1:
            faults.append((FaultKind.REPEATED_COLUMN, column.name if column else position))
        elif column is None and not _may_be_item(delivered, schema):
            faults.append((FaultKind.UNKNOWN_COLUMN, position))
        else:
            label = column.name if column else delivered if delivered in schema.items else position
            letter = get_column_letter(at + 1) if reading.letters else None
            found[name] = Place(delivered, column or item_column(delivered, variable), label, letter)
    faults += [(FaultKind.MISSING_COLUMN, known[name].name) for name in known if name not in seen]
    named = [found[name] for name in known if name in found]
    return Layout((*named, *(place for name, place in found.items() if name not in known)), tuple(faults))


def item_column(name: str, variable: Variable) -> Column:
    """The rules for an item of a questionnaire, from what the file says of it."""
    if variable.text:
        return Column(name, Type.TEXT, required=False, max_length=10_000)
    if variable.day:
        return Column(name, Type.DATE, required=False, range=ITEM_DAYS, forms=(DateForm.ISO,))
    if not variable.coded or not all(float(code).is_integer() for code in variable.value_labels):
        return Column(name, Type.DECIMAL, required=False)
    codes = {int(code) for code in variable.value_labels}
    for low, high in variable.missing:
        if not high - low <= WIDEST_MISSING:
            return Column(name, Type.INTEGER, required=False)
        codes |= set(range(int(low), int(high) + 1))
    return Column(name, Type.INTEGER, required=False, codes=frozenset(map(str, codes)))


def _expected(delivered: Sequence[str], schema: Schema) -> tuple[Column, ...]:
    """The columns there must be: those of the schema, or as many levels as the deepest one delivered."""
    if not schema.levels:
        return schema.columns
    names = (LEVEL.fullmatch(unicodedata.normalize("NFC", name).casefold()) for name in delivered)
    deepest = max((int(level[1]) for level in names if level), default=1)
    levels = range(1, min(deepest, MOST_LEVELS) + 1)
    return tuple(Column(f"Nivå{level}", Type.TEXT, required=level == 1, max_length=200) for level in levels)


def _may_be_item(name: str, schema: Schema) -> bool:
    if not schema.items_too or ITEM.fullmatch(name) is None:
        return False
    return not schema.items or name in schema.items


def _labels_hold_number(name: str, variable: Variable) -> bool:
    texts = (name, variable.label, *variable.value_labels.values())
    return any(stray_numbers.text_holds_number(text) for text in texts)
