"""A custodian who renews somebody's account holds the invitation: alone it opens nothing that the user could open."""

from __future__ import annotations

import pytest
from factories import CHECKER, CUSTODIAN, LEADER, RESEARCHER, SECOND_CUSTODIAN, WHY, Ground

from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.audit.verify import verify
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases import account, datasets, key_area, users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.errors import Conflict, Damaged, KeyAreaSealed, Refused
from secure_zone.keys import totp
from secure_zone.keys.data_key import unseal_data_key
from secure_zone.ledger import data_keys
from secure_zone.roles import Role

PASSPHRASE = "noen helt andre ord her"
OPEN = models.OpenDataset(why=WHY)


def become(inside: Ground, invitation: models.Invitation) -> Session:
    """Whoever has the invitation uses it."""
    user = invitation.user
    _, session = sign_in(inside.house, user, invitation.passphrase or "", invitation.code)
    account.start_enrolment(inside.house, session, None)
    session = inside.house.sessions.of(user)[-1]
    assert session.new_factor is not None
    code = totp.code_at(session.new_factor, totp.step_at(inside.house.now))
    account.confirm_enrolment(inside.house, session, code, PASSPHRASE)
    return inside.house.sessions.of(user)[-1]


def newest(inside: Ground) -> log.Entry:
    with inside.house.ledger.read() as tx:
        return log.read(tx, newest_first=True, limit=1)[0]


def test_the_one_who_renewed_opens_nothing_as_the_renewed(inside: Ground) -> None:
    custodian = inside.session(CUSTODIAN)
    as_researcher = become(inside, users.renew(inside.house, custodian, RESEARCHER, WHY))
    with pytest.raises(Refused, match="waits for confirmation by another holder"):
        datasets.open_version(inside.house, as_researcher, "example", OPEN)
    with inside.house.ledger.read() as tx:
        for key in data_keys.of_holder(tx, RESEARCHER):
            with pytest.raises(Damaged):
                unseal_data_key(as_researcher.private_key, key.sealed, key_area.whose_key(tx, key))
    view = account.view(inside.house, as_researcher)
    assert view.waits_for_confirmation and "datasets.open" not in view.may
    with pytest.raises(Refused, match="yourself"):
        users.confirm_renewal(inside.house, custodian, RESEARCHER, WHY)


def test_another_holder_confirms_and_everything_is_open_again(inside: Ground) -> None:
    renewed = users.renew(inside.house, inside.session(CUSTODIAN), RESEARCHER, WHY)
    assert newest(inside).details == {"alone": False, "waits": True}
    leader = inside.session(LEADER)
    [waiting] = [user for user in users.see_all(inside.house, leader) if user.renewed_by]
    assert (waiting.user, waiting.renewed_by) == (RESEARCHER, CUSTODIAN)
    researcher = become(inside, renewed)
    users.confirm_renewal(inside.house, leader, RESEARCHER, WHY)
    assert datasets.open_version(inside.house, researcher, "example", OPEN).version == 1
    with pytest.raises(Conflict):
        users.confirm_renewal(inside.house, leader, RESEARCHER, WHY)
    assert verify(inside.house.ledger).sound


def test_a_renewed_holder_confirms_nothing_and_opens_no_key_area(inside: Ground) -> None:
    """Renew a colleague first, then the researcher, and confirm as the colleague: or the other way round."""
    custodian = inside.session(CUSTODIAN)
    as_second = become(inside, users.renew(inside.house, custodian, SECOND_CUSTODIAN, WHY))
    users.renew(inside.house, custodian, RESEARCHER, WHY)
    for verb in (users.confirm_renewal, users.renew, users.reset, users.remove):
        with pytest.raises(Refused, match="waits for confirmation"):
            verb(inside.house, as_second, RESEARCHER, WHY)
    key_area.seal(inside.house, custodian, WHY)
    for verb in (key_area.unseal, key_area.seal):
        with pytest.raises(Refused, match="waits for confirmation"):
            verb(inside.house, as_second, WHY)
    assert inside.house.key_room.opened is None
    with pytest.raises(KeyAreaSealed):
        users.confirm_renewal(inside.house, inside_sealed(inside), RESEARCHER, WHY)


def inside_sealed(inside: Ground) -> Session:
    """The leader signed in, and the key area closed again."""
    leader = inside.session(LEADER)
    key_area.seal(inside.house, leader, WHY)
    return leader


def test_putting_the_others_out_first_does_not_make_one_alone(inside: Ground) -> None:
    custodian = inside.session(CUSTODIAN)
    users.reset(inside.house, custodian, LEADER, WHY)
    users.renew(inside.house, custodian, SECOND_CUSTODIAN, WHY)
    as_researcher = become(inside, users.renew(inside.house, custodian, RESEARCHER, WHY))
    assert newest(inside).verb != "users.renew" or not newest(inside).details["alone"]
    with pytest.raises(Refused):
        datasets.open_version(inside.house, as_researcher, "example", OPEN)


def test_renewing_twice_does_not_lose_that_it_waits(inside: Ground) -> None:
    custodian = inside.session(CUSTODIAN)
    users.renew(inside.house, custodian, CHECKER, WHY)
    as_checker = become(inside, users.renew(inside.house, custodian, CHECKER, WHY))
    assert account.view(inside.house, as_checker).waits_for_confirmation


def test_where_there_is_nobody_else_it_is_sealed_at_once_and_the_log_says_so(inside: Ground) -> None:
    leader = inside.session(LEADER)
    for user in (CUSTODIAN, SECOND_CUSTODIAN):
        users.remove(inside.house, leader, user, WHY)
    renewed = users.renew(inside.house, leader, RESEARCHER, WHY)
    assert newest(inside).details == {"alone": True, "waits": False}
    assert datasets.open_version(inside.house, become(inside, renewed), "example", OPEN).version == 1


def test_an_invitation_that_ran_out_is_renewed_without_asking_anybody(inside: Ground) -> None:
    leader = inside.session(LEADER)
    users.invite(inside.house, leader, models.NewUser(user="kari", display_name="Kari", role=Role.RESEARCHER, why=WHY))
    renewed = users.renew(inside.house, leader, "kari", WHY)
    assert not account.view(inside.house, become(inside, renewed)).waits_for_confirmation
