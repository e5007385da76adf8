"""Instruments from DDI-Codebook 2.5: our own documents, and those of archives with what DDI itself can say."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.instruments.codebook import CodebookFaults, Fault, Row, instrument_of
from analysis.instruments.ddi_write import NOTE_TYPE
from analysis.instruments.model import Instrument
from analysis.instruments.xml_elements import BadXML, Element, read_xml

NORWEGIAN = ("nb", "no", "nn", "")


def read_ddi(content: bytes) -> Instrument:
    """The instrument in a DDI-Codebook document, or `CodebookFaults` by line.

    Variables become items with their question text (or label) and categories; a variable group of type `scale` (or of
    any other type, in documents not from Varde) becomes a scale. Documents with a DOCTYPE are refused.
    """
    try:
        document = read_xml(content)
    except BadXML as error:
        raise CodebookFaults([Fault(f"line {error.line}", error.sentence)]) from None
    if document.name != "codeBook":
        raise CodebookFaults([Fault("line 1", "This is no DDI-Codebook: its outermost element is not codeBook.")])
    groups = _Groups(document)
    shared = _study(document)
    return instrument_of(_row(variable, groups, shared) for variable in document.within("var"))


def _study(document: Element) -> dict[str, str]:
    """The cells that name the instrument."""
    statement = next(document.within("titlStmt"), None)
    number = next(statement.all("IDNo"), None) if statement else None
    name = (number.text if number else "") or document.attributes.get("ID", "")
    cells = {"instrument": name}
    if statement and name:
        titles = [*statement.all("titl"), *statement.all("parTitl")]
        cells |= _in_languages("instrument", titles)
    return cells


class _Groups:
    """Which scale, group and module each variable belongs to."""

    def __init__(self, document: Element) -> None:
        self.scale_of: dict[str, Element] = {}
        self.group_of: dict[str, Element] = {}
        self.module_of: dict[str, Element] = {}
        found = list(document.within("varGrp"))
        for group in found:
            kind = group.attributes.get("otherType", "scale")
            members = group.attributes.get("var", "").split()
            if kind == "module":
                self.module_of.update(dict.fromkeys(members, group))
            elif kind == "scale":
                self.scale_of.update(dict.fromkeys(members, group))
            for part in group.attributes.get("varGrp", "").split():
                self.group_of[part] = group

    def cells(self, variable: str) -> dict[str, str]:
        cells: dict[str, str] = {}
        scale = self.scale_of.get(variable)
        group = self.group_of.get(scale.attributes.get("ID", "")) if scale else None
        for column, element in (("scale", scale), ("group", group), ("module", self.module_of.get(variable))):
            if element:
                cells[column] = element.attributes.get("name") or element.attributes.get("ID", "")
                cells |= _in_languages(column, list(element.all("labl")))
        if scale:
            cells["scored"] = _notes(scale).get("scored", "yes")
        return cells


def _row(variable: Element, groups: _Groups, shared: Mapping[str, str]) -> Row:
    """A variable as a row of a codebook; all its cells are where the variable begins."""
    name = variable.attributes.get("name", "")
    cells = {**shared, "id": name, **groups.cells(variable.attributes.get("ID", name))}
    questions = [text for question in variable.all("qstn") for text in question.all("qstnLit")]
    cells |= _in_languages("text", questions or list(variable.all("labl")))
    categories = list(variable.all("catgry"))
    for column, missing in (("categories", False), ("missing", True)):
        wanted = [c for c in categories if (c.attributes.get("missing", "N").upper() == "Y") == missing]
        cells |= _categories(column, wanted)
    cells["versions"] = ", ".join(version.text for version in variable.within("version"))
    return Row({**cells, **_notes(variable)}, place=f"line {variable.line}")


def _categories(column: str, categories: list[Element]) -> dict[str, str]:
    """The categories as a codebook writes them, in both languages."""
    lines: dict[str, list[str]] = {f"{column}_nb": [], f"{column}_en": []}
    for category in categories:
        value = "".join(element.text for element in category.all("catValu"))
        labels = _in_languages(column, list(category.all("labl")))
        for name, texts in lines.items():
            label = labels.get(name) or labels.get(f"{column}_nb") or labels.get(f"{column}_en") or value
            texts.append(f"{value}={' '.join(label.split())}")
    return {name: "\n".join(texts) for name, texts in lines.items()}


def _notes(element: Element) -> dict[str, str]:
    """The notes of our own type, by subject."""
    return {
        note.attributes.get("subject", ""): note.text
        for note in element.all("notes")
        if note.attributes.get("type") == NOTE_TYPE
    }


def _in_languages(name: str, elements: list[Element]) -> dict[str, str]:
    """The first text in each language."""
    cells: dict[str, str] = {}
    for element in elements:
        language = "nb" if element.language in NORWEGIAN else element.language
        if language in ("nb", "en"):
            cells.setdefault(f"{name}_{language}", element.text)
    return cells
