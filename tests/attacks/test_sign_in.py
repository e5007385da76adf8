"""Guessing, replaying and listening at the door: one answer, in the same time, and each code once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import factories
import pytest
from factories import AUDITOR, CUSTODIAN, LEADER, RESEARCHER, WHY, Custodian, Ground, passphrase_of

from secure_zone.api.models import NewUser
from secure_zone.audit import log
from secure_zone.custodian import credentials
from secure_zone.custodian.credentials import Decoy
from secure_zone.custodian.house import House
from secure_zone.custodian.use_cases import account, users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.errors import BadInput, SessionEnded, SignInFailed, ZoneUnavailable
from secure_zone.keys import passphrase as passphrases
from secure_zone.keys import totp
from secure_zone.keys.passphrase import Profile
from secure_zone.keys.sealing import KeyPair
from secure_zone.ledger import sign_in_states
from secure_zone.ledger import users as ledger_users
from secure_zone.roles import Role


def refused(inside: Ground, user: str, passphrase: str, code: str) -> str:
    with pytest.raises(SignInFailed) as refusal:
        sign_in(inside.house, user, passphrase, code)
    return f"{refusal.value.code} {refusal.value} {refusal.value.params}"


def test_every_reason_gets_the_same_answer(inside: Ground) -> None:
    leader = inside.session(LEADER)
    used = inside.code(RESEARCHER)
    right = passphrase_of(RESEARCHER)
    sign_in(inside.house, RESEARCHER, right, used)
    answers = {
        "used code": refused(inside, RESEARCHER, right, used),
        "wrong passphrase": refused(inside, RESEARCHER, "not the right one", inside.code(RESEARCHER)),
        "wrong code": refused(inside, RESEARCHER, right, "000000"),
        "no code": refused(inside, RESEARCHER, right, " "),
        "not a code": refused(inside, RESEARCHER, right, "æøå\ud800\x00"),
        "unknown user": refused(inside, "nobody", right, "000000"),
        "not a user name": refused(inside, "Robert'); DROP TABLE users;--", right, "000000"),
        "passphrase as user name": refused(inside, right, right, "000000"),
    }
    users.remove(inside.house, leader, AUDITOR, WHY)
    answers["removed user"] = refused(inside, AUDITOR, passphrase_of(AUDITOR), inside.code(AUDITOR))
    for _ in range(8):
        refused(inside, RESEARCHER, "not the right one", "000000")
    unused = factories.code_of(inside.folder, RESEARCHER, totp.step_at(inside.house.now) + 1)
    answers["closed"] = refused(inside, RESEARCHER, right, unused)
    assert len(set(answers.values())) == 1, answers


def test_a_code_is_accepted_once(inside: Ground) -> None:
    code = inside.code(RESEARCHER)
    sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), code)
    for _ in range(3):
        refused(inside, RESEARCHER, passphrase_of(RESEARCHER), code)
        inside.clock.forward(seconds=10)


def test_an_older_code_is_not_accepted_after_a_newer_one(inside: Ground) -> None:
    older = factories.code_of(inside.folder, RESEARCHER, totp.step_at(inside.house.now))
    sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), inside.code(RESEARCHER))
    refused(inside, RESEARCHER, passphrase_of(RESEARCHER), older)


def test_a_code_is_good_only_around_its_time(inside: Ground) -> None:
    now = totp.step_at(inside.house.now)
    for step in (now - 2, now + 2, now + 2880):
        refused(inside, RESEARCHER, passphrase_of(RESEARCHER), factories.code_of(inside.folder, RESEARCHER, step))


def test_another_users_code_is_of_no_use(inside: Ground) -> None:
    refused(inside, RESEARCHER, passphrase_of(RESEARCHER), inside.code(LEADER))


def test_two_at_once_with_one_code_get_one_session(inside: Ground) -> None:
    code = inside.code(RESEARCHER)

    def attempt(_: int) -> bool:
        try:
            sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), code)
        except SignInFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_guessing_closes_the_door_for_a_while_and_not_for_ever(inside: Ground) -> None:
    right = passphrase_of(RESEARCHER)
    for _ in range(6):
        refused(inside, RESEARCHER, right, "000000")
    with inside.house.ledger.read() as tx:
        before = sign_in_states.get(tx, RESEARCHER)
    assert before.locked_until is not None
    # Hammering at the closed door neither counts nor keeps it closed.
    for _ in range(20):
        refused(inside, RESEARCHER, right, "000000")
    with inside.house.ledger.read() as tx:
        assert sign_in_states.get(tx, RESEARCHER) == before
    inside.clock.forward(minutes=2)
    sign_in(inside.house, RESEARCHER, right, inside.code(RESEARCHER))
    with inside.house.ledger.read() as tx:
        assert sign_in_states.get(tx, RESEARCHER).failures == 0


def test_guesses_side_by_side_are_all_counted(inside: Ground) -> None:
    def attempt(number: int) -> bool:
        try:
            sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), f"{number:06d}")
        except SignInFailed:
            return False
        except ZoneUnavailable:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert not any(pool.map(attempt, range(40)))
    with inside.house.ledger.read() as tx:
        state = sign_in_states.get(tx, RESEARCHER)
    assert state.locked_until is not None
    assert state.failures == 6


def test_what_was_typed_as_a_user_name_is_kept_nowhere(inside: Ground) -> None:
    typed = "myverysecretpassphrase"
    refused(inside, typed, "x", "000000")
    for file in inside.folder.root.rglob("*"):
        if file.is_file():
            assert typed.encode() not in file.read_bytes(), file


# A profile that takes some milliseconds, so that leaving it out would show.
SLOW = Profile("CHEAPEST", memory_kib=16 * 1024, iterations=3, lanes=1, test_only=True)


@pytest.fixture
def slow_house(inside: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setitem(passphrases.PROFILES, "CHEAPEST", SLOW)
    house = replace(inside.house, profile=SLOW, decoy=Decoy.new(inside.house.facts.zone_id, SLOW))
    # The template's users are wrapped with the cheap profile: one gets a new key pair and wrapping.
    with house.ledger.write() as tx:
        user = ledger_users.get(tx, RESEARCHER)
        assert user is not None
        pair = KeyPair.generate()
        factor = totp.new_secret()
        wrapped = credentials.wrap(RESEARCHER, pair.private, "passphrase of the slow house", SLOW)
        ledger_users.save(
            tx,
            replace(
                user,
                public_key=pair.public,
                wrapped_key=wrapped.sealed,
                kdf=wrapped.kdf,
                totp_sealed=credentials.seal_factor(tx.zone_id, RESEARCHER, pair.public, factor),
            ),
        )
        log.append(tx, who="test", verb="test", subject=RESEARCHER)
    yield house


def test_every_reason_takes_the_same_time(slow_house: House, inside: Ground) -> None:
    """Interleaved, medians of 15. With the passphrase not tried, the time would be a fifth."""
    cases = {
        "unknown user": ("nobody", "passphrase of the slow house", "000000"),
        "wrong passphrase": (RESEARCHER, "not the right passphrase here", "000000"),
        "wrong code": (RESEARCHER, "passphrase of the slow house", "000000"),
    }
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(15):
        for name, (user, passphrase, code) in cases.items():
            started = time.perf_counter()
            with pytest.raises(SignInFailed):
                sign_in(slow_house, user, passphrase, code)
            taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    assert max(medians.values()) < 1.4 * min(medians.values()), medians


def test_an_invitation_is_used_once_and_opens_nothing_but_enrolment(inside: Ground) -> None:
    leader = inside.session(LEADER)
    new = NewUser(user="kari", display_name="Kari Prøve", role=Role.RESEARCHER, why=WHY)
    invitation = users.invite(inside.house, leader, new)
    assert invitation.passphrase
    refused(inside, "kari", invitation.passphrase, "abcd-efgh-jkmn")
    refused(inside, "kari", "not the right one", invitation.code)
    _, session = sign_in(inside.house, "kari", invitation.passphrase, invitation.code.upper().replace("-", " "))
    assert account.view(inside.house, session).must_enrol
    refused(inside, "kari", invitation.passphrase, invitation.code)


def test_an_invitation_runs_out(inside: Ground) -> None:
    leader = inside.session(LEADER)
    new = NewUser(user="kari", display_name="Kari Prøve", role=Role.RESEARCHER, why=WHY)
    invitation = users.invite(inside.house, leader, new)
    inside.clock.moment = invitation.expires_at + timedelta(seconds=1)
    refused(inside, "kari", invitation.passphrase or "", invitation.code)


def test_a_reset_needs_the_users_own_passphrase(inside: Ground) -> None:
    leader = inside.session(LEADER)
    code = users.reset(inside.house, leader, RESEARCHER, WHY).code
    refused(inside, RESEARCHER, "what a custodian may guess", code)
    refused(inside, RESEARCHER, passphrase_of(RESEARCHER), inside.code(RESEARCHER))
    _, session = sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), code)
    assert session.must_enrol


def test_a_second_factor_is_not_replaced_without_the_passphrase(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    with pytest.raises(BadInput):
        account.start_enrolment(inside.house, session, None)
    with pytest.raises(SignInFailed):
        account.start_enrolment(inside.house, session, "not the right one")


def test_passphrases_tried_from_within_a_session_are_counted_too(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    for _ in range(6):
        with pytest.raises(SignInFailed):
            account.change_passphrase(inside.house, session, "not the right one", "en ny og lang passfrase")
    with pytest.raises(SignInFailed):
        account.change_passphrase(inside.house, session, passphrase_of(RESEARCHER), "en ny og lang passfrase")


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 5000, "\x00", "../..", "Bearer"])
def test_a_made_up_token_opens_nothing(inside: Ground, token: str) -> None:
    with pytest.raises(SessionEnded):
        inside.house.sessions.find(token)


def test_a_removed_users_session_ends_at_once(inside: Ground) -> None:
    custodian, researcher = inside.session(CUSTODIAN), inside.session(RESEARCHER)
    users.remove(inside.house, custodian, RESEARCHER, WHY)
    assert inside.house.sessions.of(RESEARCHER) == []
    with pytest.raises(SessionEnded):
        account.view(inside.house, researcher)


def test_sessions_end_when_idle_and_after_eight_hours(inside: Ground) -> None:
    token, _ = sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), inside.code(RESEARCHER))
    sessions = inside.house.sessions
    inside.clock.forward(minutes=14, seconds=59)
    sessions.find(token)
    # Looking without activity does not keep it alive.
    inside.clock.forward(minutes=10)
    sessions.find(token, activity=False)
    inside.clock.forward(minutes=5)
    with pytest.raises(SessionEnded):
        sessions.find(token)
    token, _ = sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), inside.code(RESEARCHER))
    for _ in range(47):
        inside.clock.forward(minutes=10)
        sessions.find(token)
    inside.clock.forward(minutes=10)
    with pytest.raises(SessionEnded):
        sessions.find(token)


def test_the_private_key_is_wiped_when_the_session_ends(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    account.sign_out(inside.house, session)
    assert session.private_key.wiped


def test_over_the_socket_the_answer_is_the_same(custodian: Custodian) -> None:
    answers = set()
    for user, passphrase, code in (
        ("nobody", "x", "000000"),
        (RESEARCHER, "x", "000000"),
        (RESEARCHER, passphrase_of(RESEARCHER), "000000"),
    ):
        with pytest.raises(SignInFailed) as refusal:
            custodian.outside.sign_in(user, passphrase, code)
        answers.add((str(refusal.value), refusal.value.code))
    assert len(answers) == 1


def test_a_capital_letter_is_no_other_user_and_no_second_count(inside: Ground) -> None:
    sign_in(inside.house, " Ingeborg ", passphrase_of(RESEARCHER), inside.code(RESEARCHER))
    for name in ("ingeborg", "Ingeborg", "INGEBORG", "ingeborg ", "iNGEBORG", "ingeborG", "ingeborg"):
        refused(inside, name, "not the right one", "000000")
    with inside.house.ledger.read() as tx:
        assert sign_in_states.get(tx, RESEARCHER).locked_until is not None


def test_no_lock_out_by_guessing_a_stranger(inside: Ground) -> None:
    """Failures for names that do not exist never close the door for anyone."""
    for _ in range(30):
        refused(inside, "nobody", "x", "000000")
    inside.session(RESEARCHER)
