"""What anyone who reaches the socket may ask."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from secure_zone.api import models
from secure_zone.custodian import demo_users
from secure_zone.custodian.routes.asking import AtHouse

router = APIRouter(tags=["zone"])
VERSION = version("varde")


@router.get("/status")
async def status(house: AtHouse) -> models.Status:
    """The zone's name, that the custodian is ready, and what it found in its log. Waits for nothing."""
    facts = house.facts
    return models.Status(
        zone_id=facts.zone_id,
        name=facts.name,
        demo=facts.demo,
        version=VERSION,
        ready=True,
        log=house.verdict.state.value,
    )


@router.get("/demo/users")
def list_demo_users(house: AtHouse) -> list[models.DemoUser]:
    """Only in a demo zone: its users, with what is needed to sign in."""
    house.verdict.check()
    return demo_users.show(house)
