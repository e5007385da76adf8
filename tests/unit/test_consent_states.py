"""Consent: literal histories and what each means on given days (RULES 1.1 to 1.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from secure_zone.consent import (
    NO_CONSENT,
    ConsentEvent,
    ConsentState,
    Kind,
    Purpose,
    contradictions,
    counts_over_time,
    state_at,
    state_columns,
    states_at,
)
from secure_zone.errors import BadInput


def event(day: int, kind: str, purpose: str, person: str = "p", number: str = "") -> ConsentEvent:
    """An event at noon on a day of January 2024."""
    at = datetime(2024, 1, day, 12, tzinfo=UTC)
    return ConsentEvent(person, at, Kind(kind), Purpose(purpose), number or f"{day}-{kind}-{purpose}")


RESEARCH, BOTH = ConsentState(True, False), ConsentState(True, True)
HISTORIES = [
    ("nothing said", [], {1: NO_CONSENT}),
    ("research only", [event(2, "given", "research")], {1: NO_CONSENT, 2: RESEARCH, 30: RESEARCH}),
    ("linking needs research", [event(2, "given", "linking")], {30: NO_CONSENT}),
    ("both", [event(2, "given", "research"), event(2, "given", "linking")], {1: NO_CONSENT, 2: BOTH}),
    ("linking first", [event(2, "given", "linking"), event(4, "given", "research")], {3: NO_CONSENT, 4: BOTH}),
    (
        "linking withdrawn, research stays",
        [event(2, "given", "research"), event(2, "given", "linking"), event(5, "withdrawn", "linking")],
        {4: BOTH, 5: RESEARCH},
    ),
    (
        "research withdrawn ends both, and linking does not come back with it",
        [
            event(2, "given", "research"),
            event(2, "given", "linking"),
            event(5, "withdrawn", "research"),
            event(8, "given", "research"),
            event(9, "given", "linking"),
        ],
        {4: BOTH, 5: NO_CONSENT, 8: RESEARCH, 9: BOTH},
    ),
    (
        "of one moment, the withdrawal counts",
        [event(2, "given", "research"), event(2, "withdrawn", "research")],
        {2: NO_CONSENT},
    ),
    ("withdrawn, never given", [event(2, "withdrawn", "research")], {2: NO_CONSENT}),
    (
        "said twice",
        [event(2, "given", "research"), event(4, "given", "research"), event(6, "withdrawn", "research")],
        {5: RESEARCH, 6: NO_CONSENT},
    ),
]


@pytest.mark.parametrize(("events", "expected"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES])
def test_the_state_follows_from_the_events(events: list[ConsentEvent], expected: dict[int, ConsentState]) -> None:
    for day, state in expected.items():
        assert state_at(events, date(2024, 1, day)) == state
        assert state_at(list(reversed(events)) * 2, date(2024, 1, day)) == state


def test_a_day_ends_when_it_ends_in_norway() -> None:
    late = ConsentEvent("p", datetime(2024, 1, 1, 23, 30, tzinfo=UTC), Kind.GIVEN, Purpose.RESEARCH, "1")
    assert state_at([late], date(2024, 1, 1)) == NO_CONSENT, "it was half past midnight in Norway"
    assert state_at([late], date(2024, 1, 2)) == RESEARCH


def test_the_moment_of_the_event_counts_whatever_the_zone() -> None:
    given = event(2, "given", "research")
    assert state_at([given], given.at) == RESEARCH
    assert state_at([given], given.at.astimezone(timezone(timedelta(hours=9)))) == RESEARCH
    assert state_at([given], given.at - timedelta(microseconds=1)) == NO_CONSENT


def test_people_do_not_mix() -> None:
    mine, yours = event(2, "given", "research", "me"), event(3, "withdrawn", "research", "you")
    assert states_at([yours, mine], date(2024, 1, 9)) == {"me": RESEARCH, "you": NO_CONSENT}
    with pytest.raises(BadInput):
        state_at([mine, yours], date(2024, 1, 9))


def test_people_are_counted_over_time() -> None:
    events = [
        event(2, "given", "research", "a"),
        event(2, "given", "linking", "a"),
        event(3, "given", "research", "b"),
        event(5, "withdrawn", "research", "a"),
    ]
    frame = pd.DataFrame([(e.person, e.at, e.kind, e.purpose) for e in events])
    frame.columns = pd.Index(["person", "at", "kind", "purpose"])
    counts = counts_over_time(frame, [date(2024, 1, day) for day in (1, 2, 3, 5)])
    assert counts["research"].tolist() == [0, 1, 2, 1]
    assert counts["linking"].tolist() == [0, 1, 1, 0]


def test_times_without_a_zone_are_refused() -> None:
    naive = datetime(2024, 1, 1)
    with pytest.raises(BadInput):
        ConsentEvent("p", naive, Kind.GIVEN, Purpose.RESEARCH, "1")
    with pytest.raises(BadInput):
        state_at([], naive)
    with pytest.raises(BadInput):
        state_columns(pd.DataFrame({"person": ["p"], "at": [naive], "kind": ["given"], "purpose": ["research"]}), naive)


def test_linking_without_research_is_no_state() -> None:
    with pytest.raises(BadInput):
        ConsentState(research=False, linking=True)


def test_one_id_with_two_meanings_is_a_contradiction() -> None:
    first = event(2, "given", "research", number="a")
    assert contradictions([first, first, event(3, "given", "linking", number="b")]) == ()
    assert contradictions([first, event(3, "withdrawn", "research", number="a")]) == ("a",)
