"""Making a demo zone, through the same use cases as a real one: its audit log tells how it came to be."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from secure_zone.api import models
from secure_zone.custodian import demo_users
from secure_zone.custodian.demo_users import DemoCredentials
from secure_zone.custodian.founding import first_user, found_zone
from secure_zone.custodian.house import Clock, House, utc_now
from secure_zone.custodian.opening import open_house
from secure_zone.custodian.sessions import Session
from secure_zone.custodian.use_cases import account, publish, users
from secure_zone.custodian.use_cases.sign_in import sign_in
from secure_zone.datasets import Purpose
from secure_zone.demo.example import example_tables
from secure_zone.demo.people import LEADER, PEOPLE, DemoPerson
from secure_zone.folder import ZoneFolder
from secure_zone.keys import totp
from secure_zone.keys.passphrase import DEFAULT, Profile
from secure_zone.settings import Settings

WHY = "The demo zone is set up."
# Set up in the past, so that the codes of the present have not been used by the setting up.
EARLIER = timedelta(minutes=10)


def make_demo_zone(
    root: Path, *, profile: Profile = DEFAULT, ledger_url: str | None = None, clock: Clock = utc_now
) -> None:
    """A demo zone in `root` (missing or empty): users of every role, all signed in once, and one example dataset."""

    def earlier() -> datetime:
        return clock() - EARLIER

    settings = Settings(ZoneFolder(root), ledger_url)
    leader = first_user(LEADER.user, LEADER.display_name, LEADER.role)
    invitation = found_zone(root, "Demo", leader, demo=True, profile=profile, ledger_url=ledger_url, clock=earlier)
    with open_house(settings, earlier) as house:
        session, credentials = _enrol(house, LEADER, invitation)

        def bring_in(person: DemoPerson) -> DemoCredentials:
            body = models.NewUser(user=person.user, display_name=person.display_name, role=person.role, why=WHY)
            return _enrol(house, person, users.invite(house, session, body))[1]

        demo_users.write(settings.folder, [credentials, *map(bring_in, PEOPLE[1:])])
        publish.publish(
            house,
            LEADER.user,
            "example",
            Purpose.RESEARCH,
            example_tables(),
            members=[LEADER.user, "ingeborg"],
            why="An example to try things on.",
        )


def _enrol(house: House, person: DemoPerson, invitation: models.Invitation) -> tuple[Session, DemoCredentials]:
    """What an invited user does: sign in, set up the second factor, choose a passphrase."""
    _, session = sign_in(house, person.user, invitation.passphrase or "", invitation.code)
    account.start_enrolment(house, session, None)
    session = house.sessions.of(person.user)[-1]
    factor = session.new_factor
    if factor is None:
        raise RuntimeError("the second factor was not offered")
    code = totp.code_at(factor, totp.step_at(house.now))
    account.confirm_enrolment(house, session, code, person.passphrase)
    return house.sessions.of(person.user)[-1], DemoCredentials(person.user, person.passphrase, factor.reveal().hex())
