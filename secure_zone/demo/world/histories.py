"""What happens to people from 2018 on: spells of absence, disability, death, emigration, by the hazards of `truth`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.conditions import Conditions
from secure_zone.demo.world.truth import (
    AGE_ZERO,
    DEATHS_PER_TEN_YEARS,
    DEATHS_PER_YEAR_AT_45,
    DISABILITY,
    EMIGRATIONS_PER_YEAR,
    FREE_DAYS_BETWEEN_SPELLS,
    LONG_TERM_ABSENCE,
    LONG_TERM_DAYS,
    PRIOR_ABSENCE_BEFORE_THE_REGISTER,
    PRIOR_WINDOW_DAYS,
    REGISTER_END,
    REGISTER_START,
    RETIREMENT_AGE,
    SCALE_MIDDLE,
    SHORT_ABSENCE,
    WAVES,
    Effects,
)

YEAR = 365.25
LONGEST_SPELL = 365
# Days beyond the 17 that make a spell long-term, log-normal: half of the spells last at most six weeks.
LENGTH_LOG_MEAN, LENGTH_LOG_SD = 3.3, 1.35
NEVER = np.inf
START = np.datetime64(REGISTER_START)
END = int((np.datetime64(REGISTER_END) - START).astype(int)) + 1
BOUNDARIES = (0, *(int((np.datetime64(day) - START).astype(int)) for day in WAVES.values()), END)
Days = NDArray[np.float64]


@dataclass(frozen=True)
class Spells:
    """Spells of absence or benefit: the person's position in the block, first and last day (from REGISTER_START)."""

    person: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]

    def keep(self, chosen: NDArray[np.bool_]) -> Spells:
        """Some of the spells."""
        return Spells(self.person[chosen], self.start[chosen], self.stop[chosen])


@dataclass(frozen=True)
class Histories:
    """The histories of one block. Days are counted from REGISTER_START; NEVER where it does not happen.

    prior: for each wave, who had long-term absence in the year before it.
    """

    long: Spells
    short: Spells
    aap: Spells
    disability: Days
    death: Days
    emigration: Days
    prior: Mapping[int, NDArray[np.bool_]]

    @property
    def last_day(self) -> Days:
        """The day on which a person leaves the register's population for good; NEVER for most."""
        return np.minimum(self.death, self.emigration)


def histories_of(conditions: Conditions) -> Histories:
    """Lives of a block of people, period by period: to the first wave, from each wave to the next, to the end."""
    people, size = conditions.people, len(conditions.people)
    draw = chance(conditions.seed, "histories", conditions.block)
    unit = chance(conditions.seed, "unit effect").standard_normal(conditions.units)[conditions.unit]
    retirement = _days(people.birth) + RETIREMENT_AGE * YEAR
    adult = _days(people.birth) + 18 * YEAR
    death, emigration = _last_events(people.age_on(START), draw)
    gone = np.minimum(np.minimum(death, emigration), retirement)
    disability = np.full(size, NEVER)
    free_from = np.zeros(size)
    prior = draw.random(size) < PRIOR_ABSENCE_BEFORE_THE_REGISTER
    found: list[Spells] = []
    aap: list[Spells] = []
    at_wave: dict[int, NDArray[np.bool_]] = {}
    waves = list(WAVES)
    for number, (begin, end) in enumerate(zip(BOUNDARIES, BOUNDARIES[1:], strict=False)):
        exposures = conditions.exposures(waves[max(number - 1, 0)])
        if number > 0:
            prior = _absent_before(begin, found, size)
            at_wave[waves[number - 1]] = prior
        covariates = {
            **{name: score - SCALE_MIDDLE for name, score in exposures.items()},
            "female": people.female,
            "age_per_ten_years": (people.age_on(START + begin) - AGE_ZERO) / 10,
            "education_per_level": people.education - 1,
            "prior_absence": prior,
        }
        at_risk_from = np.maximum(begin, adult)
        wait = draw.exponential(1, size) / _hazard(DISABILITY, covariates, unit) * YEAR
        falls = (at_risk_from + wait < np.minimum(end, gone)) & np.isinf(disability)
        disability[falls] = np.floor((at_risk_from + wait)[falls])
        exit_day = np.minimum(np.minimum(end, gone), disability)
        long_hazard = _hazard(LONG_TERM_ABSENCE, covariates, unit)
        free_from = _long_spells(np.maximum(at_risk_from, free_from), exit_day, long_hazard, draw, found, aap)
        found.append(_short_spells(at_risk_from, exit_day, _hazard(SHORT_ABSENCE, covariates, unit), draw))
    last = np.minimum(np.minimum(np.minimum(death, emigration), disability), END)
    spells = _cut(_joined(found), last)
    long = spells.keep(spells.stop - spells.start + 1 >= LONG_TERM_DAYS)
    benefits = _cut(_joined(aap), last)
    short = _clear_of_others(spells, benefits, size)
    return Histories(long, short, benefits, disability, death, emigration, at_wave)


def _hazard(effects: Effects, covariates: Mapping[str, NDArray[np.generic]], unit: Days) -> Days:
    """The hazard per year of everybody."""
    sum_of_effects = effects.unit_sd * unit
    for name, values in covariates.items():
        sum_of_effects = sum_of_effects + getattr(effects, name) * values
    return effects.per_year * np.exp(sum_of_effects)


def _last_events(age: Days, draw: np.random.Generator) -> tuple[Days, Days]:
    """Days of death and emigration, whichever comes first; NEVER where none lies in the register's years."""
    hazard = DEATHS_PER_YEAR_AT_45 * np.exp(DEATHS_PER_TEN_YEARS * (age + 4 - AGE_ZERO) / 10)
    death = np.floor(draw.exponential(1, age.size) / hazard * YEAR)
    emigration = np.floor(draw.exponential(1, age.size) / EMIGRATIONS_PER_YEAR * YEAR)
    return (
        np.where((death < END) & (death <= emigration), death, NEVER),
        np.where((emigration < END) & (emigration < death), emigration, NEVER),
    )


def _long_spells(
    free_from: Days, exit_day: Days, hazard: Days, draw: np.random.Generator, found: list[Spells], aap: list[Spells]
) -> Days:
    """Adds one period's long spells to `found` and the allowances after the longest to `aap`; who is free from when."""
    free_from = free_from.copy()
    waiting = np.flatnonzero(free_from < exit_day)
    while waiting.size:
        begins = free_from[waiting] + draw.exponential(1, waiting.size) / hazard[waiting] * YEAR
        happens = begins < exit_day[waiting]
        waiting, start = waiting[happens], np.floor(begins[happens])
        extra = np.floor(draw.lognormal(LENGTH_LOG_MEAN, LENGTH_LOG_SD, waiting.size))
        length = np.minimum(LONG_TERM_DAYS + extra, LONGEST_SPELL)
        stop = start + length - 1
        found.append(Spells(waiting, start.astype(np.int64), stop.astype(np.int64)))
        exhausted = (length == LONGEST_SPELL) & (draw.random(waiting.size) < 0.8)
        allowed = np.floor(draw.uniform(180, 1_000, waiting.size))
        aap.append(Spells(waiting, (stop + 1).astype(np.int64), (stop + allowed).astype(np.int64)).keep(exhausted))
        free_from[waiting] = np.where(exhausted, stop + allowed, stop) + FREE_DAYS_BETWEEN_SPELLS
        waiting = waiting[free_from[waiting] < exit_day[waiting]]
    return free_from


def _short_spells(begin: Days, end: Days, hazard: Days, draw: np.random.Generator) -> Spells:
    """Certified spells of at most 16 days in one period, wherever they fall."""
    length = np.maximum(end - begin, 0)
    person = np.repeat(np.arange(length.size), draw.poisson(hazard * length / YEAR))
    start = np.floor(begin[person] + draw.random(person.size) * length[person]).astype(np.int64)
    days = np.minimum(draw.geometric(1 / 6, person.size), LONG_TERM_DAYS - 1)
    return Spells(person, start, start + days - 1)


def _absent_before(day: int, found: list[Spells], size: int) -> NDArray[np.bool_]:
    """Who had a day of a long spell in the year before `day`."""
    spells = _joined(found)
    window = (spells.stop >= day - PRIOR_WINDOW_DAYS) & (spells.start < day)
    long = spells.stop - spells.start + 1 >= LONG_TERM_DAYS
    prior = np.zeros(size, dtype=bool)
    prior[spells.person[window & long]] = True
    return prior


def _clear_of_others(spells: Spells, benefits: Spells, size: int) -> Spells:
    """The short spells that keep FREE_DAYS_BETWEEN_SPELLS from every other spell, so that none join into a long one."""
    every = _joined([spells, benefits])
    order = np.lexsort((every.start, every.person))
    width = 4 * END
    start = every.person[order] * width + every.start[order]
    stop = every.person[order] * width + every.stop[order]
    reach = np.concatenate([[-width], np.maximum.accumulate(stop)[:-1]])
    following = np.concatenate([start[1:], [(size + 1) * width]])
    length = stop - start + 1
    alone = (start - reach > FREE_DAYS_BETWEEN_SPELLS) & (following - stop > FREE_DAYS_BETWEEN_SPELLS)
    short = (length < LONG_TERM_DAYS) & alone & (order < spells.person.size)
    return every.keep(order[short])


def _joined(parts: list[Spells]) -> Spells:
    return Spells(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "start", "stop")))


def _cut(spells: Spells, last: Days) -> Spells:
    """The spells up to the day before `last`, without those that begin later."""
    stop = np.minimum(spells.stop, last[spells.person] - 1).astype(np.int64)
    return Spells(spells.person, spells.start, stop).keep(stop >= spells.start)


def _days(dates: NDArray[np.datetime64]) -> Days:
    return (dates - START).astype(float)
