"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import audit

router = APIRouter(prefix="/audit", tags=["audit"])


def _written_out(value: object) -> object:
    """A bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and "T" not in value:
        raise ValueError("a date and a time with its zone")
    return value


def _of_our_time(value: datetime) -> datetime:
    """Years at the ends of the calendar cannot be turned into another time zone."""
    if not 1900 <= value.year <= 2200:
        raise ValueError("a year between 1900 and 2200")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_of_our_time)]
SearchText = Annotated[str, StringConstraints(max_length=200, pattern=models.PLAIN)]


@router.get("")
def read_audit(
    house: AtHouse,
    session: Asking,
    who: SearchText | None = None,
    verb: SearchText | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    text: SearchText | None = None,
    after_seq: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    order: Literal["oldest first", "newest first"] = "oldest first",
) -> models.AuditPage:
    """Entries that fit all that is given."""
    return audit.read(
        house,
        session,
        who=who,
        verb=verb,
        since=since,
        until=until,
        text=text,
        after_seq=after_seq,
        limit=limit,
        newest_first=order == "newest first",
    )


@router.post("/verify")
def verify_audit(house: AtHouse, session: Asking) -> models.AuditReport:
    """The verdict on the whole log."""
    return audit.verify_all(house, session)
