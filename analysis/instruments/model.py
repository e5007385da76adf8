"""Questionnaires as data: what is asked, how it can be answered, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from analysis.errors import AnalysisError

CORE = "core"
OUR_WORDING = "varde"


class BadInstrument(AnalysisError):
    """The parts of an instrument do not fit together, or it has no such part."""


class Sensitivity(StrEnum):
    """What may be shown of a question (RULES 3). The gate turns these words into numbers."""

    ORDINARY = "ordinary"  # by the number of answers alone (RULES 3.1)
    TEN_IN_UNITS = "ten_in_units"  # in units only from ten answers (RULES 3.3)
    WHOLE_ORGANISATION = "whole_organisation"  # never in units (RULES 3.2)
    RELATION_ONLY = "relation_only"  # never as a level, only in relation to working conditions (RULES 3.4)


@dataclass(frozen=True)
class Text:
    """The same words in Norwegian (bokmål) and English."""

    nb: str
    en: str


@dataclass(frozen=True)
class Category:
    """One answer that can be given: the code in the data and its label."""

    value: int
    label: Text


# SPSS can declare three codes as user-missing. A question that was not asked has none: it is empty.
MISSING = (
    Category(97, Text("Ikke aktuelt", "Not applicable")),
    Category(98, Text("Ønsker ikke å svare", "Prefer not to answer")),
    Category(99, Text("Ikke besvart", "Not answered")),
)


@dataclass(frozen=True)
class Item:
    """One question.

    categories: the answers that count, empty where the answer is a number; missing: codes that say why there is none.
    scale: the scale it belongs to, None where it stands alone. reversed: turned round before it is scored. versions:
    those of the instrument in which it is asked. module: `core`, or the add-on module it comes with. wording: where the
    text comes from: `varde` (our own, neutral) or an organisation's codebook.
    """

    id: str
    text: Text
    scale: str | None
    categories: tuple[Category, ...]
    reversed: bool
    sensitivity: Sensitivity
    versions: tuple[str, ...]
    module: str = CORE
    missing: tuple[Category, ...] = MISSING
    wording: str = OUR_WORDING

    @property
    def ends(self) -> tuple[int, int] | None:
        """The least and the greatest answer; None where the answer is a number."""
        values = [category.value for category in self.categories]
        return (min(values), max(values)) if values else None


@dataclass(frozen=True)
class Named:
    """A group of scales or an add-on module: an id and its name."""

    id: str
    name: Text


@dataclass(frozen=True)
class Scale:
    """A theme measured by some items. `scored` is False where a mean would mean nothing, as for the kind of office."""

    id: str
    name: Text
    group: str | None
    scored: bool = True


T = TypeVar("T", Item, Scale)


@dataclass(frozen=True)
class Instrument:
    """A questionnaire in all its versions. Items are in the order in which they are asked."""

    id: str
    name: Text
    versions: tuple[str, ...]
    groups: tuple[Named, ...]
    modules: tuple[Named, ...]
    scales: tuple[Scale, ...]
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        for kind, ids in (
            ("item", [item.id for item in self.items]),
            ("scale", [scale.id for scale in self.scales]),
            ("group", [group.id for group in self.groups]),
            ("module", [module.id for module in self.modules]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise BadInstrument(f"In {self.id}, an {kind} id is used more than once: {', '.join(twice)}.")
        scales = {scale.id for scale in self.scales}
        modules = {module.id for module in self.modules} | {CORE}
        for item in self.items:
            if item.scale is not None and item.scale not in scales:
                raise BadInstrument(f"Item {item.id} belongs to the scale {item.scale}, which {self.id} does not have.")
            if item.module not in modules:
                raise BadInstrument(
                    f"Item {item.id} belongs to the module {item.module}, which {self.id} does not have."
                )
            if not set(item.versions) <= set(self.versions):
                raise BadInstrument(f"Item {item.id} is asked in a version that {self.id} does not have.")

    def item(self, name: str) -> Item:
        """The item with this id."""
        return _only(self.items, name, f"{self.id} has no item")

    def scale(self, name: str) -> Scale:
        """The scale with this id."""
        return _only(self.scales, name, f"{self.id} has no scale")

    def items_of(self, scale: str, version: str | None = None) -> tuple[Item, ...]:
        """The items of a scale, in one version or in any."""
        self.scale(scale)
        return tuple(i for i in self.items if i.scale == scale and (version is None or version in i.versions))

    def asked(self, version: str, modules: Collection[str] | None = None) -> Instrument:
        """What is asked in one version: the core and the given add-on modules (all, if none are named)."""
        if version not in self.versions:
            raise BadInstrument(f"{self.id} has no version {version!r}; it has {', '.join(self.versions)}.")
        known = {module.id for module in self.modules}
        unknown = sorted(set(modules or ()) - known)
        if unknown:
            raise BadInstrument(f"{self.id} has no module {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        chosen = known if modules is None else set(modules)
        items = tuple(i for i in self.items if version in i.versions and (i.module == CORE or i.module in chosen))
        scales = {item.scale for item in items}
        return replace(
            self,
            versions=(version,),
            modules=tuple(module for module in self.modules if module.id in chosen),
            scales=tuple(scale for scale in self.scales if scale.id in scales),
            items=tuple(replace(item, versions=(version,)) for item in items),
        )

    def comparable(self, scale: str, first: str, second: str) -> bool:
        """Whether the scale's score means the same in two versions: the same items are asked in both (RULES 5.3)."""
        one, other = ({item.id for item in self.items_of(scale, version)} for version in (first, second))
        return bool(one) and one == other


def _only(things: Iterable[T], name: str, otherwise: str) -> T:
    for thing in things:
        if thing.id == name:
            return thing
    raise BadInstrument(f"{otherwise} {name!r}. Check the spelling.")
