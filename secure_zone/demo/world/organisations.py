"""Invented organisations: what they are called, how they are divided, and what they ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.instruments import must
from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.truth import WAVES

ORGANISATIONS = 12
PEOPLE_PER_ORGANISATION = 10_000
INVITED_OF_PEOPLE = 0.47
PEOPLE_PER_UNIT = 13
SMALLEST_SHARE = 0.02
PLACES = (
    "Granli", "Fjordvik", "Åsmark", "Nordlia", "Elvebakk", "Solhøgda", "Myrvang", "Steinøya", "Bjørkeli", "Havnes",
    "Vassdal", "Tindheim", "Lyngseid", "Kvitsand", "Rognmo", "Heiberg", "Dalstø", "Furulund", "Skogvær", "Blåfjell",
)  # fmt: skip
STATE_BODIES = ("direktoratet", "tilsynet", "etaten", "forvaltningen", "registeret")
TOPICS = (
    "analyse", "arkiv", "drift", "eiendom", "forskning", "innkjøp", "IT", "juss", "kommunikasjon", "lønn", "metode",
    "opplæring", "personal", "regnskap", "saksbehandling", "statistikk", "tilsyn", "utredning", "veiledning", "økonomi",
)  # fmt: skip
LEVEL_WORDS = {
    "must": ("Divisjon", "Avdeling", "Seksjon", "Gruppe"),
    "kiwest": ("Fakultet", "Institutt", "Seksjon", "Gruppe"),
}
NOBODY = "ingen"


@dataclass(frozen=True)
class Organisation:
    """An organisation. `units` are the rows of its unit list, from the top level down; `shares` how its people spread.

    Leaders of divisions have rows of their own, so that they do not count in the units they lead; rows named `ingen`
    hold those who belong to no unit at a level (RULES 4.4); the first row is the top leader's.
    """

    number: str
    name: str
    instrument: str
    levels: int
    units: tuple[tuple[str, ...], ...]
    shares: NDArray[np.float64]
    modules: dict[int, tuple[str, ...]]
    """The add-on modules it asks in each wave."""


def organisations(people: int, seed: int) -> tuple[tuple[Organisation, ...], NDArray[np.float64]]:
    """The organisations of a world, and the share of its people who work in each."""
    count = max(ORGANISATIONS, people // PEOPLE_PER_ORGANISATION)
    draw = chance(seed, "organisations")
    shares = np.clip(draw.lognormal(0, 0.6, count), 0.35, 2.5)
    shares /= shares.sum()
    made = tuple(_organisation(at, people * shares[at] * INVITED_OF_PEOPLE, seed) for at in range(count))
    return made, shares


def organisation_number(serial: int) -> str:
    """A synthetic organisation number: begins with 31, as in the national test population; weighted modulo 11."""
    while True:
        eight = f"31{serial % 1_000_000:06d}"
        control = -sum(int(digit) * weight for digit, weight in zip(eight, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if control != 10:
            return f"{eight}{control}"
        serial += 500_009


def _organisation(at: int, invited: float, seed: int) -> Organisation:
    draw = chance(seed, "organisation", at)
    instrument = "kiwest" if at % 4 == 3 else "must"
    place = PLACES[at % len(PLACES)] + ("" if at < len(PLACES) else f" {at // len(PLACES) + 1}")
    name = f"Universitetet i {place}" if instrument == "kiwest" else f"{place}{STATE_BODIES[at % len(STATE_BODIES)]}"
    levels = 2 + at % 3
    units, shares = _units(instrument, levels, invited, draw)
    modules = [module.id for module in must().modules]
    asked = {
        wave: tuple(sorted(draw.choice(modules, size=draw.integers(0, 4), replace=False)))
        if instrument == "must"
        else ()
        for wave in WAVES
    }
    return Organisation(organisation_number(at + 1), name, instrument, levels, units, shares, asked)


def _units(
    instrument: str, levels: int, invited: float, draw: np.random.Generator
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.float64]]:
    """The rows of a unit list and the share of people in each; units are of very different sizes, some very small."""
    words = LEVEL_WORDS[instrument]
    branching = max(2.0, (invited / PEOPLE_PER_UNIT) ** (1 / levels))
    rows: list[tuple[str, ...]] = [(NOBODY,)]
    sizes = [min(1.5, 0.02 * invited)]

    def divide(above: tuple[str, ...], numbers: str) -> None:
        level = len(above)
        for number in range(1, max(2, int(draw.poisson(branching - 1)) + 1) + 1):
            here = f"{numbers}{number}"
            unit = (*above, f"{words[level]} {here} {draw.choice(TOPICS)}")
            # Some branches, but never the first, end early: a unit without sub-units has no rows below it.
            if level + 1 < levels and (draw.random() < 0.85 or number == 1):
                if level == 0:
                    rows.append((*unit, f"{words[level]}sledelse {here}"))
                    sizes.append(3.0)
                if draw.random() < 0.5:
                    rows.append((*unit, NOBODY))
                    sizes.append(2.0)
                divide(unit, f"{here}.")
            else:
                rows.append(unit)
                sizes.append(PEOPLE_PER_UNIT * float(draw.lognormal(-0.25, 0.8)))

    divide((), "")
    return tuple(rows), np.array(sizes) / sum(sizes)
