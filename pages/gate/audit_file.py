"""The audit log as a file to keep: asked for at the custodian as the visitor, and passed on as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pages.audit import export
from pages.audit.wanted import Wanted
from pages.gate.door import Door
from pages.gate.requests import token_of
from secure_zone.client import Zone
from secure_zone.errors import BadInput


class AuditFile:
    """One address for each form of the file; what the entries must match stands in the query."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def routes(self) -> list[Route]:
        return [Route(f"{export.PLACE}{name}", self.send, methods=["GET"]) for name in export.FORMS]

    async def send(self, request: Request) -> Response:
        """The first part is read before anything is sent, so that a refusal is an answer and not a broken file."""
        name = request.url.path.removeprefix(export.PLACE)
        form = export.FORMS[name]
        zone = self.door.zone_of(token_of(request) or "")
        parts = _until_closed(form.write(export.entries(zone, wanted_in(request.query_params))), zone)
        first = await run_in_threadpool(next, parts, b"")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_with_first(first, parts), media_type=form.media_type, headers=headers)


def wanted_in(query: QueryParams) -> Wanted:
    """What entries must match, as `Wanted.query` wrote it."""
    return Wanted(
        who=query.get("who"),
        verb=query.get("verb"),
        since=_moment(query.get("since")),
        until=_moment(query.get("until")),
        text=query.get("text"),
    )


def _moment(written: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        raise BadInput("The request is not of the right form.") from None


def _until_closed(parts: Iterator[bytes], zone: Zone) -> Iterator[bytes]:
    with zone:
        yield from parts


def _with_first(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others
