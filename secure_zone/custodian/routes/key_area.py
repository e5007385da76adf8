"""The key area."""

from __future__ import annotations

from fastapi import APIRouter

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import key_area

router = APIRouter(prefix="/key-area", tags=["key area"])


@router.get("")
def see_key_area(house: AtHouse, session: Asking) -> models.KeyAreaView:
    """Whether it is open, and who can open it."""
    return key_area.see(house, session)


@router.post("/unseal")
def unseal_key_area(house: AtHouse, session: Asking, body: models.Why) -> models.KeyAreaView:
    """Open it with one's own key."""
    return key_area.unseal(house, session, body.why)


@router.post("/seal")
def seal_key_area(house: AtHouse, session: Asking, body: models.Why) -> models.KeyAreaView:
    """Close it."""
    return key_area.seal(house, session, body.why)
