"""Users."""

from __future__ import annotations

from fastapi import APIRouter

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import users

router = APIRouter(prefix="/users", tags=["users"])


@router.get("")
def list_users(house: AtHouse, session: Asking) -> list[models.UserView]:
    """All users."""
    return users.see_all(house, session)


@router.post("")
def invite_user(house: AtHouse, session: Asking, body: models.NewUser) -> models.Invitation:
    """A new user; the invitation is shown this once."""
    return users.invite(house, session, body)


@router.post("/{user}/reset")
def reset_second_factor(house: AtHouse, session: Asking, user: models.Name, body: models.Why) -> models.Invitation:
    """For a lost second factor."""
    return users.reset(house, session, user, body.why)


@router.post("/{user}/renew")
def renew_user(house: AtHouse, session: Asking, user: models.Name, body: models.Why) -> models.Invitation:
    """For a lost passphrase."""
    return users.renew(house, session, user, body.why)


@router.post("/{user}/confirm")
def confirm_renewal(house: AtHouse, session: Asking, user: models.Name, body: models.Why) -> models.Done:
    """A second holder's word that a renewed account is in the right hands."""
    users.confirm_renewal(house, session, user, body.why)
    return models.Done()


@router.delete("/{user}")
def remove_user(house: AtHouse, session: Asking, user: models.Name, body: models.Why) -> models.Done:
    """Take a user's keys and sessions away."""
    users.remove(house, session, user, body.why)
    return models.Done()
