"""Making a demo zone: a real one but for its people, who are there with passphrase and second factor from the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from secure_zone import accounts
from secure_zone.accounts import AccountState
from secure_zone.audit import log
from secure_zone.custodian import credentials, demo_users
from secure_zone.custodian.demo_users import DemoCredentials
from secure_zone.custodian.founding import FirstUser, first_user, found_zone
from secure_zone.custodian.house import Clock, House, utc_now
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.use_cases import key_area, publish
from secure_zone.custodian.use_cases.users import invited
from secure_zone.datasets import Purpose
from secure_zone.demo.example import example_tables
from secure_zone.demo.people import LEADER, PEOPLE, DemoPerson
from secure_zone.errors import NotFound
from secure_zone.folder import ZoneFolder
from secure_zone.keys import totp
from secure_zone.keys.passphrase import DEFAULT, Profile
from secure_zone.keys.secret import Secret
from secure_zone.ledger import users
from secure_zone.ledger.users import User
from secure_zone.permissions import Verb
from secure_zone.settings import Settings

WHY = "The demo zone is set up."
# Set up in the past, so that its log begins before anyone signs in.
EARLIER = timedelta(minutes=10)


def make_demo_zone(
    root: Path, *, profile: Profile = DEFAULT, ledger_url: str | None = None, clock: Clock = utc_now
) -> None:
    """A demo zone in `root` (missing or empty): users of every role and one example dataset. Takes some seconds."""

    def earlier() -> datetime:
        return clock() - EARLIER

    settings = Settings(ZoneFolder(root), ledger_url)
    leader = first_user(LEADER.user, LEADER.display_name, LEADER.role, LEADER.passphrase)
    found_zone(root, "Demo", leader, demo=True, profile=profile, ledger_url=ledger_url, clock=earlier)
    with open_house(settings, earlier) as house:
        known = [_enrol_leader(house, leader), *(_bring_in(house, person) for person in PEOPLE if person != LEADER)]
        demo_users.write(settings.folder, known)
        publish.publish(
            house,
            LEADER.user,
            "example",
            Purpose.RESEARCH,
            example_tables(),
            members=[LEADER.user, "ingeborg"],
            why="An example to try things on.",
        )


def _enrol_leader(house: House, leader: FirstUser) -> DemoCredentials:
    """The leader's second factor; and the key area is opened, so that custodians can be let in."""
    factor = totp.new_secret()
    with house.ledger.write() as tx:
        user = users.get(tx, leader.user)
        if user is None:
            raise NotFound("There is no such user.")
        users.save(tx, _active(tx.zone_id, user, factor))
        log.append(tx, who=user.user, verb=Verb.ENROL.value, details={"opened_key_area": True})
        opened = key_area.opened_by(tx, user, leader.pair.private)
    house.key_room.open(opened)
    return DemoCredentials(user.user, leader.passphrase, factor.reveal().hex())


def _bring_in(house: House, person: DemoPerson) -> DemoCredentials:
    """One more user, who needs no invitation; a custodian is given the key area."""
    factor = totp.new_secret()
    fresh, _ = invited(house, person.user, person.display_name, person.role, person.passphrase)
    with house.ledger.write() as tx:
        user = _active(tx.zone_id, fresh, factor)
        users.add(tx, user)
        if accounts.is_holder(user.role):
            key_area.add_holder(house, tx, user)
        log.append(
            tx,
            who=LEADER.user,
            verb=Verb.INVITE_USER.value,
            subject=user.user,
            why=WHY,
            details={"role": user.role.value},
        )
    return DemoCredentials(person.user, person.passphrase, factor.reveal().hex())


def _active(zone_id: str, user: User, factor: Secret) -> User:
    """As if the user had been through the invitation."""
    return replace(
        user,
        state=AccountState.ACTIVE,
        totp_sealed=credentials.seal_factor(zone_id, user.user, user.public_key, factor),
        enrolment_hash=None,
        enrolment_expires=None,
    )
