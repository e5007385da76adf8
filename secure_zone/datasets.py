"""The life of a dataset's version, and the rules for names and purposes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from secure_zone.errors import BadInput, Conflict


class VersionState(StrEnum):
    """CURRENT is what opening without a number gives; DESTROYING has lost its key, its files are going."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


class VersionEvent(StrEnum):
    """What can happen to a version."""

    SUPERSEDE = "supersede"
    DESTROY = "destroy"
    FILES_GONE = "files_gone"


TRANSITIONS: Mapping[tuple[VersionState, VersionEvent], VersionState] = MappingProxyType(
    {
        (VersionState.CURRENT, VersionEvent.SUPERSEDE): VersionState.SUPERSEDED,
        (VersionState.CURRENT, VersionEvent.DESTROY): VersionState.DESTROYING,
        (VersionState.SUPERSEDED, VersionEvent.DESTROY): VersionState.DESTROYING,
        (VersionState.DESTROYING, VersionEvent.FILES_GONE): VersionState.DESTROYED,
    }
)

# States whose files are there to be read.
READABLE = frozenset({VersionState.CURRENT, VersionState.SUPERSEDED})


class Purpose(StrEnum):
    """Why the data is held (RULES 1.1): the organisation's own survey, or research. Bound into every key and file."""

    SURVEY = "survey"
    RESEARCH = "research"


NAME = r"[a-z][a-z0-9-]{1,47}"


def after(state: VersionState, event: VersionEvent) -> VersionState:
    """The state that follows, or Conflict where the event is not possible."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise Conflict("This is not possible for a version that is {state}.", code="version_state", state=state.value)
    return following


def check_name(name: str) -> None:
    """The name is a folder's name too, so it is small letters, digits and hyphens."""
    if not re.fullmatch(NAME, name):
        raise BadInput(
            "A dataset's name is 2 to 48 characters: small letters a-z, digits, hyphens; the first is a letter."
        )


def check_readable(dataset: str, version: int, state: VersionState) -> None:
    """Conflict, with a sentence, for a version whose data is gone."""
    if state not in READABLE:
        raise Conflict(
            "Version {version} of {dataset} has been destroyed.", code="destroyed", version=version, dataset=dataset
        )
