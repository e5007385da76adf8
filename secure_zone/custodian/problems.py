"""Every answer that is not a success has one shape, and says nothing about the machine and nothing that was sent."""

from __future__ import annotations

import errno
import logging
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from secure_zone.api import models
from secure_zone.errors import BadInput, Conflict, NotFound, ZoneError, ZoneUnavailable

log = logging.getLogger("varde.custodian")

# Only names of ours may be named back: the name of an unknown field is something that was sent.
OUR_FIELDS = {
    field
    for message in vars(models).values()
    if isinstance(message, type) and issubclass(message, models.Message)
    for field in message.model_fields
} | {"after_seq", "limit", "since", "until", "text", "order", "session_id"}


def install(app: FastAPI) -> None:
    """All handlers of errors, in one place."""
    app.add_exception_handler(ZoneError, _zone_error)
    app.add_exception_handler(RequestValidationError, _not_of_the_form)
    app.add_exception_handler(HTTPException, _no_such_route)


def answer(error: ZoneError, headers: dict[str, str] | None = None) -> JSONResponse:
    """The error as JSON, with its own status."""
    problem = models.Problem(code=error.code, message=str(error), template=error.template, params=dict(error.params))
    return JSONResponse(models.ProblemAnswer(error=problem).model_dump(), error.status, headers)


def as_zone_error(error: BaseException) -> ZoneError:
    """What may be said about any error: its own sentence, that of a full disk, or a general one."""
    if isinstance(error, ZoneError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ZoneUnavailable(
            "The disk is full. Nothing was changed: free some space and try again.", code="disk_full"
        )
    return ZoneError(
        "Something went wrong in the custodian, and nothing was changed. The log says where.", code="fault"
    )


def _zone_error(_: Request, error: Exception) -> JSONResponse:
    return answer(as_zone_error(error))


def _not_of_the_form(_: Request, error: Exception) -> JSONResponse:
    places = error.errors() if isinstance(error, RequestValidationError) else []
    named = sorted({str(part) for place in places for part in place["loc"] if part in OUR_FIELDS})
    if named:
        return answer(BadInput("Not of the right form: {fields}.", fields=", ".join(named)))
    return answer(BadInput("The request is not of the right form."))


def _no_such_route(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    kind: ZoneError = NotFound("The custodian has no such verb.")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        kind = Conflict("The custodian has no such verb.", code="no_such_method")
        kind.status = HTTPStatus.METHOD_NOT_ALLOWED
    elif status == HTTPStatus.BAD_REQUEST:
        kind = BadInput("The request is not of the right form.")
    return answer(kind, headers)


def unexpected(error: Exception) -> JSONResponse:
    """For an error nobody foresaw: its kind and place in the log, a general sentence as the answer."""
    told = as_zone_error(error)
    if told.code == "fault":
        told.status = HTTPStatus.INTERNAL_SERVER_ERROR
    log_fault(error)
    return answer(told)


def log_fault(error: BaseException) -> None:
    """Kind and place of an error. Never its message: that can hold what was sent, or a row."""
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}")
        step = step.tb_next
    log.error("fault %s at %s", type(error).__name__, " < ".join(reversed(places[-6:])))
