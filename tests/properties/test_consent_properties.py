"""Whatever people say in whatever order it arrives, the state is the same, and it is never linking without research."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from secure_zone.consent import NO_CONSENT, ConsentEvent, Kind, Purpose, state_columns, states_at

START = datetime(2024, 3, 30, tzinfo=UTC)
moments = st.integers(0, 12).map(lambda hours: START + timedelta(hours=4 * hours))
events = st.builds(
    ConsentEvent,
    person=st.sampled_from(["a", "b", "c"]),
    at=moments,
    kind=st.sampled_from(Kind),
    purpose=st.sampled_from(Purpose),
    id=st.uuids().map(str),
)
histories = st.lists(events, max_size=14)


@given(histories, moments, st.data())
def test_order_and_repeats_change_nothing(history: list[ConsentEvent], when: datetime, data: st.DataObject) -> None:
    repeated = history + data.draw(st.lists(st.sampled_from(history), max_size=6)) if history else []
    assert states_at(data.draw(st.permutations(repeated)), when) == states_at(history, when)


@given(histories, moments)
def test_columns_say_what_events_say(history: list[ConsentEvent], when: datetime) -> None:
    rows = [(e.person, e.at, e.kind.value, e.purpose.value) for e in history]
    frame = pd.DataFrame(rows, columns=["person", "at", "kind", "purpose"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    found = state_columns(frame, when).set_index("person")
    expected = states_at(history, when)
    assert sorted(found.index) == sorted(expected)
    for person, state in expected.items():
        assert (found.at[person, "research"], found.at[person, "linking"]) == (state.research, state.linking)


@given(histories, moments)
def test_linking_is_never_without_research_nor_after_a_withdrawal(history: list[ConsentEvent], when: datetime) -> None:
    for person, state in states_at(history, when).items():
        own = [e for e in history if e.person == person and e.at <= when]
        assert state.research or not state.linking
        if not any(e.kind is Kind.GIVEN and e.purpose is Purpose.RESEARCH for e in own):
            assert state == NO_CONSENT
        latest = max((e.at for e in own), default=None)
        if any(e.at == latest and e.kind is Kind.WITHDRAWN and e.purpose is Purpose.RESEARCH for e in own):
            assert state == NO_CONSENT


@given(histories, moments, moments)
def test_what_comes_later_does_not_change_an_earlier_day(
    history: list[ConsentEvent], early: datetime, late: datetime
) -> None:
    early, late = min(early, late), max(early, late)
    until_late = [e for e in history if e.at <= late]
    full = states_at(history, early)
    for person, state in states_at(until_late, early).items():
        assert full[person] == state
