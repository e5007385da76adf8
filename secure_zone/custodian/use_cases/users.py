"""Looking after users: list, invite, reset a second factor, renew a lost passphrase and confirm that, remove."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from secure_zone import accounts
from secure_zone.accounts import AccountEvent, AccountState
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian import credentials
from secure_zone.custodian.actor import acting, existing, note_once
from secure_zone.custodian.credentials import OneTimeCode
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases import key_area
from secure_zone.errors import Conflict
from secure_zone.keys.passphrase import WrappedKey, new_passphrase
from secure_zone.keys.sealing import KeyPair
from secure_zone.ledger import data_keys, sign_in_states, users
from secure_zone.ledger.sign_in_states import SignInState
from secure_zone.ledger.transactions import Reading
from secure_zone.ledger.users import User
from secure_zone.permissions import Verb
from secure_zone.roles import Role


def see_all(house: House, session: Session) -> list[models.UserView]:
    """All users, removed ones too."""
    note_once(house, session, Verb.LIST_USERS)
    with house.ledger.read() as tx:
        acting(tx, session, Verb.LIST_USERS)
        holders = {holder.user for holder in key_area.current(tx).holders}
        return [
            models.UserView(
                user=user.user,
                display_name=user.display_name,
                role=user.role,
                state=user.state,
                holder=user.user in holders,
                renewed_by=user.renewed_by,
                created_at=user.created_at,
                enrolment_expires=user.enrolment_expires,
            )
            for user in users.everyone(tx)
        ]


def invite(house: House, session: Session, new: models.NewUser) -> models.Invitation:
    """A new user with a key pair of their own under a temporary passphrase. A holder is given the key area too."""
    accounts.check_user_name(new.user)
    accounts.check_display_name(new.display_name)
    accounts.check_reason(new.why)
    _check_allowed(house, session, Verb.INVITE_USER)
    user, invitation = invited(house, new.user, new.display_name, new.role)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.INVITE_USER)
        everyone = users.everyone(tx)
        if any(other.user == new.user for other in everyone):
            raise Conflict("There is a user with this name, or there was one. Choose another.", code="user_exists")
        accounts.check_room_for(new.role, [u.role for u in everyone if u.state is not AccountState.REMOVED])
        users.add(tx, user)
        if accounts.is_holder(new.role):
            key_area.add_holder(house, tx, user)
        log.append(
            tx,
            who=actor.user,
            verb=Verb.INVITE_USER.value,
            subject=user.user,
            why=new.why,
            details={"role": new.role.value},
        )
    return invitation


def reset(house: House, session: Session, name: str, why: str) -> models.Invitation:
    """For a lost second factor: the next sign-in is by passphrase and one-time code, and can only enrol a new one."""
    accounts.check_reason(why)
    code = OneTimeCode.new()
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.RESET_SECOND_FACTOR)
        accounts.check_not_oneself(actor.user, name)
        user = existing(tx, name)
        expires = tx.clock() + accounts.POLICY.reset
        users.save(
            tx,
            replace(
                user,
                state=accounts.after(user.state, AccountEvent.RESET),
                totp_sealed=None,
                enrolment_hash=code.digest,
                enrolment_expires=expires,
            ),
        )
        sign_in_states.save(tx, SignInState(name, sign_in_states.get(tx, name).last_step))
        log.append(tx, who=actor.user, verb=Verb.RESET_SECOND_FACTOR.value, subject=name, why=why)
    house.sessions.end_all(name)
    return models.Invitation(user=name, passphrase=None, code=code.text, expires_at=expires)


def renew(house: House, session: Session, name: str, why: str) -> models.Invitation:
    """For a lost passphrase: a new key pair and invitation.

    Whoever holds the invitation can become the user. So what the old pair could open is sealed to the new one when a
    second holder has confirmed it (`confirm_renewal`); at once only where there is no second holder to ask.
    """
    accounts.check_reason(why)
    _check_allowed(house, session, Verb.RENEW_USER)
    with house.ledger.read() as tx:
        before = existing(tx, name)
    fresh, invitation = invited(house, name, before.display_name, before.role)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.RENEW_USER)
        accounts.check_not_oneself(actor.user, name)
        user = existing(tx, name)
        alone = not _others_who_confirm(tx, actor.user, name)
        waits = not alone and _has_something_to_lose(tx, user)
        renewed = replace(
            fresh,
            state=accounts.after(user.state, AccountEvent.RENEW),
            language=user.language,
            created_at=user.created_at,
            renewed_by=actor.user if waits else None,
        )
        users.save(tx, renewed)
        if waits:
            # Told now, not to the one who confirms: a closed key area can seal nothing anew.
            house.key_room.require(key_area.current(tx).generation)
        else:
            key_area.seal_anew_to(house, tx, renewed)
        sign_in_states.save(tx, SignInState(name, sign_in_states.get(tx, name).last_step))
        log.append(
            tx,
            who=actor.user,
            verb=Verb.RENEW_USER.value,
            subject=name,
            why=why,
            details={"alone": alone, "waits": waits},
        )
    house.sessions.end_all(name)
    house.ledger.erase_deleted()
    return invitation


def confirm_renewal(house: House, session: Session, name: str, why: str) -> None:
    """A second holder's word that the account is in the right hands; its keys are sealed to the new pair now."""
    accounts.check_reason(why)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.CONFIRM_RENEWAL)
        user = existing(tx, name)
        accounts.check_confirms(actor.user, name, user.renewed_by)
        confirmed = replace(user, renewed_by=None)
        users.save(tx, confirmed)
        key_area.seal_anew_to(house, tx, confirmed)
        log.append(
            tx,
            who=actor.user,
            verb=Verb.CONFIRM_RENEWAL.value,
            subject=name,
            why=why,
            details={"renewed_by": user.renewed_by},
        )
    house.ledger.erase_deleted()


def remove(house: House, session: Session, name: str, why: str) -> None:
    """The user's keys, copies of data keys and sessions go; the name stays. A holder's leaving rotates the key area."""
    accounts.check_reason(why)
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.REMOVE_USER)
        accounts.check_not_oneself(actor.user, name)
        user = existing(tx, name)
        removed = replace(
            user,
            state=accounts.after(user.state, AccountEvent.REMOVE),
            wrapped_key=None,
            kdf={},
            totp_sealed=None,
            enrolment_hash=None,
            enrolment_expires=None,
            renewed_by=None,
        )
        holders = {holder.user for holder in key_area.current(tx).holders}
        accounts.check_not_last_holder(name, holders)
        rotated = key_area.rotate_without(house, tx, user) if name in holders else None
        for key in data_keys.of_holder(tx, name):
            data_keys.remove(tx, key.dataset, key.version, name)
        users.save(tx, removed)
        log.append(
            tx,
            who=actor.user,
            verb=Verb.REMOVE_USER.value,
            subject=name,
            why=why,
            details={"rotated_key_area": rotated is not None},
        )
    if rotated is not None:
        house.key_room.open(rotated)
    house.sessions.end_all(name)
    house.ledger.erase_deleted()


def invited(
    house: House, name: str, display_name: str, role: Role, passphrase: str | None = None
) -> tuple[User, models.Invitation]:
    """A user with a new key pair under a temporary passphrase, not yet in the ledger, and what to tell them. Slow."""
    pair, passphrase, code = KeyPair.generate(), passphrase or new_passphrase(), OneTimeCode.new()
    with house.doorway.signed_in(name):
        wrapped: WrappedKey = credentials.wrap(name, pair.private, passphrase, house.profile)
    pair.private.wipe()
    now = house.clock()
    expires: timedelta = accounts.POLICY.invitation
    user = User(
        user=name,
        display_name=display_name,
        role=role,
        state=AccountState.INVITED,
        public_key=pair.public,
        created_at=now,
        wrapped_key=wrapped.sealed,
        kdf=wrapped.kdf,
        enrolment_hash=code.digest,
        enrolment_expires=now + expires,
    )
    return user, models.Invitation(user=name, passphrase=passphrase, code=code.text, expires_at=now + expires)


def _others_who_confirm(tx: Reading, renewing: str, renewed: str) -> bool:
    """Whether there is another holder who could confirm, now or after getting back in.

    Someone whose second factor was reset counts, and so does someone who waits for confirmation: whoever renews must
    not become the only one by putting the others out first. An invitation that was never taken up does not count.
    """
    for holder in key_area.current(tx).holders:
        user = users.get(tx, holder.user)
        if user is None or user.user in (renewing, renewed):
            continue
        if user.state in (AccountState.ACTIVE, AccountState.RESET) or user.renewed_by is not None:
            return True
    return False


def _has_something_to_lose(tx: Reading, user: User) -> bool:
    """False for an account that was never used and that nothing is sealed to: its invitation only ran out."""
    if user.state is not AccountState.INVITED or user.renewed_by is not None or accounts.is_holder(user.role):
        return True
    return bool(data_keys.of_holder(tx, user.user))


def _check_allowed(house: House, session: Session, verb: Verb) -> None:
    """Before slow work: the same check as inside the transaction, so that only those who may can cause it."""
    with house.ledger.read() as tx:
        acting(tx, session, verb)
