"""The instruments that come with Varde, from the tables beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from analysis.instruments.model import CORE, Category, Instrument, Item, Named, Scale, Sensitivity, Text


@cache
def must() -> Instrument:
    """MUST, the employee survey of the Norwegian state sector: core themes and add-on modules."""
    return _load("must.toml")


@cache
def kiwest() -> Instrument:
    """KIWEST, the questionnaire of the ARK programme in higher education: 17 scales in 5 groups."""
    return _load("kiwest.toml")


def _load(name: str) -> Instrument:
    table = tomllib.loads(resources.files("analysis.instruments").joinpath(name).read_text(encoding="utf-8"))
    versions = tuple(table["versions"])
    responses = {
        key: tuple(Category(value, Text(*labels)) for value, labels in enumerate(zip(r["nb"], r["en"], strict=True), 1))
        for key, r in table["responses"].items()
    }
    items: list[Item] = []
    for scale in table["scales"]:
        for number, question in enumerate(scale["items"], 1):
            inherited = {"id": f"{scale['id']}_{number}", "scale": scale["id"]}
            items.append(_item({**scale, **inherited, **question}, responses, versions))
    items += [_item({**question, "scale": None}, responses, versions) for question in table.get("questions", ())]
    return Instrument(
        id=table["id"],
        name=_text(table),
        versions=versions,
        groups=_named(table["groups"]),
        modules=_named(table.get("modules", {})),
        scales=tuple(Scale(s["id"], _text(s), s["group"], s.get("scored", True)) for s in table["scales"]),
        items=tuple(items),
    )


def _item(table: dict[str, Any], responses: dict[str, tuple[Category, ...]], versions: tuple[str, ...]) -> Item:
    """An item; what its own table does not say comes from its scale's."""
    return Item(
        id=table["id"],
        text=_text(table),
        scale=table["scale"],
        categories=responses[table["response"]] if "response" in table else (),
        reversed=table.get("reversed", False),
        sensitivity=Sensitivity(table.get("sensitivity", Sensitivity.ORDINARY)),
        versions=tuple(table.get("versions", versions)),
        module=table.get("module", CORE),
    )


def _text(table: dict[str, Any]) -> Text:
    return Text(table["nb"], table["en"])


def _named(table: dict[str, Any]) -> tuple[Named, ...]:
    return tuple(Named(key, _text(names)) for key, names in table.items())
