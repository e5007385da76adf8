"""The custodian's verbs as an HTTP application."""

from __future__ import annotations

from fastapi import FastAPI

from secure_zone.custodian import problems
from secure_zone.custodian.house import House
from secure_zone.custodian.limits import Limits
from secure_zone.custodian.routes import account, audit, datasets, key_area, sessions, users, zone
from secure_zone.custodian.routes.asking import PROBLEMS


def create_app(house: House) -> FastAPI:
    """The application for one open house."""
    app = FastAPI(
        title="Varde custodian",
        version=zone.VERSION,
        # The pages that show the description load their scripts from outside the machine.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.house = house
    for part in (zone, sessions, account, users, key_area, datasets, audit):
        app.include_router(part.router, responses=PROBLEMS)
    problems.install(app)
    app.add_middleware(Limits)
    return app
