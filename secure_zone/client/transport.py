"""Requests over the custodian's Unix socket, with the zone's errors raised as themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from secure_zone import errors
from secure_zone.api.models import Message, Problem, ProblemAnswer

# Unlocking a key by passphrase is slow on purpose, and several may wait for each other.
PATIENCE = httpx.Timeout(60.0, connect=5.0)
BY_CODE: dict[str, type[errors.ZoneError]] = {
    kind.code: kind
    for kind in (
        errors.Refused,
        errors.SignInFailed,
        errors.SessionEnded,
        errors.NotFound,
        errors.Conflict,
        errors.BadInput,
        errors.KeyAreaSealed,
        errors.Damaged,
        errors.ZoneUnavailable,
    )
}
BY_STATUS = {kind.status: kind for kind in BY_CODE.values() if kind is not errors.SignInFailed}


class Transport:
    """One connection pool to one custodian. Safe to share between threads."""

    def __init__(self, socket: Path, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            # No TLS on a Unix socket; without this, each Transport reads all certificate authorities (30 ms).
            transport=httpx.HTTPTransport(uds=str(socket), verify=False),
            base_url="http://custodian",
            headers=headers,
            timeout=PATIENCE,
            trust_env=False,
        )

    def call(self, method: str, path: str, body: Message | None = None, **query: str | int | None) -> Any:
        """The JSON of a successful answer; anything else is raised as the ZoneError it carries."""
        try:
            answer = self._http.request(
                method,
                path,
                json=None if body is None else body.model_dump(mode="json", exclude_none=True),
                params={name: value for name, value in query.items() if value is not None},
            )
        except httpx.ConnectError as error:
            raise errors.ZoneUnavailable("The custodian is not running. Start it with `varde run`.") from error
        except httpx.HTTPError as error:
            raise errors.ZoneUnavailable("The custodian did not answer in time. Try again in a moment.") from error
        if answer.is_success:
            return answer.json()
        raise raised_from(answer)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()


Body = TypeVar("Body", bound=Message)


def body(kind: type[Body], **fields: object) -> Body:
    """A request's body, or BadInput that names the fields that are not of the right form."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        named = sorted({str(place["loc"][0]) for place in error.errors(include_input=False) if place["loc"]})
    raise errors.BadInput("Not of the right form: {fields}.", fields=", ".join(named))


def raised_from(answer: httpx.Response) -> errors.ZoneError:
    """The error that an answer carries, of the same kind as the custodian raised."""
    try:
        problem = ProblemAnswer.model_validate_json(answer.content).error
    except ValidationError:
        text = "The custodian gave an answer that cannot be understood."
        problem = Problem(code="unavailable", message=text, template=text)
    kind = BY_CODE.get(problem.code) or BY_STATUS.get(answer.status_code, errors.ZoneError)
    return kind(problem.template, code=problem.code, **problem.params)
