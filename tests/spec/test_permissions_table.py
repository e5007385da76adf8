"""Who may do what, written out: a change of the table must be a change here too."""

from __future__ import annotations

import pytest

from secure_zone import accounts, datasets, permissions
from secure_zone.accounts import AccountEvent, AccountState
from secure_zone.datasets import VersionEvent, VersionState
from secure_zone.errors import BadInput, Conflict, Refused
from secure_zone.permissions import ALLOWED, Verb
from secure_zone.roles import MOST_WITH_ROLE, Role

# One letter for each role, in this order, where the role may.
ORDER = {
    "L": Role.PROJECT_LEADER,
    "C": Role.CUSTODIAN,
    "S": Role.SURVEY_OPERATOR,
    "R": Role.RESEARCHER,
    "O": Role.OUTPUT_CHECKER,
    "K": Role.CONTACT,
    "A": Role.AUDITOR,
}
TABLE = {
    "account.see": "LCSROKA",
    "account.passphrase": "LCSROKA",
    "account.language": "LCSROKA",
    "account.enrol": "LCSROKA",
    "account.end_session": "LCSROKA",
    "users.list": "LC....A",
    "users.invite": "LC.....",
    "users.reset": "LC.....",
    "users.renew": "LC.....",
    "users.confirm_renewal": "LC.....",
    "users.remove": "LC.....",
    "key_area.see": "LC....A",
    "key_area.unseal": "LC.....",
    "key_area.seal": "LC.....",
    "datasets.list": "LCSROKA",
    "datasets.open": "L.SR...",
    "audit.read": "LC....A",
    "audit.verify": "LC....A",
}


def test_every_verb_and_role_is_in_the_table() -> None:
    assert {verb.value for verb in Verb} <= set(TABLE)
    assert set(ALLOWED) == set(Verb)
    assert set(ORDER.values()) == set(Role)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("letter", ORDER)
def test_a_role_may_what_the_table_says(verb: Verb, letter: str) -> None:
    role, allowed = ORDER[letter], letter in TABLE[verb.value]
    assert permissions.may(role, verb) is allowed
    if allowed:
        permissions.check(role, verb)
    else:
        with pytest.raises(Refused):
            permissions.check(role, verb)


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in permissions.BEFORE_ENROLMENT])
def test_before_enrolment_nothing_is_open(verb: Verb) -> None:
    for role in Role:
        with pytest.raises(Refused):
            permissions.check(role, verb, must_enrol=True)


def test_at_most_four_reach_the_key_area() -> None:
    """RULES 2.2."""
    assert MOST_WITH_ROLE == {Role.PROJECT_LEADER: 1, Role.CUSTODIAN: 3}
    accounts.check_room_for(Role.CUSTODIAN, [Role.PROJECT_LEADER, Role.CUSTODIAN, Role.CUSTODIAN])
    with pytest.raises(Refused, match="at most 3"):
        accounts.check_room_for(Role.CUSTODIAN, [Role.CUSTODIAN] * 3)
    with pytest.raises(Refused, match="at most 1"):
        accounts.check_room_for(Role.PROJECT_LEADER, [Role.PROJECT_LEADER])
    accounts.check_room_for(Role.RESEARCHER, [Role.RESEARCHER] * 500)


ACCOUNTS = {
    "invited": {"enrol": "active", "renew": "invited", "remove": "removed"},
    "active": {"enrol": "active", "reset": "reset", "renew": "invited", "remove": "removed"},
    "reset": {"enrol": "active", "reset": "reset", "renew": "invited", "remove": "removed"},
    "removed": {},
}
VERSIONS = {
    "current": {"supersede": "superseded", "destroy": "destroying"},
    "superseded": {"destroy": "destroying"},
    "destroying": {"files_gone": "destroyed"},
    "destroyed": {},
}


@pytest.mark.parametrize("state", AccountState)
@pytest.mark.parametrize("event", AccountEvent)
def test_the_life_of_an_account(state: AccountState, event: AccountEvent) -> None:
    following = ACCOUNTS[state.value].get(event.value)
    if following is None:
        with pytest.raises(Conflict):
            accounts.after(state, event)
    else:
        assert accounts.after(state, event).value == following


@pytest.mark.parametrize("state", VersionState)
@pytest.mark.parametrize("event", VersionEvent)
def test_the_life_of_a_version(state: VersionState, event: VersionEvent) -> None:
    following = VERSIONS[state.value].get(event.value)
    if following is None:
        with pytest.raises(Conflict):
            datasets.after(state, event)
    else:
        assert datasets.after(state, event).value == following


@pytest.mark.parametrize("name", ["kari", "ole.nordmann", "a1", "k_l-m", "x" * 32])
def test_user_names_that_are_fine(name: str) -> None:
    accounts.check_user_name(name)


@pytest.mark.parametrize(
    "name", ["", "k", "Kari", "åse", "1kari", "-kari", "kari ", "ka ri", "x" * 33, "kari\n", "a01817012345", "../etc"]
)
def test_user_names_that_are_not(name: str) -> None:
    with pytest.raises(BadInput):
        accounts.check_user_name(name)


@pytest.mark.parametrize("why", ["", "    ", "test", "about 01817012345", "see 018170 12345", "018170-12345 called"])
def test_reasons_that_are_not(why: str) -> None:
    with pytest.raises(BadInput):
        accounts.check_reason(why)


@pytest.mark.parametrize("name", ["", "x", "Answers", "a/b", "..", "a_b", "a" * 49, "answers\n"])
def test_dataset_names_that_are_not(name: str) -> None:
    with pytest.raises(BadInput):
        datasets.check_name(name)


def test_nobody_acts_on_their_own_account_and_the_last_holder_stays() -> None:
    accounts.check_not_oneself("kari", "ola")
    with pytest.raises(Refused):
        accounts.check_not_oneself("kari", "kari")
    accounts.check_not_last_holder("kari", {"kari", "ola"})
    with pytest.raises(Refused):
        accounts.check_not_last_holder("kari", {"kari"})
