"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AskingQuietly, AtHouse
from secure_zone.custodian.use_cases import account
from secure_zone.custodian.use_cases.sign_in import sign_in

router = APIRouter(tags=["session"])


@router.post("/session")
def begin_session(house: AtHouse, request: Request, body: models.SignIn) -> models.SignedIn:
    """Sign in with both factors."""
    caller = request.client.host if request.client else ""
    token, session = sign_in(house, body.user, body.passphrase, body.code, caller)
    return models.SignedIn(token=token, session=account.view(house, session))


@router.get("/session")
def see_session(house: AtHouse, session: AskingQuietly) -> models.SessionView:
    """Who is signed in, and for how long. Does not count as activity."""
    return account.view(house, session)


@router.post("/session/touch")
def touch_session(house: AtHouse, session: Asking) -> models.SessionView:
    """The same, and counts as activity."""
    return account.view(house, session)


@router.delete("/session")
def end_session(house: AtHouse, session: AskingQuietly) -> models.Done:
    """Sign out."""
    account.sign_out(house, session)
    return models.Done()


@router.get("/sessions")
def list_sessions(house: AtHouse, session: Asking) -> list[models.SessionRow]:
    """One's own sessions."""
    return account.own_sessions(house, session)


@router.delete("/sessions/{session_id}")
def end_other_session(house: AtHouse, session: Asking, session_id: models.Name) -> models.Done:
    """End one of one's own sessions."""
    account.end_session(house, session, session_id)
    return models.Done()
