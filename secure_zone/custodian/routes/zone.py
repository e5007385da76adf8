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
def status(house: AtHouse) -> models.Status:
    """The zone's name, and that the custodian is ready."""
    facts = house.facts
    return models.Status(zone_id=facts.zone_id, name=facts.name, demo=facts.demo, version=VERSION, ready=True)


@router.get("/demo/users")
def list_demo_users(house: AtHouse) -> list[models.DemoUser]:
    """Only in a demo zone: its users, with what is needed to sign in."""
    return demo_users.show(house)
