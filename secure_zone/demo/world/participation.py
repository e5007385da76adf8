"""Who is invited, who answers, who consents to what, and who changes their mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secure_zone.demo.world.chance import chance
from secure_zone.demo.world.conditions import Conditions
from secure_zone.demo.world.histories import START, Histories
from secure_zone.demo.world.truth import ANSWER_DAYS, PARTICIPATION, REGISTER_END, WAVES

LEAST_RESPONSE, MOST_RESPONSE = 0.55, 0.85
NO_TIME = np.datetime64("NaT", "s")
Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Consents:
    """When each person of a block said what, by the clock in Norway; NaT where they never did."""

    research_given: Times
    linking_given: Times
    research_withdrawn: Times
    linking_withdrawn: Times
    research_given_again: Times


@dataclass(frozen=True)
class Participation:
    """For each wave: who is invited, who answers, and when. And the consents."""

    invited: Mapping[int, NDArray[np.bool_]]
    answered: Mapping[int, NDArray[np.bool_]]
    moment: Mapping[int, Times]
    consents: Consents


def participation_of(conditions: Conditions, histories: Histories, organisations: int) -> Participation:
    """The part a block of people takes in the three waves."""
    size = len(conditions.people)
    draw = chance(conditions.seed, "participation", conditions.block)
    invited, answered, moment = {}, {}, {}
    research, linking = (np.full(size, NO_TIME) for _ in range(2))
    asked_before = np.zeros(size, dtype=bool)
    for wave, opened in WAVES.items():
        day = np.datetime64(opened)
        prior = histories.prior[wave]
        invited[wave] = _invited(conditions, histories, day)
        answered[wave] = invited[wave] & (draw.random(size) < _response(conditions, prior, day, organisations))
        seconds = draw.integers(0, ANSWER_DAYS * 86_400, size)
        moment[wave] = day.astype("datetime64[s]") + 7 * 3_600 + seconds
        logit = PARTICIPATION.research + PARTICIPATION.research_prior_absence * prior
        logit = logit + PARTICIPATION.research_asked_again * asked_before
        consents = answered[wave] & np.isnat(research) & (draw.random(size) < 1 / (1 + np.exp(-logit)))
        research[consents] = moment[wave][consents]
        links = consents & (draw.random(size) < PARTICIPATION.linking)
        linking[links] = moment[wave][links] + 20
        asked_before |= answered[wave]
    return Participation(invited, answered, moment, _changes_of_mind(research, linking, draw))


def _invited(conditions: Conditions, histories: Histories, day: np.datetime64) -> NDArray[np.bool_]:
    """Everybody who works in the organisation on the day the wave opens."""
    people = conditions.people
    here = (people.hired <= day) & (people.left > day) & (people.age_on(day) < 67)
    number = (day - START).astype(int)
    return here & (histories.last_day > number) & (histories.disability > number)


def _response(
    conditions: Conditions, prior: NDArray[np.bool_], day: np.datetime64, organisations: int
) -> NDArray[np.float64]:
    """The probability of an answer. Organisations differ, and none is far from the others."""
    people, p = conditions.people, PARTICIPATION
    spread = np.linspace(-p.response_organisation, p.response_organisation, organisations)
    spread = chance(conditions.seed, "response", str(day)).permutation(spread)
    logit = p.response + spread[people.organisation] + p.response_female * (people.female - 0.5)
    logit = logit + p.response_age_per_ten_years * (people.age_on(day) - 45) / 10 + p.response_prior_absence * prior
    return np.clip(1 / (1 + np.exp(-logit)), LEAST_RESPONSE - 0.1, MOST_RESPONSE)


def _changes_of_mind(research: Times, linking: Times, draw: np.random.Generator) -> Consents:
    """Some withdraw later, a few of those come back."""
    size = research.size
    end = np.datetime64(REGISTER_END).astype("datetime64[s]")
    left = np.where(np.isnat(research), 1, np.maximum((end - research).astype(np.int64), 2))
    later = research + 1 + (left * draw.random(size)).astype(np.int64)
    changes = draw.random(size)
    withdraws = changes < PARTICIPATION.withdraws_research
    less = (changes >= 1 - PARTICIPATION.withdraws_linking) & ~np.isnat(linking)
    again = withdraws & (draw.random(size) < PARTICIPATION.gives_again)
    back = later + draw.integers(86_400, 200 * 86_400, size)
    return Consents(
        research_given=research,
        linking_given=linking,
        research_withdrawn=np.where(withdraws, later, NO_TIME),
        linking_withdrawn=np.where(less, later + 60, NO_TIME),
        research_given_again=np.where(again, back, NO_TIME),
    )
