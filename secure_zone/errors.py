"""Errors that reach people: a code for programs, a sentence for people, never a value that could identify anyone.

The sentence is a template with named places, so that the app can translate it and then fill the places in. Whoever
raises one answers for the values it passes: names of users, datasets, versions, files and rows only.
"""

from __future__ import annotations

from collections.abc import Mapping


class ZoneError(Exception):
    """The root of everything the zone tells a person. `code` is stable, `status` is what the custodian answers with."""

    code = "zone_error"
    status = 400

    def __init__(self, template: str, *, code: str | None = None, **params: str | int | float) -> None:
        self.template = template
        self.params: Mapping[str, str | int | float] = params
        if code is not None:
            self.code = code
        super().__init__(template.format(**params))


class Refused(ZoneError):
    """The person may not do this."""

    code = "refused"
    status = 403


class SignInFailed(ZoneError):
    """One answer for every reason a sign-in fails, so that it tells nothing."""

    code = "sign_in_failed"
    status = 401


class SessionEnded(ZoneError):
    """The session is unknown, expired or signed out."""

    code = "session_ended"
    status = 401


class NotFound(ZoneError):
    """There is no such thing, or none this person may know of."""

    code = "not_found"
    status = 404


class Conflict(ZoneError):
    """The state of the thing does not allow this now."""

    code = "conflict"
    status = 409


class BadInput(ZoneError):
    """What was given is not of the right form."""

    code = "bad_input"
    status = 422


class KeyAreaSealed(ZoneError):
    """The key area must be opened by a holder first."""

    code = "key_area_sealed"
    status = 423


class Damaged(ZoneError):
    """A file or a row is not what was written: damaged, swapped, cut or edited."""

    code = "damaged"
    status = 500


class ZoneUnavailable(ZoneError):
    """The custodian, the disk or the database does not answer."""

    code = "unavailable"
    status = 503
