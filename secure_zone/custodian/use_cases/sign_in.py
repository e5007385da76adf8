"""Signing in. One answer, after the same work, for every reason it can fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from secure_zone.accounts import MUST_ENROL, AccountState
from secure_zone.audit import log
from secure_zone.custodian import credentials
from secure_zone.custodian.actor import acting
from secure_zone.custodian.house import House
from secure_zone.custodian.key_room import OpenKeyArea
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases.key_area import can_open_key_area, opened_by
from secure_zone.errors import SessionEnded, SignInFailed
from secure_zone.keys import lockout, totp
from secure_zone.keys.passphrase import WrappedKey
from secure_zone.keys.secret import Secret
from secure_zone.ledger import sign_in_states, users
from secure_zone.ledger.sign_in_states import SignInState
from secure_zone.ledger.transactions import Writing
from secure_zone.ledger.users import User
from secure_zone.permissions import Verb

# What was typed as a user name may be anything, a passphrase in the wrong field too: it is not kept.
UNKNOWN = "(unknown)"


def sign_in(house: House, name: str, passphrase: str, code: str, caller: str = "") -> tuple[str, Session]:
    """A token and the session it stands for, or SignInFailed. caller: the process that asks, for a fair queue.

    The passphrase is tried outside the writer's lock; what was read before is compared again inside it.
    """
    # User names are in small letters; telephones like to begin with a capital.
    name = name.strip().lower()
    with house.doorway.anonymous(caller):
        house.verdict.wait()
        with house.ledger.read() as tx:
            user = _who_can_sign_in(users.get(tx, name))
            state = sign_in_states.get(tx, user.user if user else UNKNOWN)
        private = _try_passphrase(house, user, passphrase)
        step = _try_code(house, user, private, code, state)
        accepted = private if step is not None and not lockout.is_locked(_unix(state), house.now) else None
        opened = None
        with house.ledger.write() as tx:
            if user is not None and users.get(tx, name) != user:
                accepted = None
            if user is None or accepted is None or step is None:
                _refuse(house, tx, state)
            else:
                opened = _accept(tx, user, replace(state, last_step=step, failures=0, locked_until=None), accepted)
        if user is None or accepted is None:
            if private is not None:
                private.wipe()
            raise failed()
    if opened is not None:
        house.key_room.open(opened)
    token, session = house.sessions.begin(user.user, accepted, user.public_key, must_enrol=user.state in MUST_ENROL)
    try:
        with house.ledger.read() as tx:
            acting(tx, session, Verb.SEE_ACCOUNT)
    except SessionEnded:
        # The account was reset, renewed or removed after the commit above, and before there was a session to end.
        house.sessions.end_all(user.user)
        raise failed() from None
    return token, session


def failed() -> SignInFailed:
    """The one answer. That sign-in closes for a while is said always, so that it tells nothing about the user."""
    return SignInFailed(
        "The user name, the passphrase or the code is not right. After several failures sign-in is closed for a while."
    )


def check_passphrase_again(house: House, user: User, passphrase: str) -> None:
    """The user's passphrase once more before something grave; failures count as those of signing in do."""
    with house.doorway.signed_in(user.user):
        with house.ledger.read() as tx:
            state = sign_in_states.get(tx, user.user)
        private = _try_passphrase(house, user, passphrase)
        right = private is not None and not lockout.is_locked(_unix(state), house.now)
        if private is not None:
            private.wipe()
        if right:
            return
        with house.ledger.write() as tx:
            _refuse(house, tx, state)
    raise failed()


def _who_can_sign_in(user: User | None) -> User | None:
    return None if user is None or user.state is AccountState.REMOVED or user.wrapped_key is None else user


def _try_passphrase(house: House, user: User | None, passphrase: str) -> Secret | None:
    wrapped = house.decoy.wrapped
    if user is not None and user.wrapped_key is not None:
        wrapped = WrappedKey(user.kdf, user.wrapped_key)
    try:
        return credentials.unwrap(user.user if user else "", wrapped, passphrase, demo=house.facts.demo)
    except SignInFailed:
        return None


def _try_code(house: House, user: User | None, private: Secret | None, code: str, state: SignInState) -> int | None:
    """The step of the code, when it is right. A one-time code counts as the step before any of an authenticator."""
    zone_id, decoy = house.facts.zone_id, house.decoy
    if user is not None and private is not None and user.totp_sealed is not None:
        secret = credentials.unseal_factor(zone_id, user.user, private, user.totp_sealed)
        known = True
    else:
        secret = credentials.unseal_factor(zone_id, "", decoy.pair.private, decoy.sealed_factor)
        known = False
    step = totp.check(secret, code, house.now, state.last_step)
    one_time = credentials.is_one_time_code(code, user.enrolment_hash if user and private else None)
    if user is not None and user.state in MUST_ENROL:
        open_still = user.enrolment_expires is not None and house.clock() < user.enrolment_expires
        return (state.last_step or 0) if one_time and open_still else None
    return step if known else None


def _accept(tx: Writing, user: User, state: SignInState, private: Secret) -> OpenKeyArea | None:
    """Write the sign-in down; the key area is opened by a holder whose account is complete."""
    sign_in_states.save(tx, state)
    if user.state in MUST_ENROL:
        users.save(tx, replace(user, enrolment_hash=None, enrolment_expires=None))
        key_area = None
    else:
        key_area = opened_by(tx, user, private) if can_open_key_area(user) else None
    log.append(tx, who=user.user, verb="session.begin", details={"opened_key_area": key_area is not None})
    return key_area


def _refuse(house: House, tx: Writing, before: SignInState) -> None:
    """Count the failure, unless sign-in is closed already: hammering the door does not keep it closed for ever."""
    state = sign_in_states.get(tx, before.user)
    if not lockout.is_locked(_unix(state), house.now):
        until = lockout.locked_until(state.failures + 1, house.now)
        state = replace(
            state,
            failures=state.failures + 1,
            locked_until=None if until is None else datetime.fromtimestamp(until, UTC),
        )
    sign_in_states.save(tx, state)
    log.append(tx, who=state.user, verb="session.refuse", details={"failures": state.failures})


def _unix(state: SignInState) -> float | None:
    return None if state.locked_until is None else state.locked_until.timestamp()
