"""Who there is in a zone: one role per user, and how many may hold it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """A user's one role. What each may do is the table in `permissions`."""

    PROJECT_LEADER = "project_leader"
    CUSTODIAN = "custodian"
    SURVEY_OPERATOR = "survey_operator"
    RESEARCHER = "researcher"
    OUTPUT_CHECKER = "output_checker"
    CONTACT = "contact"
    AUDITOR = "auditor"


# RULES 2.2: only the project leader and at most three IT staff can tie identities to answers.
MOST_WITH_ROLE: Mapping[Role, int] = MappingProxyType({Role.PROJECT_LEADER: 1, Role.CUSTODIAN: 3})
KEY_HOLDERS = frozenset(MOST_WITH_ROLE)
