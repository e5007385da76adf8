"""What counts as an outcome, in one place that a paper can quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from analysis.errors import BadArgument

EMPLOYER_DAYS = 16


@dataclass(frozen=True, kw_only=True)
class OutcomeDefinition:
    """The choices between register rows and an outcome; dates as `date`, datetime or ISO text.

    register_end: the last day the registers cover.
    gap, min_grade, diagnoses: what is a spell, as in `merge_spells`.
    event: the first event is a spell of `long_term_days` ("spell") or a disability pension ("disability").
    long_term_days: absent days that a spell must reach: 17 is the common "> 16 days"; others are 21, 30, 90.
    dated: the event is dated on the day the spell "reaches" them, or when it "starts".
    washout_days: people are at risk from baseline plus this many days.
    on_leave: those on leave then "enter_when_it_ends", are "left_out", or enter all the same ("ignored").
    disabled: those with a disability pension before they enter are "left_out", or "ignored".
    age_limit: follow-up ends on this birthday (62 or 67); None for no limit.
    follow_up_days: follow-up ends this many days after baseline; None: at the end of the register.
    employer_days: the first 16 days of a spell are the employer's and stand in the register only if certified.
    "certified": they count where they stand there; "left_out": days and lost_days count from day 17 of each spell.
    recurrent_days: absent days that a spell must reach to be an event among recurrent ones.

    >>> OutcomeDefinition(register_end="2024-12-31", long_term_days=30).describe().splitlines()[1]
    'The event is the first spell that starts after entry and reaches 30 days, dated on the day it reaches them.'
    """

    register_end: object
    gap: int = 15
    min_grade: float = 1
    diagnoses: Sequence[str] = ()
    event: Literal["spell", "disability"] = "spell"
    long_term_days: int = EMPLOYER_DAYS + 1
    dated: Literal["reaches", "starts"] = "reaches"
    washout_days: int = 0
    on_leave: Literal["enter_when_it_ends", "left_out", "ignored"] = "enter_when_it_ends"
    disabled: Literal["left_out", "ignored"] = "left_out"
    age_limit: int | None = 67
    follow_up_days: int | None = None
    employer_days: Literal["certified", "left_out"] = "certified"
    recurrent_days: int = 1

    def __post_init__(self) -> None:
        choices = {
            "event": ("spell", "disability"),
            "dated": ("reaches", "starts"),
            "on_leave": ("enter_when_it_ends", "left_out", "ignored"),
            "disabled": ("left_out", "ignored"),
            "employer_days": ("certified", "left_out"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise BadArgument(f"{name} is one of {', '.join(allowed)}; it was {getattr(self, name)!r}.")
        lowest = {"gap": 0, "washout_days": 0, "long_term_days": 1, "recurrent_days": 1, "follow_up_days": 1}
        for name, least in lowest.items():
            value = getattr(self, name)
            if name == "follow_up_days" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise BadArgument(f"{name} is a whole number of days from {least}; it was {value!r}.")
        if isinstance(self.diagnoses, str):
            raise BadArgument(
                f"diagnoses holds ICPC-2 prefixes, such as ('L', 'P'); it was the text {self.diagnoses!r}."
            )
        object.__setattr__(self, "diagnoses", tuple(self.diagnoses))

    def describe(self) -> str:
        """The definition in sentences, for a methods section."""
        what = f"with diagnoses {', '.join(self.diagnoses)}" if self.diagnoses else "with any diagnosis"
        grade = f" of at least {self.min_grade:g} per cent" if self.min_grade > 1 else ""
        lines = [f"Certified sick leave {what}{grade}; absences at most {self.gap} days apart are one spell."]
        if self.event == "disability":
            lines.append("The event is the first disability pension after entry.")
        else:
            dated = "on the day it reaches them" if self.dated == "reaches" else "on its first day"
            lines.append(
                f"The event is the first spell that starts after entry and reaches {self.long_term_days} days, "
                f"dated {dated}."
            )
        lines.append(
            f"Days 1-{EMPLOYER_DAYS} of a spell, the employer's, count where they were certified."
            if self.employer_days == "certified"
            else f"Days count from day {EMPLOYER_DAYS + 1} of a spell, after the employer period."
        )
        entry = f"Entry {self.washout_days} days after baseline" if self.washout_days else "Entry at baseline"
        leave = {
            "enter_when_it_ends": "; those on leave enter when it ends",
            "left_out": "; those on leave are left out",
            "ignored": "",
        }[self.on_leave]
        disabled = "; those with a disability pension are left out" if self.disabled == "left_out" else ""
        lines.append(f"{entry}{leave}{disabled}.")
        ends = ["death", "emigration"]
        ends += [f"age {self.age_limit}"] if self.age_limit is not None else []
        ends += [f"{self.follow_up_days} days after baseline"] if self.follow_up_days is not None else []
        lines.append(f"Censored at the first of {', '.join(ends)} and the end of the register, {self.register_end}.")
        return "\n".join(lines)

    def differences(self, other: OutcomeDefinition) -> dict[str, tuple[object, object]]:
        """The fields in which two definitions differ, for a panel of sensitivity analyses."""
        pairs = {f.name: (getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
