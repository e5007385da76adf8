"""What the custodian's verbs do when all is well, and that each leaves its line in the log."""

from __future__ import annotations

import base64
from datetime import timedelta

import pyarrow as pa
import pytest
from factories import AUDITOR, CUSTODIAN, LEADER, OPERATOR, RESEARCHER, SECOND_CUSTODIAN, WHY, Ground, passphrase_of

from secure_zone.accounts import AccountState
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.audit.verify import verify
from secure_zone.custodian import demo_users
from secure_zone.custodian.sessions import MOST_PER_USER, Session
from secure_zone.custodian.use_cases import account, audit, datasets, key_area, publish, users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.datasets import Purpose, VersionState
from secure_zone.errors import BadInput, Conflict, NotFound, Refused
from secure_zone.keys import totp
from secure_zone.keys.secret import Secret
from secure_zone.ledger import data_keys, versions
from secure_zone.permissions import Verb
from secure_zone.roles import Role
from secure_zone.store.reading import open_version

NEW_PASSPHRASE = "lang ny passfrase med mellomrom"


def enrol(inside: Ground, user: str, passphrase: str, code: str, new_passphrase: str | None) -> tuple[Session, Secret]:
    """Sign in by a one-time code and set up a second factor."""
    _, session = sign_in(inside.house, user, passphrase, code)
    account.start_enrolment(inside.house, session, None)
    session = inside.house.sessions.of(user)[-1]
    assert session.new_factor is not None
    factor = Secret(session.new_factor.reveal())
    account.confirm_enrolment(
        inside.house, session, totp.code_at(factor, totp.step_at(inside.house.now)), new_passphrase
    )
    return inside.house.sessions.of(user)[-1], factor


def newest(inside: Ground) -> log.Entry:
    with inside.house.ledger.read() as tx:
        return log.read(tx, newest_first=True, limit=1)[0]


def invited(inside: Ground, user: str, role: Role) -> models.Invitation:
    new = models.NewUser(user=user, display_name="Kari Prøve", role=role, why=WHY)
    return users.invite(inside.house, inside.session(LEADER), new)


def test_from_invitation_to_second_sign_in(inside: Ground) -> None:
    invitation = invited(inside, "kari", Role.RESEARCHER)
    assert newest(inside).verb == "users.invite"
    session, factor = enrol(inside, "kari", invitation.passphrase or "", invitation.code, NEW_PASSPHRASE)
    assert not account.view(inside.house, session).must_enrol
    inside.clock.forward(seconds=30)
    code = totp.code_at(factor, totp.step_at(inside.house.now))
    _, again = sign_in(inside.house, "kari", NEW_PASSPHRASE, code)
    assert account.view(inside.house, again).user == "kari"


def test_an_invited_user_must_choose_a_passphrase_of_their_own(inside: Ground) -> None:
    invitation = invited(inside, "kari", Role.RESEARCHER)
    _, session = sign_in(inside.house, "kari", invitation.passphrase or "", invitation.code)
    account.start_enrolment(inside.house, session, None)
    session = inside.house.sessions.of("kari")[-1]
    assert session.new_factor is not None
    code = totp.code_at(session.new_factor, totp.step_at(inside.house.now))
    for poor in (None, "short", "karikarikari", "passordpassord"):
        with pytest.raises(BadInput):
            account.confirm_enrolment(inside.house, session, code, poor)
    with pytest.raises(BadInput):
        account.confirm_enrolment(inside.house, session, "000000", NEW_PASSPHRASE)
    with pytest.raises(Refused):
        datasets.see_own(inside.house, session)


def test_a_lost_second_factor(inside: Ground) -> None:
    reset = users.reset(inside.house, inside.session(CUSTODIAN), RESEARCHER, WHY)
    assert reset.passphrase is None
    session, _ = enrol(inside, RESEARCHER, passphrase_of(RESEARCHER), reset.code, None)
    assert datasets.see_own(inside.house, session)


def test_a_lost_passphrase(inside: Ground) -> None:
    custodian = inside.session(CUSTODIAN)
    renewed = users.renew(inside.house, custodian, RESEARCHER, WHY)
    users.confirm_renewal(inside.house, inside.session(LEADER), RESEARCHER, WHY)
    assert (newest(inside).verb, newest(inside).details) == ("users.confirm_renewal", {"renewed_by": CUSTODIAN})
    session, _ = enrol(inside, RESEARCHER, renewed.passphrase or "", renewed.code, NEW_PASSPHRASE)
    opened = datasets.open_version(inside.house, session, "example", models.OpenDataset(why=WHY))
    assert len(base64.b64decode(opened.key)) == 32


def test_a_renewed_custodian_can_open_the_key_area_again(inside: Ground) -> None:
    leader = inside.session(LEADER)
    renewed = users.renew(inside.house, leader, CUSTODIAN, WHY)
    users.confirm_renewal(inside.house, inside.session(SECOND_CUSTODIAN), CUSTODIAN, WHY)
    key_area.seal(inside.house, leader, WHY)
    session, _ = enrol(inside, CUSTODIAN, renewed.passphrase or "", renewed.code, NEW_PASSPHRASE)
    assert key_area.see(inside.house, session).opened_by == CUSTODIAN


def test_changing_the_passphrase_wraps_one_key_and_touches_nothing_else(inside: Ground) -> None:
    session, other = inside.session(RESEARCHER), inside.session(RESEARCHER)
    with inside.house.ledger.read() as tx:
        keys = data_keys.of_holder(tx, RESEARCHER)
    account.change_passphrase(inside.house, session, passphrase_of(RESEARCHER), NEW_PASSPHRASE)
    entry = newest(inside)
    assert [(table, key) for table, key, _ in entry.changed] == [("users", (RESEARCHER,))]
    with inside.house.ledger.read() as tx:
        assert data_keys.of_holder(tx, RESEARCHER) == keys
    assert [one.session_id for one in inside.house.sessions.of(RESEARCHER)] == [session.session_id]
    assert other.private_key.wiped
    # The code list of the demo zone no longer knows them, so the code is made from what was read before.
    assert RESEARCHER not in [known.user for known in demo_users.read(inside.folder)]


def test_a_holders_sign_in_opens_the_key_area_and_another_can_seal_it(inside: Ground) -> None:
    assert inside.house.key_room.opened is None
    leader = inside.session(LEADER)
    assert key_area.see(inside.house, leader).opened_by == LEADER
    custodian = inside.session(CUSTODIAN)
    view = key_area.seal(inside.house, custodian, WHY)
    assert not view.open and view.most_holders == 4
    assert key_area.unseal(inside.house, leader, WHY).open
    assert [newest(inside).verb, newest(inside).why] == ["key_area.unseal", WHY]


def test_opening_gives_the_key_of_one_version_and_is_recorded(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    opened = datasets.open_version(inside.house, session, "example", models.OpenDataset(version=1, why=WHY))
    entry = newest(inside)
    assert (entry.who, entry.verb, entry.subject, entry.version, entry.why) == (
        RESEARCHER,
        "datasets.open",
        "example",
        1,
        WHY,
    )
    read = open_version(
        inside.folder.data_area / opened.folder,
        opened.manifest_sha256,
        Secret(base64.b64decode(opened.key)),
        zone_id=opened.zone_id,
        dataset=opened.dataset,
        version=opened.version,
        purpose=opened.purpose,
    )
    assert read.rows == {"people": 2000, "answers": 2000}


@pytest.mark.parametrize(("name", "version"), [("example", 2), ("other", None), ("other", 1), ("EXAMPLE", None)])
def test_what_is_not_there_and_what_is_not_theirs_get_one_answer(
    inside: Ground, name: str, version: int | None
) -> None:
    theirs, not_theirs = inside.session(RESEARCHER), inside.session(OPERATOR)
    answers = set()
    for session, asked, number in ((theirs, name, version), (not_theirs, "example", 1)):
        with pytest.raises(NotFound) as refusal:
            datasets.open_version(inside.house, session, asked, models.OpenDataset(version=number, why=WHY))
        answers.add(str(refusal.value))
    assert len(answers) == 1


def published(inside: Ground, name: str, rows: int = 3, members: tuple[str, ...] = (RESEARCHER,)) -> versions.Version:
    table = pa.table({"pseudonym": [f"p{number}" for number in range(rows)], "value": list(range(rows))})
    return publish.publish(inside.house, LEADER, name, Purpose.RESEARCH, {"answers": table}, members=members, why=WHY)


def test_a_new_version_supersedes_and_the_old_one_can_still_be_opened(inside: Ground) -> None:
    published(inside, "registers", 3)
    published(inside, "registers", 5)
    session = inside.session(RESEARCHER)
    (_, registers) = datasets.see_own(inside.house, session)
    assert [(one.version, one.state, one.rows) for one in registers.versions] == [
        (2, "current", 5),
        (1, "superseded", 3),
    ]
    newest_version = datasets.open_version(inside.house, session, "registers", models.OpenDataset(why=WHY))
    assert newest_version.version == 2
    datasets.open_version(inside.house, session, "registers", models.OpenDataset(version=1, why=WHY))


def test_destroying_takes_key_and_files_and_says_so(inside: Ground) -> None:
    version = published(inside, "registers")
    folder = inside.folder.data_area / "datasets" / "registers" / "1"
    assert folder.is_dir()
    publish.destroy(inside.house, LEADER, "registers", version.version, WHY)
    assert not folder.exists()
    with inside.house.ledger.read() as tx:
        assert data_keys.of_version(tx, "registers", 1) == []
        found = versions.get(tx, "registers", 1)
    assert found is not None and found.state is VersionState.DESTROYED
    session = inside.session(RESEARCHER)
    with pytest.raises((NotFound, Conflict)):
        datasets.open_version(inside.house, session, "registers", models.OpenDataset(version=1, why=WHY))
    with pytest.raises(Conflict):
        publish.destroy(inside.house, LEADER, "registers", 1, WHY)
    # Its number is not used again.
    assert published(inside, "registers").version == 2


def test_data_is_sealed_only_to_roles_that_read_data(inside: Ground) -> None:
    for member in (AUDITOR, CUSTODIAN, "halvard", "marit"):
        with pytest.raises(Refused):
            published(inside, "registers", members=(member,))
    with pytest.raises(NotFound):
        published(inside, "registers", members=("nobody",))
    assert not (inside.folder.data_area / "datasets" / "registers" / "1").exists()


def test_purposes_are_not_mixed(inside: Ground) -> None:
    published(inside, "registers")
    table = pa.table({"value": [1]})
    with pytest.raises(Conflict):
        publish.publish(inside.house, LEADER, "registers", Purpose.SURVEY, {"answers": table}, members=(), why=WHY)


def test_the_audit_page_goes_on_where_it_ended(inside: Ground) -> None:
    session = inside.session(AUDITOR)

    def page(after: int, **more: object) -> models.AuditPage:
        asked = dict(who=None, verb=None, since=None, until=None, text=None, newest_first=False) | more
        return audit.read(inside.house, session, after_seq=after, limit=7, **asked)  # type: ignore[arg-type]

    seen, after = [], 0
    while True:
        found = page(after)
        seen += [entry.seq for entry in found.entries]
        if found.next_after is None:
            break
        after = found.next_after
    assert seen == list(range(1, len(seen) + 1))
    assert {entry.who for entry in page(0, who=LEADER).entries} == {LEADER}
    assert {entry.verb for entry in page(0, verb="users.invite").entries} == {"users.invite"}
    assert page(0, since=inside.clock() + timedelta(days=1)).entries == []


def test_reading_the_log_is_in_the_log_once_for_each_session(inside: Ground) -> None:
    session = inside.session(AUDITOR)
    for _ in range(3):
        session = inside.house.sessions.of(AUDITOR)[-1]
        audit.read(
            inside.house,
            session,
            who=None,
            verb=None,
            since=None,
            until=None,
            text=None,
            after_seq=0,
            limit=10,
            newest_first=False,
        )
    with inside.house.ledger.read() as tx:
        assert len(log.read(tx, verb=Verb.READ_AUDIT.value)) == 1


def test_after_all_of_it_the_log_is_sound(inside: Ground) -> None:
    leader = inside.session(LEADER)
    published(inside, "registers")
    publish.destroy(inside.house, LEADER, "registers", 1, WHY)
    users.invite(
        inside.house, leader, models.NewUser(user="third", display_name="Tredje", role=Role.CUSTODIAN, why=WHY)
    )
    users.remove(inside.house, leader, CUSTODIAN, WHY)
    users.renew(inside.house, leader, RESEARCHER, WHY)
    assert verify(inside.house.ledger).sound
    assert audit.verify_all(inside.house, leader).sound


def test_a_user_has_at_most_ten_sessions(inside: Ground) -> None:
    for _ in range(MOST_PER_USER + 2):
        inside.session(RESEARCHER)
    assert len(inside.house.sessions.of(RESEARCHER)) == MOST_PER_USER


def test_one_can_end_ones_own_sessions_and_no_others(inside: Ground) -> None:
    one, other, leader = inside.session(RESEARCHER), inside.session(RESEARCHER), inside.session(LEADER)
    account.end_session(inside.house, one, other.session_id)
    assert [row.session_id for row in account.own_sessions(inside.house, one)] == [one.session_id]
    with pytest.raises(NotFound):
        account.end_session(inside.house, one, leader.session_id)


def test_demo_users_are_shown_with_a_code_that_has_not_been_used(inside: Ground) -> None:
    for _ in range(2):
        shown = next(user for user in demo_users.show(inside.house) if user.user == RESEARCHER)
        assert shown.code is not None
        sign_in(inside.house, RESEARCHER, shown.passphrase, shown.code)
    shown = next(user for user in demo_users.show(inside.house) if user.user == RESEARCHER)
    assert shown.code is None and 0 < shown.seconds_left <= 30


def test_the_language_stays(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    account.change_language(inside.house, session, "en")
    assert account.view(inside.house, session).language == "en"


def test_states_as_users_see_them(inside: Ground) -> None:
    invited(inside, "kari", Role.CONTACT)
    shown = {user.user: user for user in users.see_all(inside.house, inside.session(AUDITOR))}
    assert shown["kari"].state is AccountState.INVITED
    assert shown[LEADER].holder and not shown["kari"].holder
