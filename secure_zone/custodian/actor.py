"""Who is asking, checked anew in every transaction: the account may have changed since the session began."""

from __future__ import annotations

from secure_zone import permissions
from secure_zone.accounts import MUST_ENROL, AccountState
from secure_zone.audit import log
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session, ended
from secure_zone.errors import NotFound
from secure_zone.ledger import users
from secure_zone.ledger.transactions import Reading
from secure_zone.ledger.users import User
from secure_zone.permissions import Verb


def acting(tx: Reading, session: Session, verb: Verb) -> User:
    """The user of the session, who may use the verb; otherwise Refused or SessionEnded."""
    user = users.get(tx, session.user)
    if user is None or user.state is AccountState.REMOVED or user.public_key != session.public_key:
        raise ended()
    if user.state in MUST_ENROL and not session.must_enrol:
        # The account was reset while this session began.
        raise ended()
    permissions.check(user.role, verb, must_enrol=session.must_enrol, waits=user.renewed_by is not None)
    return user


def existing(tx: Reading, name: str) -> User:
    """A user who is not removed, or NotFound."""
    user = users.get(tx, name)
    if user is None or user.state is AccountState.REMOVED:
        raise NotFound("There is no such user.")
    return user


def note_once(house: House, session: Session, verb: Verb) -> None:
    """Write in the audit log that the session has read this, the first time it does."""
    if verb in session.noted:
        return
    with house.ledger.write() as tx:
        actor = acting(tx, session, verb)
        log.append(tx, who=actor.user, verb=verb.value)
    house.sessions.note(session, verb)
