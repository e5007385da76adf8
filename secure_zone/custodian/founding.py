"""Founding a zone: folders, keys, ledger, first log entry. Afterwards the whole zone is there, or nothing of it."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from secure_zone import accounts
from secure_zone.accounts import AccountState
from secure_zone.api import models
from secure_zone.audit import log
from secure_zone.custodian import credentials
from secure_zone.custodian.credentials import OneTimeCode
from secure_zone.custodian.house import Clock, utc_now
from secure_zone.errors import BadInput, Conflict, Damaged
from secure_zone.facts import FORMAT, ZoneFacts, write_facts
from secure_zone.folder import ZoneFolder
from secure_zone.keys import key_area as areas
from secure_zone.keys.key_area import Candidate
from secure_zone.keys.passphrase import DEFAULT, Profile, new_passphrase
from secure_zone.keys.sealing import KeyPair
from secure_zone.keys.signing import Signer
from secure_zone.ledger import key_areas, users
from secure_zone.ledger.engine import Ledger, open_ledger
from secure_zone.ledger.transactions import Writing
from secure_zone.ledger.users import User
from secure_zone.roles import Role

CLOSED, OPEN = 0o700, 0o750
FOUNDED = "zone.found"


@dataclass(frozen=True)
class FirstUser:
    """Someone who is there from the beginning, with the credentials they are given."""

    user: str
    display_name: str
    role: Role
    passphrase: str
    code: OneTimeCode
    pair: KeyPair


def first_user(user: str, display_name: str, role: Role, passphrase: str | None = None) -> FirstUser:
    """A first user with new credentials; a temporary passphrase when none is given."""
    accounts.check_user_name(user)
    accounts.check_display_name(display_name)
    return FirstUser(user, display_name, role, passphrase or new_passphrase(), OneTimeCode.new(), KeyPair.generate())


def found_zone(
    root: Path,
    name: str,
    leader: FirstUser,
    *,
    demo: bool = False,
    profile: Profile = DEFAULT,
    ledger_url: str | None = None,
    clock: Clock = utc_now,
) -> models.Invitation:
    """A zone in `root`, which must be missing or empty, with the project leader as its one user, invited.

    The key area is sealed to the leader; the others are invited by the leader afterwards.
    """
    if not profile.usable_in(demo):
        raise BadInput("The passphrase profile {name} is for tests only.", name=profile.name)
    accounts.check_display_name(name)
    signer = Signer.generate()
    facts = ZoneFacts(
        zone_id="".join(secrets.choice(credentials.CLEAR) for _ in range(20)),
        name=name,
        format=FORMAT,
        demo=demo,
        created=clock().isoformat(timespec="seconds"),
        kdf_profile=profile.name,
        verify_key=base64.b64encode(signer.verifier.public).decode(),
    )
    expires = clock() + accounts.POLICY.invitation
    with _for_nobody_else(), _beside(root) as folder:
        _lay_out(folder, signer)
        ledger = _new_ledger(ledger_url or folder.ledger, facts, folder, signer, clock)
        try:
            with ledger.write() as tx:
                log.append(tx, who="custodian", verb=FOUNDED, subject=facts.zone_id, details=facts.founding())
                _first_holder(tx, leader, profile, accounts.POLICY.invitation)
        finally:
            ledger.close()
        write_facts(folder.facts, facts, signer)
    return models.Invitation(user=leader.user, passphrase=leader.passphrase, code=leader.code.text, expires_at=expires)


def _new_ledger(place: str | Path, facts: ZoneFacts, folder: ZoneFolder, signer: Signer, clock: Clock) -> Ledger:
    """An empty ledger; Conflict when the database holds one already."""
    try:
        return open_ledger(
            place,
            zone_id=facts.zone_id,
            verifier=facts.verifier,
            head_file=folder.audit_head,
            signer=signer,
            clock=clock,
        )
    except Damaged:
        # What is there does not fit to a zone that has only just got its keys.
        raise Conflict("The database holds the ledger of a zone already. Give the new zone one of its own.") from None


def _first_holder(tx: Writing, leader: FirstUser, profile: Profile, lasts: timedelta) -> None:
    wrapped = credentials.wrap(leader.user, leader.pair.private, leader.passphrase, profile)
    user = User(
        user=leader.user,
        display_name=leader.display_name,
        role=leader.role,
        state=AccountState.INVITED,
        public_key=leader.pair.public,
        created_at=tx.clock(),
        wrapped_key=wrapped.sealed,
        kdf=wrapped.kdf,
        enrolment_hash=leader.code.digest,
        enrolment_expires=tx.clock() + lasts,
    )
    users.add(tx, user)
    area, private = areas.create(tx.zone_id, [Candidate(user.user, user.role.value, user.public_key)])
    private.wipe()
    key_areas.add(tx, key_areas.KeyArea(area.generation, area.public, tx.clock()))
    for holder in area.holders:
        key_areas.add_holder(tx, key_areas.Holder(area.generation, holder.user, holder.sealed))
    log.append(
        tx,
        who="custodian",
        verb="users.invite",
        subject=user.user,
        why="The first user of the zone.",
        details={"role": user.role.value},
    )


@contextmanager
def _for_nobody_else() -> Iterator[None]:
    """What is made without a mode of its own is the founder's alone, whatever the caller's setting."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _beside(root: Path) -> Iterator[ZoneFolder]:
    """A folder beside `root` that takes its place when all went well, and goes when it did not."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Conflict("The folder {folder} is not empty. Choose another, or remove it first.", folder=root.name)
    if not root.parent.is_dir():
        raise BadInput("There is no folder {folder} to put the zone in.", folder=root.parent.name)
    building = ZoneFolder(root.with_name(f".{root.name}.{secrets.token_hex(4)}"))
    try:
        building.root.mkdir(mode=OPEN)
        yield building
        building.root.rename(root)
    except BaseException:
        shutil.rmtree(building.root, ignore_errors=True)
        raise


def _lay_out(folder: ZoneFolder, signer: Signer) -> None:
    for path, mode in (
        (folder.key_area, CLOSED),
        (folder.socket_folder, CLOSED),
        (folder.inbox, CLOSED),
        (folder.outbox, OPEN),
        (folder.data_area, OPEN),
    ):
        path.mkdir()
        path.chmod(mode)
    descriptor = os.open(folder.signing_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(signer.private.reveal())
        file.flush()
        os.fsync(descriptor)
    folder.root.chmod(OPEN)
