"""A codebook: an instrument as rows, one per item, as an organisation writes it in a spreadsheet.

The readers (`codebook_csv`, `codebook_excel`, `ddi_read`) turn files into rows with the place each cell came from; here
the rows become an instrument, or a list of everything that is wrong with them, by place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.errors import AnalysisError
from analysis.instruments.model import CORE, MISSING, Category, Instrument, Item, Named, Scale, Sensitivity, Text

COLUMNS = (
    "instrument", "instrument_nb", "instrument_en",
    "id", "text_nb", "text_en",
    "scale", "scale_nb", "scale_en", "scored",
    "group", "group_nb", "group_en",
    "module", "module_nb", "module_en",
    "categories_nb", "categories_en", "missing_nb", "missing_en",
    "reversed", "sensitivity", "versions", "wording",
)  # fmt: skip
REQUIRED = ("id", "text_nb")
MOST_ITEMS = 5_000
MOST_CHARACTERS = 4_000
YES, NO = "yes", "no"
_TRUTH = {"yes": True, "ja": True, "true": True, "1": True, "no": False, "nei": False, "false": False, "0": False}
# Stata allows 32 characters in the name of a variable, and so does every other format.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)
_BETWEEN_CATEGORIES = re.compile(r"\n|\s\|\s(?=-?[0-9]+=)")
_CATEGORY = re.compile(r"\s*(-?[0-9]{1,9})\s*=\s*(.*\S)\s*", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a codebook: where (`B7`, `line 12`) and what to do."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class CodebookFaults(AnalysisError):
    """A codebook that cannot be used, with every fault found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Row:
    """One item of a codebook: its cells by column, and the place of each. `place` is where the row itself stands."""

    cells: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    place: str = ""

    def where(self, column: str) -> str:
        """The place of a cell, or of the row where there is no such cell."""
        return self.places.get(column, self.place)


def rows_of(instrument: Instrument) -> list[dict[str, str]]:
    """The instrument as rows with all COLUMNS; `instrument_of` makes the same instrument of them."""
    groups = {group.id: group.name for group in instrument.groups}
    modules = {module.id: module.name for module in instrument.modules}
    nothing = Text("", "")
    rows = []
    for item in instrument.items:
        scale = instrument.scale(item.scale) if item.scale else None
        group = scale.group if scale else None
        row = {
            "id": item.id,
            "scale": scale.id if scale else "",
            "scored": (YES if scale.scored else NO) if scale else "",
            "group": group or "",
            "module": item.module,
            "reversed": YES if item.reversed else NO,
            "sensitivity": item.sensitivity.value,
            "versions": ", ".join(item.versions),
            "wording": item.wording,
            "instrument": instrument.id,
        }
        for name, text in (
            ("instrument", instrument.name),
            ("text", item.text),
            ("scale", scale.name if scale else nothing),
            ("group", groups.get(group or "", nothing)),
            ("module", modules.get(item.module, nothing)),
        ):
            row[f"{name}_nb"], row[f"{name}_en"] = text.nb, text.en
        for name, categories in (("categories", item.categories), ("missing", item.missing)):
            row[f"{name}_nb"] = "\n".join(f"{c.value}={c.label.nb}" for c in categories)
            row[f"{name}_en"] = "\n".join(f"{c.value}={c.label.en}" for c in categories)
        rows.append({column: row[column] for column in COLUMNS})
    return rows


def instrument_of(rows: Iterable[Row]) -> Instrument:
    """The instrument that the rows describe, or `CodebookFaults` with all their faults.

    Only `id` and `text_nb` are needed. Where the rest is left out: English is the Norwegian text, there is no scale,
    the item is not reversed, of ordinary sensitivity, in the core module and version 1; without the columns for
    missing codes it has the usual ones; the instrument is named codebook.
    """
    reading = _Reading()
    for row in rows:
        if len(reading.items) >= MOST_ITEMS:
            reading.fault(row, "id", f"A codebook has at most {MOST_ITEMS} items.")
            break
        reading.add(row)
    return reading.instrument()


class _Reading:
    """Gathers the parts of an instrument, and the faults, row by row."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.items: dict[str, Item] = {}
        self.scales: dict[str, Scale] = {}
        self.groups: dict[str, Named] = {}
        self.modules: dict[str, Named] = {}
        self.instruments: dict[str, Named] = {}

    def fault(self, row: Row, column: str, sentence: str) -> None:
        self.faults.append(Fault(row.where(column), sentence))

    def add(self, row: Row) -> None:
        for column, cell in row.cells.items():
            if len(cell) > MOST_CHARACTERS:
                self.fault(row, column, f"The text is longer than {MOST_CHARACTERS} characters.")
            elif any(ord(character) < 32 and character not in "\n\t" for character in cell):
                self.fault(row, column, "The text holds a control character. Type it anew.")
        name = self._name(row, "id")
        if name in self.items:
            self.fault(row, "id", f"The id {name} is used before. Give each item an id of its own.")
            name = None
        if not row.cells.get("text_nb"):
            self.fault(row, "text_nb", "The text of the item is missing.")
        self._part(row, "instrument", self.instruments)
        if len(self.instruments) > 1:
            self.fault(row, "instrument", "A codebook is of one instrument; this row names another one.")
        group = self._part(row, "group", self.groups)
        module = row.cells.get("module") or CORE
        if module != CORE:
            self._part(row, "module", self.modules)
        scale = self._scale(row, group)
        sensitivity = self._sensitivity(row)
        versions = self._versions(row)
        categories = self._categories(row, "categories") or ()
        missing = self._categories(row, "missing")
        if missing is None:
            missing = MISSING
        if {category.value for category in categories} & {category.value for category in missing}:
            self.fault(row, "missing_nb", "A code is both an answer and a missing code.")
        if name is not None:
            reverse = self._truth(row, "reversed", otherwise=False)
            wording = row.cells.get("wording") or "codebook"
            self.items[name] = Item(
                name, _text(row, "text"), scale, categories, reverse, sensitivity, versions, module, missing, wording
            )

    def instrument(self) -> Instrument:
        if not self.items and not self.faults:
            self.faults.append(Fault("1", "The codebook has no items."))
        if self.faults:
            raise CodebookFaults(self.faults)
        named = next(iter(self.instruments.values()), Named("codebook", Text("Kodebok", "Codebook")))
        versions = {version for item in self.items.values() for version in item.versions}
        return Instrument(
            named.id,
            named.name,
            tuple(sorted(versions)),
            tuple(self.groups.values()),
            tuple(self.modules.values()),
            tuple(self.scales.values()),
            tuple(self.items.values()),
        )

    def _name(self, row: Row, column: str) -> str | None:
        """The id in a cell, None where there is none or a wrong one."""
        cell = row.cells.get(column, "")
        if cell and _NAME.fullmatch(cell):
            return cell
        if cell:
            self.fault(
                row, column, "An id is letters a-z, digits and underscores, starts with a letter, at most 32 long."
            )
        elif column == "id":
            self.fault(row, column, "The id of the item is missing.")
        return None

    def _part(self, row: Row, column: str, known: dict[str, Named]) -> str | None:
        """The id of the group, module or instrument the row belongs to, which is noted under `known`."""
        name = self._name(row, column)
        if name is None:
            return None
        part = Named(name, _text(row, column, otherwise=name))
        if known.setdefault(name, part) != part and _says(row, column):
            self.fault(row, f"{column}_nb", f"The {column} {name} has another name in an earlier row.")
        return name

    def _scale(self, row: Row, group: str | None) -> str | None:
        name = self._name(row, "scale")
        if name is None:
            return None
        scale = Scale(name, _text(row, "scale", otherwise=name), group, self._truth(row, "scored", otherwise=True))
        before = self.scales.setdefault(name, scale)
        if before.group != scale.group:
            self.fault(row, "group", f"The scale {name} is in another group in an earlier row.")
        elif before != scale and _says(row, "scale"):
            self.fault(row, "scale_nb", f"The scale {name} is described differently in an earlier row.")
        return name

    def _truth(self, row: Row, column: str, *, otherwise: bool) -> bool:
        cell = row.cells.get(column, "").lower()
        if cell and cell not in _TRUTH:
            self.fault(row, column, "Write yes or no.")
        return _TRUTH.get(cell, otherwise)

    def _sensitivity(self, row: Row) -> Sensitivity:
        cell = row.cells.get("sensitivity", "").lower()
        if cell and cell not in set(Sensitivity):
            self.fault(row, "sensitivity", f"Write one of {', '.join(Sensitivity)}.")
            return Sensitivity.ORDINARY
        return Sensitivity(cell) if cell else Sensitivity.ORDINARY

    def _versions(self, row: Row) -> tuple[str, ...]:
        versions = [part.strip() for part in re.split("[,;\n]", row.cells.get("versions", "")) if part.strip()]
        if len(set(versions)) < len(versions):
            self.fault(row, "versions", "A version is named twice.")
        return tuple(versions) or ("1",)

    def _categories(self, row: Row, name: str) -> tuple[Category, ...] | None:
        """The categories in two cells (nb, en); None where the codebook has neither column."""
        found: dict[str, dict[int, str]] = {}
        for language in ("nb", "en"):
            column = f"{name}_{language}"
            labels = found[language] = {}
            for part in filter(str.strip, _BETWEEN_CATEGORIES.split(row.cells.get(column, ""))):
                match = _CATEGORY.fullmatch(part)
                if match is None:
                    self.fault(row, column, "Write each category as code=label, on a line of its own.")
                elif int(match[1]) in labels:
                    self.fault(row, column, f"The code {int(match[1])} is used twice.")
                else:
                    labels[int(match[1])] = match[2]
        norwegian, english = found["nb"], found["en"]
        if english and set(english) != set(norwegian):
            self.fault(row, f"{name}_en", "The codes are not the same as in Norwegian.")
        if f"{name}_nb" not in row.cells and f"{name}_en" not in row.cells:
            return None
        return tuple(Category(code, Text(label, english.get(code, label))) for code, label in norwegian.items())


def _text(row: Row, name: str, otherwise: str = "") -> Text:
    """The text in two cells; where one is empty the other language stands in."""
    norwegian, english = (row.cells.get(f"{name}_{language}", "") for language in ("nb", "en"))
    return Text(norwegian or english or otherwise, english or norwegian or otherwise)


def _says(row: Row, name: str) -> bool:
    """Whether the row itself names the part, rather than leave that to an earlier row."""
    return bool(row.cells.get(f"{name}_nb") or row.cells.get(f"{name}_en"))
