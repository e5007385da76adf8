"""One's own account."""

from __future__ import annotations

from fastapi import APIRouter

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import account

router = APIRouter(tags=["account"])


@router.post("/enrolment/start")
def start_enrolment(house: AtHouse, session: Asking, body: models.EnrolmentStart) -> models.Enrolment:
    """A new second factor to show as a QR code."""
    return account.start_enrolment(house, session, body.passphrase)


@router.post("/enrolment/confirm")
def confirm_enrolment(house: AtHouse, session: Asking, body: models.EnrolmentConfirm) -> models.SessionView:
    """Put it in force by one of its codes."""
    return account.confirm_enrolment(house, session, body.code, body.new_passphrase)


@router.post("/account/passphrase")
def change_passphrase(house: AtHouse, session: Asking, body: models.PassphraseChange) -> models.Done:
    """Another passphrase for the same key."""
    account.change_passphrase(house, session, body.current, body.new)
    return models.Done()


@router.put("/account/language")
def change_language(house: AtHouse, session: Asking, body: models.LanguageChange) -> models.Done:
    """The language of one's screens."""
    account.change_language(house, session, body.language)
    return models.Done()
