"""Who there is in a zone: one role per user, and how many may hold it."""

from __future__ import annotations

from enum import StrEnum


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
KEY_HOLDERS = frozenset({Role.PROJECT_LEADER, Role.CUSTODIAN})

MOST_WITH_ROLE = {Role.PROJECT_LEADER: 1, Role.CUSTODIAN: 3}
