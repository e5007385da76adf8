"""RULES 2.2: the project leader and at most three custodians, whatever way somebody tries to become the fifth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import CUSTODIAN, LEADER, RESEARCHER, SECOND_CUSTODIAN, WHY, Ground

from secure_zone.api.models import NewUser
from secure_zone.audit import log
from secure_zone.custodian.use_cases import datasets, key_area, users
from secure_zone.errors import Damaged, KeyAreaSealed, Refused
from secure_zone.keys import data_key
from secure_zone.keys import key_area as areas
from secure_zone.ledger import data_keys, key_areas
from secure_zone.ledger import users as ledger_users
from secure_zone.ledger.data_keys import KEY_AREA
from secure_zone.permissions import Verb
from secure_zone.roles import Role


def invitation(user: str, role: Role) -> NewUser:
    return NewUser(user=user, display_name=user.title(), role=role, why=WHY)


def test_the_third_custodian_is_let_in_and_the_fourth_refused(inside: Ground) -> None:
    leader = inside.session(LEADER)
    users.invite(inside.house, leader, invitation("third", Role.CUSTODIAN))
    with pytest.raises(Refused, match="at most 3"):
        users.invite(inside.house, leader, invitation("fourth", Role.CUSTODIAN))
    with pytest.raises(Refused, match="at most 1"):
        users.invite(inside.house, leader, invitation("second-leader", Role.PROJECT_LEADER))
    view = key_area.see(inside.house, leader)
    assert [holder.user for holder in view.holders] == sorted([LEADER, CUSTODIAN, SECOND_CUSTODIAN, "third"])
    with inside.house.ledger.read() as tx:
        assert ledger_users.get(tx, "fourth") is None


def test_an_invited_custodian_counts_before_signing_in(inside: Ground) -> None:
    leader = inside.session(LEADER)
    users.invite(inside.house, leader, invitation("third", Role.CUSTODIAN))
    users.remove(inside.house, leader, "third", WHY)
    users.invite(inside.house, leader, invitation("another-third", Role.CUSTODIAN))
    with pytest.raises(Refused):
        users.invite(inside.house, leader, invitation("fourth", Role.CUSTODIAN))


def test_the_cryptography_refuses_the_fifth_without_any_menu(inside: Ground) -> None:
    inside.session(LEADER)
    opened = inside.house.key_room.opened
    assert opened is not None
    users.invite(inside.house, inside.session(LEADER), invitation("third", Role.CUSTODIAN))
    with inside.house.ledger.read() as tx:
        area = key_area.current(tx)
        stranger = ledger_users.get(tx, RESEARCHER)
    assert stranger is not None
    with pytest.raises(Refused):
        areas.add_holder(area, opened.private, areas.Candidate("fifth", "custodian", stranger.public_key))
    with pytest.raises(Refused):
        areas.add_holder(area, opened.private, areas.Candidate(RESEARCHER, "researcher", stranger.public_key))


def test_a_researcher_made_custodian_in_the_database_gets_nowhere(inside: Ground) -> None:
    """The row is signed: an edit without the signing key is refused when it is read."""
    session = inside.session(RESEARCHER)
    engine = inside.house.ledger._database.engine  # what someone with the file could do
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET role = 'custodian' WHERE user = ?", (RESEARCHER,))
    with pytest.raises(Damaged):
        key_area.unseal(inside.house, session, WHY)


def test_a_researcher_with_a_holders_sealed_copy_cannot_open_it(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    with inside.house.ledger.read() as tx:
        area = key_area.current(tx)
    stolen = replace(area, holders=(replace(area.holders[0], user=RESEARCHER),))
    for attempt in (area, stolen):
        with pytest.raises(Damaged):
            areas.open_with(attempt, attempt.holders[0].user, session.private_key)


def test_removing_a_custodian_gives_the_key_area_a_new_key(inside: Ground) -> None:
    leader, leaving = inside.session(LEADER), inside.session(CUSTODIAN)
    before = inside.house.key_room.opened
    assert before is not None
    old_key = type(before.private)(before.private.reveal())
    with inside.house.ledger.read() as tx:
        old_area = key_area.current(tx)
        copies = {(key.dataset, key.version): key.sealed for key in data_keys.of_holder(tx, KEY_AREA)}
    leaver_key = type(leaving.private_key)(leaving.private_key.reveal())
    users.remove(inside.house, leader, CUSTODIAN, WHY)
    with inside.house.ledger.read() as tx:
        area = key_area.current(tx)
        assert area.generation == old_area.generation + 1
        assert area.public != old_area.public
        assert {holder.user for holder in area.holders} == {LEADER, SECOND_CUSTODIAN}
        assert key_areas.holders(tx, old_area.generation) == []
        for key in data_keys.of_holder(tx, KEY_AREA):
            assert key.sealed != copies[key.dataset, key.version]
            whose = key_area.whose_key(tx, key)
            opened = inside.house.key_room.require(area.generation)
            assert data_key.unseal_data_key(opened.private, key.sealed, whose)
            with pytest.raises(Damaged):
                data_key.unseal_data_key(old_key, key.sealed, whose)
        for holder in area.holders:
            with pytest.raises(Damaged):
                areas.open_with(area, holder.user, leaver_key)


def test_the_removed_custodians_row_holds_no_key_and_the_files_no_copy(inside: Ground) -> None:
    leader = inside.session(LEADER)
    with inside.house.ledger.read() as tx:
        user = ledger_users.get(tx, CUSTODIAN)
    assert user is not None and user.wrapped_key is not None
    users.remove(inside.house, leader, CUSTODIAN, WHY)
    with inside.house.ledger.read() as tx:
        removed = ledger_users.get(tx, CUSTODIAN)
    assert removed is not None and removed.wrapped_key is None and removed.totp_sealed is None
    import base64

    needle = base64.b64encode(user.wrapped_key)
    for file in inside.folder.key_area.iterdir():
        assert needle not in file.read_bytes(), file.name


def test_holders_are_changed_only_while_the_key_area_is_open(inside: Ground) -> None:
    leader = inside.session(LEADER)
    key_area.seal(inside.house, leader, WHY)
    with pytest.raises(KeyAreaSealed):
        users.invite(inside.house, leader, invitation("third", Role.CUSTODIAN))
    with pytest.raises(KeyAreaSealed):
        users.remove(inside.house, leader, CUSTODIAN, WHY)
    with inside.house.ledger.read() as tx:
        assert ledger_users.get(tx, "third") is None
        assert {entry.verb for entry in log.read(tx)} & {Verb.REMOVE_USER.value} == set()
    key_area.unseal(inside.house, leader, WHY)
    users.invite(inside.house, leader, invitation("third", Role.CUSTODIAN))


@pytest.mark.parametrize("user", [RESEARCHER, "jostein", "eirik", "halvard", "marit"])
def test_only_holders_open_and_seal(inside: Ground, user: str) -> None:
    session = inside.session(user)
    for verb in (key_area.unseal, key_area.seal):
        with pytest.raises(Refused):
            verb(inside.house, session, WHY)
    assert inside.house.key_room.opened is None


def test_nobody_resets_renews_or_removes_themselves(inside: Ground) -> None:
    custodian = inside.session(CUSTODIAN)
    for verb in (users.reset, users.renew, users.remove):
        with pytest.raises(Refused):
            verb(inside.house, custodian, CUSTODIAN, WHY)


def test_a_renewed_user_keeps_what_they_could_open_and_the_old_key_opens_nothing(inside: Ground) -> None:
    custodian, researcher = inside.session(CUSTODIAN), inside.session(RESEARCHER)
    old = type(researcher.private_key)(researcher.private_key.reveal())
    users.renew(inside.house, custodian, RESEARCHER, WHY)
    users.confirm_renewal(inside.house, inside.session(LEADER), RESEARCHER, WHY)
    with inside.house.ledger.read() as tx:
        keys = data_keys.of_holder(tx, RESEARCHER)
        assert keys
        for key in keys:
            with pytest.raises(Damaged):
                data_key.unseal_data_key(old, key.sealed, key_area.whose_key(tx, key))
    assert datasets.see_own(inside.house, inside.session(LEADER))
