"""What holds in the synthetic world. Tests ask for these numbers back; pages may show them beside the estimates.

Hazards. From a survey to the next (and before the first), a person's hazards are constant:

    hazard = per_year * exp(sum of effects * covariates + unit effect)

with the covariates of `Effects`, all as they are on the day of the survey. The hazard of long-term absence is that of
the start of a spell of more than 16 days in someone who is well and has been for 16 days; that of disability is of the
start of a disability pension. So a Cox model from the day of the survey to the next one, with these covariates,
estimates the effects themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import log
from types import MappingProxyType

DEFAULT_PEOPLE = 25_000
LEAST_PEOPLE, MOST_PEOPLE = 1_000, 5_000_000
DEFAULT_SEED = 2_045

REGISTER_START = date(2018, 1, 1)
REGISTER_END = date(2026, 6, 30)
# The day on which each wave opens: exposures, age and prior absence are those of this day.
WAVES: Mapping[int, date] = MappingProxyType(
    {2021: date(2021, 10, 4), 2023: date(2023, 10, 2), 2025: date(2025, 10, 6)}
)
KIWEST_VERSIONS: Mapping[int, str] = MappingProxyType({2021: "2013", 2023: "2023", 2025: "2023"})
ANSWER_DAYS = 21
RETIREMENT_AGE = 67
LONG_TERM_DAYS = 17
FREE_DAYS_BETWEEN_SPELLS = 17
PRIOR_WINDOW_DAYS = 365


@dataclass(frozen=True)
class Effects:
    """Log hazard ratios. Exposures: per point of the scale (1 to 5, high = more of what its name says)."""

    role_conflict: float
    leadership: float
    demands: float
    self_determination: float
    female: float
    age_per_ten_years: float
    education_per_level: float
    prior_absence: float
    """A spell of more than 16 days with a day in the 365 days before the survey."""
    unit_sd: float
    """Standard deviation of the effect of the unit, normal on the log scale."""
    per_year: float
    """The hazard per year of a man aged 45 with education at level 1, all exposures 3, without prior absence."""


LONG_TERM_ABSENCE = Effects(
    role_conflict=log(1.25),
    leadership=log(0.85),
    demands=log(1.12),
    self_determination=log(0.90),
    female=log(1.45),
    age_per_ten_years=log(1.08),
    education_per_level=log(0.80),
    prior_absence=log(2.20),
    unit_sd=0.15,
    per_year=0.13,
)
DISABILITY = Effects(
    role_conflict=log(1.35),
    leadership=log(0.78),
    demands=log(1.10),
    self_determination=log(0.85),
    female=log(1.20),
    age_per_ten_years=log(1.70),
    education_per_level=log(0.70),
    prior_absence=log(3.00),
    unit_sd=0.10,
    per_year=0.010,
)
# Short certified spells (1 to 16 days) follow the same form, but those close to another spell are left out of the
# register, so their effects come back only roughly.
SHORT_ABSENCE = Effects(
    role_conflict=log(1.12),
    leadership=log(0.92),
    demands=log(1.08),
    self_determination=log(0.95),
    female=log(1.30),
    age_per_ten_years=log(0.97),
    education_per_level=log(0.90),
    prior_absence=log(1.40),
    unit_sd=0.10,
    per_year=0.45,
)
AGE_ZERO = 45
SCALE_MIDDLE = 3
PRIOR_ABSENCE_BEFORE_THE_REGISTER = 0.08


@dataclass(frozen=True)
class Exposure:
    """Which scale of an instrument measures the exposure; where `turned`, high scores mean little of it (6 - score)."""

    scale: str
    turned: bool = False


EXPOSURES: Mapping[str, Mapping[str, Exposure]] = MappingProxyType(
    {
        "must": {
            "role_conflict": Exposure("role_conflict"),
            "leadership": Exposure("leadership"),
            "demands": Exposure("demands"),
            "self_determination": Exposure("self_determination"),
        },
        "kiwest": {
            "role_conflict": Exposure("absence_of_role_conflict", turned=True),
            "leadership": Exposure("recognition_from_management"),
            "demands": Exposure("absence_of_work_home_conflict", turned=True),
            "self_determination": Exposure("autonomy"),
        },
    }
)


@dataclass(frozen=True)
class Participation:
    """Who answers and who consents: logits and probabilities. Both depend on prior absence, and on nothing later."""

    response: float = 0.78
    response_female: float = 0.20
    response_age_per_ten_years: float = 0.08
    response_prior_absence: float = -0.45
    response_organisation: float = 0.30
    """Organisations lie evenly within this distance of the middle."""
    research: float = 0.58
    research_prior_absence: float = -0.85
    research_asked_again: float = -1.60
    linking: float = 0.87
    withdraws_research: float = 0.03
    withdraws_linking: float = 0.03
    gives_again: float = 0.25
    repeated_events: float = 0.05


PARTICIPATION = Participation()
ITEM_NOT_ANSWERED = 0.02
SKIPS_SENSITIVE = 0.06
NOT_APPLICABLE = 0.01
DEATHS_PER_YEAR_AT_45 = 0.0012
DEATHS_PER_TEN_YEARS = log(2.4)
EMIGRATIONS_PER_YEAR = 0.003
D_NUMBERS = 0.03
TWO_EMPLOYERS = 0.06
OVERLAPPING_CERTIFICATES = 0.10
