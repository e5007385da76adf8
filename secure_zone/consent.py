"""Consents: dated events in, the state at any moment out (RULES 1.1 to 1.3).

The state is never stored. It is a function of the set of events: their order does not matter, nor do repeats.

- Research consent holds when the last research event says given.
- Linking consent holds when the last linking event says given, research consent holds, and the linking was consented to
  after the last withdrawal of the research consent: withdrawing from research ends the linking for good, and research
  consent given anew does not bring it back.
- A consent and a withdrawal of the same moment: the withdrawal counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from secure_zone.errors import BadInput

NORWAY = ZoneInfo("Europe/Oslo")


class Purpose(StrEnum):
    """What is consented to."""

    RESEARCH = "research"
    LINKING = "linking"


class Kind(StrEnum):
    """What was said."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ConsentEvent:
    """One thing a person said about one purpose. `at` has a time zone; `id` is the sender's, the same in repeats."""

    person: str
    at: datetime
    kind: Kind
    purpose: Purpose
    id: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadInput("A consent event has a time without a time zone.")


@dataclass(frozen=True)
class ConsentState:
    """What a person consents to at a moment. Linking without research is not possible."""

    research: bool = False
    linking: bool = False

    def __post_init__(self) -> None:
        if self.linking and not self.research:
            raise BadInput("There is no linking consent without research consent.")


NO_CONSENT = ConsentState()


def end_of(day: date) -> datetime:
    """The moment at which a day ends in Norway; all events of the day lie before it."""
    return datetime.combine(day + timedelta(days=1), time(), NORWAY)


def state_at(events: Iterable[ConsentEvent], when: datetime | date) -> ConsentState:
    """One person's state at a moment, or at the end of a day in Norway. Events of that very moment count, later do not.

    All events must be one person's; `states_at` takes everybody's.

    >>> at = datetime(2021, 10, 4, 12, tzinfo=NORWAY)
    >>> given = ConsentEvent("p", at, Kind.GIVEN, Purpose.RESEARCH, "1")
    >>> state_at([given], date(2021, 10, 4)), state_at([given], date(2021, 10, 3)).research
    (ConsentState(research=True, linking=False), False)
    """
    known = list(events)
    if len({event.person for event in known}) > 1:
        raise BadInput("The events are those of several people.")
    moment = _moment(when)
    # The last moment at which each thing was said, for each purpose.
    last: dict[tuple[Purpose, Kind], datetime] = {}
    for event in known:
        what = (event.purpose, event.kind)
        if event.at <= moment and (what not in last or event.at > last[what]):
            last[what] = event.at
    research = _stands(last, given=Purpose.RESEARCH, unless=[Purpose.RESEARCH])
    linking = _stands(last, given=Purpose.LINKING, unless=[Purpose.LINKING, Purpose.RESEARCH])
    return ConsentState(research, research and linking)


def states_at(events: Iterable[ConsentEvent], when: datetime | date) -> Mapping[str, ConsentState]:
    """The state of everybody who ever said anything, also of those who only will after `when`."""
    by_person: dict[str, list[ConsentEvent]] = {}
    for event in events:
        by_person.setdefault(event.person, []).append(event)
    moment = _moment(when)
    return {person: state_at(own, moment) for person, own in by_person.items()}


def state_columns(events: pd.DataFrame, when: datetime | date) -> pd.DataFrame:
    """`states_at` for millions: events with columns `person, at, kind, purpose` -> `person, research, linking`.

    `at` has a time zone. One row per person who ever said anything, sorted by person.
    """
    if not isinstance(events["at"].dtype, pd.DatetimeTZDtype):
        raise BadInput("The times of the consent events have no time zone.")
    person, people = pd.factorize(events["person"], sort=True)
    at = events["at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]").view(np.int64)
    known = at <= pd.Timestamp(_moment(when)).tz_convert("UTC").tz_localize(None).to_datetime64().astype("M8[us]").view(
        "i8"
    )

    def last(purpose: Purpose, kind: Kind) -> np.ndarray:
        said = (known & (events["purpose"] == purpose) & (events["kind"] == kind)).to_numpy()
        latest = np.full(len(people), np.iinfo(np.int64).min)
        np.maximum.at(latest, person[said], at[said])
        return latest

    research_withdrawn = last(Purpose.RESEARCH, Kind.WITHDRAWN)
    research = last(Purpose.RESEARCH, Kind.GIVEN) > research_withdrawn
    linking = last(Purpose.LINKING, Kind.GIVEN) > np.maximum(last(Purpose.LINKING, Kind.WITHDRAWN), research_withdrawn)
    return pd.DataFrame({"person": people, "research": research, "linking": research & linking})


def counts_over_time(events: pd.DataFrame, moments: Iterable[datetime | date]) -> pd.DataFrame:
    """How many people consent to what at each moment: `when, research, linking`. Events as in `state_columns`."""
    states = {when: state_columns(events, when)[["research", "linking"]].sum() for when in moments}
    rows = [(when, int(state["research"]), int(state["linking"])) for when, state in states.items()]
    return pd.DataFrame(rows, columns=["when", "research", "linking"])


def contradictions(events: Iterable[ConsentEvent]) -> tuple[str, ...]:
    """The ids under which different things were said: an error of the sender, to be cleared up before they count."""
    first: dict[str, ConsentEvent] = {}
    wrong = {event.id for event in events if first.setdefault(event.id, event) != event}
    return tuple(sorted(wrong))


def _stands(last: Mapping[tuple[Purpose, Kind], datetime], *, given: Purpose, unless: list[Purpose]) -> bool:
    """Whether the consent was given after every withdrawal of the purposes it hangs on."""
    said = last.get((given, Kind.GIVEN))
    withdrawn = [last[what] for purpose in unless if (what := (purpose, Kind.WITHDRAWN)) in last]
    return said is not None and all(said > moment for moment in withdrawn)


def _moment(when: datetime | date) -> datetime:
    """The moment meant; for a day, its last one."""
    if not isinstance(when, datetime):
        return end_of(when) - timedelta(microseconds=1)
    if when.tzinfo is None:
        raise BadInput("The moment has no time zone.")
    return when
