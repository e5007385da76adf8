"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, StringConstraints

from secure_zone.api import models
from secure_zone.custodian.routes.asking import Asking, AtHouse
from secure_zone.custodian.use_cases import audit

router = APIRouter(prefix="/audit", tags=["audit"])
SearchText = Annotated[str, StringConstraints(max_length=200, pattern=models.PLAIN)]


@router.get("")
def read_audit(
    house: AtHouse,
    session: Asking,
    who: SearchText | None = None,
    verb: SearchText | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    text: SearchText | None = None,
    after_seq: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    newest_first: bool = False,
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
        newest_first=newest_first,
    )


@router.post("/verify")
def verify_audit(house: AtHouse, session: Asking) -> models.AuditReport:
    """The verdict on the whole log."""
    return audit.verify_all(house, session)
