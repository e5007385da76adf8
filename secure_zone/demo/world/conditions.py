"""How people experience their work: what lies behind their answers, and the answers themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.instruments import Instrument, Item, Sensitivity, kiwest, must
from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.organisations import Organisation
from secure_zone.demo.world.people import People
from secure_zone.demo.world.truth import EXPOSURES, KIWEST_VERSIONS

INSTRUMENTS: dict[str, Instrument] = {"must": must(), "kiwest": kiwest()}
BURDENS = {
    "demands", "role_conflict", "turnover_intention", "bullying", "unwanted_sexual_attention", "unequal_treatment",
    "health", "violence_and_threats",
}  # fmt: skip
# Answers before rounding: the mean of the scale, and how much of the spread its items share.
USUAL_BURDEN, USUAL_RESOURCE, RARE_EVENT, COMPLAINT = 2.6, 3.6, 0.4, 1.8
SPREAD, SHARED = 0.95, 0.72
COMMON_LOAD, LASTING, LASTING_STRAIN, UNIT_SHARE = 0.5, 0.70, 0.75, 0.28


def version_of(instrument: str, wave: int) -> str:
    """The version of an instrument that is used in a wave."""
    return str(wave) if instrument == "must" else KIWEST_VERSIONS[wave]


@dataclass(frozen=True)
class Conditions:
    """The working conditions of one block of people, in any wave. `unit` counts units through all organisations."""

    people: People
    unit: NDArray[np.int64]
    units: int
    uses_kiwest: NDArray[np.bool_]
    seed: int
    block: int

    def exposures(self, wave: int) -> dict[str, NDArray[np.float64]]:
        """Everybody's four exposures in a wave: the scores of their complete answers, 1 to 5, high = much of it."""
        scores = {name: self._exposure("must", name, wave) for name in EXPOSURES["must"]}
        if self.uses_kiwest.any():
            for name in scores:
                scores[name] = np.where(self.uses_kiwest, self._exposure("kiwest", name, wave), scores[name])
        return scores

    def answers(self, items: Iterable[Item], wave: int) -> Iterator[tuple[Item, NDArray[np.int8]]]:
        """Everybody's answer to each item, 1 to the number of categories, as it is written down."""
        scale, latent = None, np.empty(0)
        for item in items:
            draw = chance(self.seed, "item", item.id, wave, self.block)
            if item.scale is not None and item.scale != scale:
                scale, latent = item.scale, self._latent(item.scale, wave)
            yield item, self._answer(item, latent, draw)

    def _answer(self, item: Item, latent: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.int8]:
        size, last = len(self.people), len(item.categories)
        if last == 0:
            return np.clip(np.rint(draw.normal(39, 5, size)), 8, 70).astype(np.int8)
        if item.scale is None or item.scale == "office":
            return draw.integers(1, last + 1, size, dtype=np.int8)
        values = self._turned_to_score(item, latent, draw)
        return (last + 1 - values if item.reversed else values).astype(np.int8)

    def _exposure(self, instrument: str, name: str, wave: int) -> NDArray[np.float64]:
        exposure = EXPOSURES[instrument][name]
        latent = self._latent(exposure.scale, wave)
        items = INSTRUMENTS[instrument].items_of(exposure.scale, version_of(instrument, wave))
        values = [
            self._turned_to_score(item, latent, chance(self.seed, "item", item.id, wave, self.block)) for item in items
        ]
        score = np.mean(values, axis=0)
        return 6 - score if exposure.turned else score

    def _turned_to_score(
        self, item: Item, latent: NDArray[np.float64], draw: np.random.Generator
    ) -> NDArray[np.float64]:
        """The answers in the direction of the score."""
        own = draw.standard_normal(len(self.people))
        wanted = _middle(item) + SPREAD * (SHARED * latent + np.sqrt(1 - SHARED**2) * own)
        return np.clip(np.rint(wanted), 1, len(item.categories))

    def _latent(self, scale: str, wave: int) -> NDArray[np.float64]:
        """What the items of a scale share: lasting strain, the person's lasting view, the unit, and the moment."""
        strain = self._lasting("strain", wave, LASTING_STRAIN)
        own = self._lasting(scale, wave, LASTING)
        unit = chance(self.seed, "unit", scale).standard_normal(self.units)[self.unit]
        load = COMMON_LOAD if scale in BURDENS else -COMMON_LOAD
        rest = np.sqrt(1 - COMMON_LOAD**2 - UNIT_SHARE**2)
        return load * strain + UNIT_SHARE * unit + rest * own

    def _lasting(self, name: str, wave: int, share: float) -> NDArray[np.float64]:
        """A standard normal view of which a part is the person's own through all waves."""
        size = len(self.people)
        lasting = chance(self.seed, "lasting", name, self.block).standard_normal(size)
        moment = chance(self.seed, "moment", name, wave, self.block).standard_normal(size)
        return share * lasting + np.sqrt(1 - share**2) * moment


def conditions_of(people: People, organisations: tuple[Organisation, ...], seed: int, block: int) -> Conditions:
    """The working conditions of a block of people."""
    counts = np.array([len(one.units) for one in organisations])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    kiwest_users = np.array([one.instrument == "kiwest" for one in organisations])
    return Conditions(
        people,
        (first[people.organisation] + people.unit).astype(np.int64),
        int(counts.sum()),
        kiwest_users[people.organisation],
        seed,
        block,
    )


def _middle(item: Item) -> float:
    """The mean of an item before rounding, in the direction of the score."""
    if item.sensitivity is Sensitivity.WHOLE_ORGANISATION:
        return RARE_EVENT
    if item.sensitivity is Sensitivity.RELATION_ONLY:
        return COMPLAINT
    return USUAL_BURDEN if item.scale in BURDENS else USUAL_RESOURCE
