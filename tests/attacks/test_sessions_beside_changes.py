"""What happens to an account while a session begins or a request runs: the session ends, in its own sentence."""

from __future__ import annotations

import pytest
from factories import CUSTODIAN, LEADER, RESEARCHER, WHY, Ground, passphrase_of

from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian.sessions import Session, Sessions
from secure_zone.custodian.use_cases import account, datasets, key_area, users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.errors import Damaged, KeyAreaSealed, SessionEnded, SignInFailed
from secure_zone.keys.sealing import KeyPair
from secure_zone.keys.secret import Secret
from secure_zone.ledger import data_keys
from secure_zone.ledger.data_keys import KEY_AREA


@pytest.mark.parametrize("verb", [users.reset, users.renew, users.remove])
def test_a_change_that_commits_beside_the_sign_in_leaves_no_full_session(
    inside: Ground, monkeypatch: pytest.MonkeyPatch, verb: object
) -> None:
    custodian, begin = inside.session(CUSTODIAN), Sessions.begin

    def between(self: Sessions, *arguments: object, **more: object) -> tuple[str, Session]:
        monkeypatch.setattr(Sessions, "begin", begin)
        verb(inside.house, custodian, RESEARCHER, WHY)  # type: ignore[operator]
        return begin(self, *arguments, **more)  # type: ignore[arg-type]

    code = inside.code(RESEARCHER)
    monkeypatch.setattr(Sessions, "begin", between)
    with pytest.raises(SignInFailed):
        sign_in(inside.house, RESEARCHER, passphrase_of(RESEARCHER), code)
    assert inside.house.sessions.of(RESEARCHER) == []


@pytest.mark.parametrize("verb", [users.reset, users.renew, users.remove])
def test_a_session_that_outlived_the_change_opens_nothing(inside: Ground, verb: object) -> None:
    """As if ending the sessions had been forgotten: every verb looks at the account again."""
    custodian, session = inside.session(CUSTODIAN), inside.session(RESEARCHER)
    kept = Secret(session.private_key.reveal())
    verb(inside.house, custodian, RESEARCHER, WHY)  # type: ignore[operator]
    _, left = inside.house.sessions.begin(RESEARCHER, kept, session.public_key, must_enrol=False)
    with pytest.raises(SessionEnded):
        datasets.open_version(inside.house, left, "example", models.OpenDataset(why=WHY))
    with pytest.raises(SessionEnded):
        account.view(inside.house, left)


def test_a_request_whose_session_ends_beside_it_says_so(inside: Ground) -> None:
    session = inside.session(RESEARCHER)
    inside.house.sessions.end_all(RESEARCHER)
    with pytest.raises(SessionEnded):
        datasets.open_version(inside.house, session, "example", models.OpenDataset(why=WHY))


def test_a_request_beside_which_the_key_area_is_closed_says_so(inside: Ground) -> None:
    leader = inside.session(LEADER)
    opened = inside.house.key_room.opened
    assert opened is not None
    key_area.seal(inside.house, leader, WHY)
    with pytest.raises(KeyAreaSealed):
        KeyPair.from_private(opened.private)


def test_the_key_area_gets_no_new_key_while_a_copy_is_missing(inside: Ground) -> None:
    """Whoever took the copy away would make the loss final by removing a custodian."""
    leader = inside.session(LEADER)
    with inside.house.ledger.write() as tx:
        data_keys.remove(tx, "example", 1, KEY_AREA)
        log.append(tx, who="test", verb="test")
    with pytest.raises(Damaged, match="no copy of the key of version 1 of example"):
        users.remove(inside.house, leader, CUSTODIAN, WHY)
    assert key_area.see(inside.house, leader).generation == 1
