"""The people of the world: who they are, where they work and since when, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.organisations import Organisation
from secure_zone.demo.world.truth import D_NUMBERS, REGISTER_END, REGISTER_START, TWO_EMPLOYERS
from secure_zone.identity.many import FEMALE, MALE
from secure_zone.identity.synthetic import synthetic_numbers

FIRST_BIRTH, LAST_BIRTH = np.datetime64("1957-01-01"), np.datetime64("2003-12-31")
HERE_BEFORE_THE_REGISTER = 0.55
MEAN_YEARS_EMPLOYED = 8.5
EDUCATION_SHARES = (0.10, 0.30, 0.38, 0.22)
# First digits of the codes of NUS2000: compulsory, upper secondary, bachelor, master or more.
EDUCATION_CODES = (201_199, 401_102, 641_130, 745_101)
OCCUPATIONS = (1120, 2411, 2310, 2511, 3313, 3343, 3359, 4110, 4312, 5151, 5414, 9112)
OTHER_EMPLOYERS = 400
WOMEN = (
    "Aslaug", "Bergljot", "Dagny", "Eldbjørg", "Frøydis", "Gudveig", "Hallgjerd", "Ingunn", "Jorunn", "Kjellaug",
    "Ljøta", "Magnhild", "Norunn", "Oddlaug", "Ragndis", "Signhild", "Torlaug", "Unnveig", "Vårdis", "Ågot",
)  # fmt: skip
MEN = (
    "Arnljot", "Brynjulf", "Dagfinn", "Eldgrim", "Finngeir", "Gudleik", "Hallstein", "Ivarleif", "Jardar", "Kolfinn",
    "Leidulf", "Magnar", "Nordahl", "Oddleiv", "Ragnfred", "Sigbrand", "Torgrim", "Ulvgrim", "Vemund", "Åsleik",
)  # fmt: skip
NAME_BEGINS = (
    "Alme", "Bekke", "Dyre", "Eike", "Fjære", "Grøn", "Hassel", "Jære", "Kalve", "Lauv", "Mose", "Neste", "Orre",
    "Pors", "Reve", "Selje", "Tære", "Ulve", "Vier", "Ørne",
)  # fmt: skip
NAME_ENDS = (
    "bakken", "bråten", "dalen", "engen", "flaten", "haugen", "holmen", "jordet", "kleiva", "lia", "moen", "neset",
    "plassen", "rud", "skaret", "stølen", "tveita", "vangen", "vika", "åsen",
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """All people of the world, an array each; days are datetime64[D].

    sex: 1 female, 2 male. education: level 1 to 4. organisation, unit: positions; the organisation is one of the
    surveyed ones, where the person works from `hired` until `left` (excluded). Before and after they work elsewhere.
    other_employer: the second employer of those who have two, -1 for the rest.
    """

    fnr: NDArray[np.bytes_]
    birth: NDArray[np.datetime64]
    sex: NDArray[np.int8]
    education: NDArray[np.int8]
    occupation: NDArray[np.int16]
    organisation: NDArray[np.int16]
    unit: NDArray[np.int32]
    hired: NDArray[np.datetime64]
    left: NDArray[np.datetime64]
    other_employer: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.birth)

    def block(self, rows: slice) -> People:
        """Some of the people."""
        return People(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def female(self) -> NDArray[np.bool_]:
        return self.sex == FEMALE

    def age_on(self, day: np.datetime64) -> NDArray[np.float64]:
        """Exact age in years."""
        return (day - self.birth).astype(float) / 365.25

    def names(self, seed: int, block: int) -> NDArray[np.str_]:
        """An invented name for each of a block of people."""
        draw = chance(seed, "names", block)
        first = np.where(self.female, draw.choice(WOMEN, len(self)), draw.choice(MEN, len(self)))
        begins, ends = draw.choice(NAME_BEGINS, len(self)), draw.choice(NAME_ENDS, len(self))
        return np.char.add(np.char.add(np.char.add(first, " "), begins), ends)


def make_people(count: int, organisations: tuple[Organisation, ...], shares: NDArray[np.float64], seed: int) -> People:
    """Everybody. The same arguments give the same people."""
    draw = chance(seed, "people")
    span = (LAST_BIRTH - FIRST_BIRTH).astype(int)
    birth = FIRST_BIRTH + (span * draw.beta(1.3, 1.3, count)).astype(np.int64)
    sex = np.where(draw.random(count) < 0.54, FEMALE, MALE).astype(np.int8)
    organisation = draw.choice(len(organisations), count, p=shares).astype(np.int16)
    unit = np.zeros(count, dtype=np.int32)
    place = draw.random(count)
    for at, one in enumerate(organisations):
        here = organisation == at
        unit[here] = np.searchsorted(np.cumsum(one.shares)[:-1], place[here], side="right")
    start, end = np.datetime64(REGISTER_START), np.datetime64(REGISTER_END)
    early = draw.random(count) < HERE_BEFORE_THE_REGISTER
    position = draw.random(count)
    before = start - (position * 15 * 365).astype(np.int64)
    during = start + (position * (end - start).astype(int)).astype(np.int64)
    adult = birth + 18 * 366
    hired = np.maximum(np.where(early, before, during), adult)
    years = draw.exponential(MEAN_YEARS_EMPLOYED, count) + 0.1
    left = np.maximum(hired, start) + (years * 365.25).astype(np.int64)
    two = draw.random(count) < TWO_EMPLOYERS
    return People(
        fnr=synthetic_numbers(birth, sex, draw.random(count) < D_NUMBERS),
        birth=birth,
        sex=sex,
        education=(1 + draw.choice(4, count, p=EDUCATION_SHARES)).astype(np.int8),
        occupation=draw.choice(OCCUPATIONS, count).astype(np.int16),
        organisation=organisation,
        unit=unit,
        hired=hired,
        left=left,
        other_employer=np.where(two, draw.integers(0, OTHER_EMPLOYERS, count), -1).astype(np.int16),
    )
