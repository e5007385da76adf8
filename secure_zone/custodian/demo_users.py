"""In a demo zone only: who there is, with passphrase and current code, for the sign-in page to show."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from secure_zone.accounts import AccountState
from secure_zone.api import models
from secure_zone.custodian.house import House
from secure_zone.errors import Damaged, NotFound
from secure_zone.folder import ZoneFolder
from secure_zone.keys import totp
from secure_zone.keys.secret import Secret
from secure_zone.ledger import sign_in_states, users


@dataclass(frozen=True)
class DemoCredentials:
    """What a demo user signs in with. `factor` is the secret of the second factor in hex."""

    user: str
    passphrase: str
    factor: str


def show(house: House) -> list[models.DemoUser]:
    """The demo users with a code that has not been used yet; NotFound in any zone that is not a demo zone."""
    if not house.facts.demo:
        raise NotFound("This is not a demo zone.")
    shown = []
    with house.ledger.read() as tx:
        for known in read(house.settings.folder):
            user = users.get(tx, known.user)
            if user is None or user.state is not AccountState.ACTIVE:
                continue
            code, seconds = _unused_code(
                Secret(bytes.fromhex(known.factor)), house.now, sign_in_states.get(tx, user.user).last_step
            )
            shown.append(
                models.DemoUser(
                    user=user.user,
                    display_name=user.display_name,
                    role=user.role,
                    passphrase=known.passphrase,
                    code=code,
                    seconds_left=seconds,
                )
            )
    return shown


def read(folder: ZoneFolder) -> list[DemoCredentials]:
    """What was written when the demo zone was made."""
    try:
        return [DemoCredentials(**row) for row in json.loads(folder.demo_users.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise Damaged("The list of demo users is damaged. Make the demo zone again with `varde demo`.") from None


def write(folder: ZoneFolder, credentials: list[DemoCredentials]) -> None:
    """The list anew, in one step."""
    new = folder.demo_users.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(row) for row in credentials], file, indent=1)
    Path(new).replace(folder.demo_users)


def forget(folder: ZoneFolder, user: str) -> None:
    """A demo user who has chosen a passphrase or second factor of their own is no longer shown."""
    if folder.demo_users.exists():
        known = read(folder)
        if any(row.user == user for row in known):
            write(folder, [row for row in known if row.user != user])


def _unused_code(factor: Secret, now: float, last_step: int | None) -> tuple[str | None, int]:
    """The present code, or the next one when it is used; None while both are. With the seconds it stays as it is."""
    present = totp.step_at(now)
    step = max(present, (last_step or 0) + 1)
    if step > present + totp.WINDOW:
        return None, totp.seconds_left(now)
    return totp.code_at(factor, step), totp.seconds_left(now)
