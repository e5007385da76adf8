"""What every route needs: the house, and the session of who asks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from secure_zone.api.models import ProblemAnswer
from secure_zone.custodian.house import House
from secure_zone.custodian.sessions import Session, ended

bearer = HTTPBearer(auto_error=False, description="The token of a session, from POST /session.")


async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


AtHouse = Annotated[House, Depends(_house)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def _active(house: AtHouse, given: Bearer) -> Session:
    if given is None:
        raise ended()
    house.verdict.check()
    return house.sessions.find(given.credentials)


def _quiet(house: AtHouse, given: Bearer) -> Session:
    if given is None:
        raise ended()
    house.verdict.check()
    return house.sessions.find(given.credentials, activity=False)


Asking = Annotated[Session, Depends(_active)]
AskingQuietly = Annotated[Session, Depends(_quiet)]

# Every verb may answer with a problem, always of the same shape.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (400, 401, 403, 404, 405, 409, 413, 422, 423, 500, 503)
}
