"""Instruments as DDI-Codebook 2.5, the standard of data archives (DDI Alliance)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from analysis.instruments.model import Category, Instrument, Item, Text

NAMESPACE = "ddi:codebook:2_5"
# DDI has no place for these: they are notes of this type, one for each subject.
NOTE_TYPE = "varde"


def write_ddi(instrument: Instrument) -> bytes:
    """The instrument as a DDI-Codebook 2.5 document (UTF-8); `read_ddi` gives the same instrument.

    Scales, their groups and the add-on modules are variable groups, items are variables, user-missing codes are
    categories with missing="Y", the versions that ask an item are its version statements.
    """
    title, other = escape(instrument.name.nb), escape(instrument.name.en)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<codeBook xmlns="{NAMESPACE}" version="2.5" ID={quoteattr(instrument.id)}>',
        "<stdyDscr><citation><titlStmt>",
        f'<titl xml:lang="nb">{title}</titl><parTitl xml:lang="en">{other}</parTitl>',
        f"<IDNo>{escape(instrument.id)}</IDNo>",
        "</titlStmt></citation></stdyDscr>",
        "<dataDscr>",
        *_groups(instrument),
    ]
    for item in instrument.items:
        lines += _variable(item)
    return "\n".join([*lines, "</dataDscr>", "</codeBook>", ""]).encode()


def _groups(instrument: Instrument) -> Iterable[str]:
    for group in instrument.groups:
        scales = [f"scale.{scale.id}" for scale in instrument.scales if scale.group == group.id]
        yield _group("group", group.id, group.name, f"varGrp={quoteattr(' '.join(scales))}")
    for module in instrument.modules:
        items = [item.id for item in instrument.items if item.module == module.id]
        yield _group("module", module.id, module.name, f"var={quoteattr(' '.join(items))}")
    for scale in instrument.scales:
        items = [item.id for item in instrument.items if item.scale == scale.id]
        note = "" if scale.scored else _note("scored", "no")
        yield _group("scale", scale.id, scale.name, f"var={quoteattr(' '.join(items))}", note)


def _group(kind: str, name: str, text: Text, members: str, note: str = "") -> str:
    identity = f'ID={quoteattr(f"{kind}.{name}")} name={quoteattr(name)} type="other" otherType={quoteattr(kind)}'
    return f"<varGrp {identity} {members}>{_labels('labl', text)}{note}</varGrp>"


def _variable(item: Item) -> Iterable[str]:
    name, kind = quoteattr(item.id), "discrete" if item.categories else "contin"
    yield f'<var ID={name} name={name} intrvl="{kind}">'
    yield _labels("labl", item.text)
    yield f"<qstn>{_labels('qstnLit', item.text)}</qstn>"
    yield from (_category(category, "N") for category in item.categories)
    yield from (_category(category, "Y") for category in item.missing)
    yield "".join(f"<verStmt><version>{escape(version)}</version></verStmt>" for version in item.versions)
    yield _note("reversed", "yes" if item.reversed else "no") + _note("sensitivity", item.sensitivity.value)
    yield _note("wording", item.wording)
    yield "</var>"


def _category(category: Category, missing: str) -> str:
    return f'<catgry missing="{missing}"><catValu>{category.value}</catValu>{_labels("labl", category.label)}</catgry>'


def _labels(element: str, text: Text) -> str:
    return "".join(
        f'<{element} xml:lang="{language}">{escape(words)}</{element}>'
        for language, words in (("nb", text.nb), ("en", text.en))
    )


def _note(subject: str, text: str) -> str:
    return f'<notes type="{NOTE_TYPE}" subject={quoteattr(subject)}>{escape(text)}</notes>'
