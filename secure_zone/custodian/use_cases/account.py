"""One's own account: sessions, second factor, passphrase, language."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import segno

from secure_zone import accounts, permissions
from secure_zone.accounts import AccountEvent, AccountState
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian import credentials, demo_users
from secure_zone.custodian.actor import acting
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases.key_area import can_open_key_area, opened_by
from secure_zone.custodian.use_cases.sign_in import check_passphrase_again
from secure_zone.errors import BadInput, Conflict
from secure_zone.keys import totp
from secure_zone.keys.passphrase_rules import check_passphrase
from secure_zone.ledger import sign_in_states, users
from secure_zone.ledger.sign_in_states import SignInState
from secure_zone.permissions import Verb


def view(house: House, session: Session) -> models.SessionView:
    """Who is signed in, what they may do, and for how long."""
    with house.ledger.read() as tx:
        user = acting(tx, session, Verb.SEE_ACCOUNT)
    limits = house.settings.limits
    waits = user.renewed_by is not None
    allowed = frozenset(Verb)
    if waits:
        allowed = permissions.BEFORE_CONFIRMATION
    if session.must_enrol:
        allowed = permissions.BEFORE_ENROLMENT
    return models.SessionView(
        session_id=session.session_id,
        user=user.user,
        display_name=user.display_name,
        role=user.role,
        language=user.language,
        must_enrol=session.must_enrol,
        new_passphrase_needed=user.state is AccountState.INVITED,
        waits_for_confirmation=waits,
        created=_moment(session.created),
        idle_seconds_left=session.idle_left(house.now, limits),
        seconds_left=session.left(house.now, limits),
        may=sorted(verb.value for verb in allowed if permissions.may(user.role, verb)),
        demo=house.facts.demo,
        zone_name=house.facts.name,
    )


def sign_out(house: House, session: Session) -> None:
    """End this session."""
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.END_SESSION)
        log.append(tx, who=actor.user, verb="session.end")
    house.sessions.end(session.user, session.session_id)


def own_sessions(house: House, session: Session) -> list[models.SessionRow]:
    """The actor's sessions, oldest first."""
    with house.ledger.read() as tx:
        actor = acting(tx, session, Verb.SEE_ACCOUNT)
    return [
        models.SessionRow(
            session_id=own.session_id,
            created=_moment(own.created),
            last_seen=_moment(own.last_seen),
            current=own.session_id == session.session_id,
        )
        for own in house.sessions.of(actor.user)
    ]


def end_session(house: House, session: Session, session_id: str) -> None:
    """End one of the actor's sessions."""
    with house.ledger.write() as tx:
        actor = acting(tx, session, Verb.END_SESSION)
        house.sessions.end(actor.user, session_id)
        log.append(tx, who=actor.user, verb="session.end")


def start_enrolment(house: House, session: Session, passphrase: str | None) -> models.Enrolment:
    """A new second factor to show. Replacing one needs the passphrase once more: a screen may stand unlocked."""
    with house.ledger.read() as tx:
        user = acting(tx, session, Verb.ENROL)
    if not session.must_enrol:
        if passphrase is None:
            raise BadInput("Give your passphrase to replace the second factor.", code="passphrase_needed")
        check_passphrase_again(house, user, passphrase)
    factor = totp.new_secret()
    house.sessions.offer_factor(session, factor)
    uri = totp.provisioning_uri(factor, user.user, f"Varde {house.facts.name}")
    return models.Enrolment(
        otpauth_uri=uri,
        secret=totp.secret_text(factor),
        qr_svg=_qr(uri),
        new_passphrase_needed=user.state is AccountState.INVITED,
    )


def confirm_enrolment(house: House, session: Session, code: str, new_passphrase: str | None) -> models.SessionView:
    """Put the offered second factor in force by one of its codes; who was invited chooses a passphrase as well."""
    with house.ledger.read() as tx:
        user = acting(tx, session, Verb.ENROL)
    if session.new_factor is None:
        raise Conflict("Ask for a new second factor first.", code="no_enrolment")
    step = totp.check(session.new_factor, code, house.now, None)
    if step is None:
        raise BadInput(
            "The code is not right. Check that the clock of your telephone is, and try the next code.",
            code="enrolment_code",
        )
    wrapped = None
    if user.state is AccountState.INVITED:
        if new_passphrase is None:
            raise BadInput("Choose a passphrase of your own; the one of the invitation is used only once.")
        check_passphrase(new_passphrase, user.user)
        with house.doorway.signed_in(user.user):
            wrapped = credentials.wrap(user.user, session.private_key, new_passphrase, house.profile)
    with house.ledger.write() as tx:
        user = acting(tx, session, Verb.ENROL)
        enrolled = replace(
            user,
            state=accounts.after(user.state, AccountEvent.ENROL),
            totp_sealed=credentials.seal_factor(tx.zone_id, user.user, user.public_key, session.new_factor),
            enrolment_hash=None,
            enrolment_expires=None,
        )
        if wrapped is not None:
            enrolled = replace(enrolled, wrapped_key=wrapped.sealed, kdf=wrapped.kdf)
        users.save(tx, enrolled)
        sign_in_states.save(tx, SignInState(user.user, last_step=step))
        key_area = None
        if session.must_enrol and can_open_key_area(user):
            key_area = opened_by(tx, user, session.private_key)
        log.append(tx, who=user.user, verb=Verb.ENROL.value, details={"opened_key_area": key_area is not None})
    if key_area is not None:
        house.key_room.open(key_area)
    demo_users.forget(house.settings.folder, user.user)
    house.sessions.end_all(user.user, but=session.session_id)
    return view(house, house.sessions.enrolled(session))


def change_passphrase(house: House, session: Session, present: str, new: str) -> None:
    """Wrap the private key anew; nothing else is touched. The actor's other sessions end."""
    with house.ledger.read() as tx:
        user = acting(tx, session, Verb.REWRAP_KEY)
    check_passphrase(new, user.user)
    check_passphrase_again(house, user, present)
    with house.doorway.signed_in(user.user):
        wrapped = credentials.wrap(user.user, session.private_key, new, house.profile)
    with house.ledger.write() as tx:
        user = acting(tx, session, Verb.REWRAP_KEY)
        users.save(tx, replace(user, wrapped_key=wrapped.sealed, kdf=wrapped.kdf))
        log.append(tx, who=user.user, verb=Verb.REWRAP_KEY.value)
    demo_users.forget(house.settings.folder, user.user)
    house.sessions.end_all(user.user, but=session.session_id)


def change_language(house: House, session: Session, language: str) -> None:
    """The language of the user's screens."""
    with house.ledger.write() as tx:
        user = acting(tx, session, Verb.CHANGE_LANGUAGE)
        users.save(tx, replace(user, language=language))
        log.append(tx, who=user.user, verb=Verb.CHANGE_LANGUAGE.value, details={"language": language})


def _qr(uri: str) -> str:
    svg = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        svg, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return svg.getvalue().decode()


def _moment(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
