"""Who may do what: one table, and one check that every verb of the custodian makes again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from secure_zone.errors import Refused
from secure_zone.roles import Role


class Verb(StrEnum):
    """Everything that can be asked of the custodian by someone signed in. The audit log uses the same names."""

    SEE_ACCOUNT = "account.see"
    REWRAP_KEY = "account.passphrase"
    CHANGE_LANGUAGE = "account.language"
    ENROL = "account.enrol"
    END_SESSION = "account.end_session"
    LIST_USERS = "users.list"
    INVITE_USER = "users.invite"
    RESET_SECOND_FACTOR = "users.reset"
    RENEW_USER = "users.renew"
    CONFIRM_RENEWAL = "users.confirm_renewal"
    REMOVE_USER = "users.remove"
    SEE_KEY_AREA = "key_area.see"
    UNSEAL_KEY_AREA = "key_area.unseal"
    SEAL_KEY_AREA = "key_area.seal"
    LIST_DATASETS = "datasets.list"
    OPEN_DATASET = "datasets.open"
    READ_AUDIT = "audit.read"
    VERIFY_AUDIT = "audit.verify"


EVERYBODY = frozenset(Role)
HOLDERS = frozenset({Role.PROJECT_LEADER, Role.CUSTODIAN})
OVERSIGHT = HOLDERS | {Role.AUDITOR}
DATA_USERS = frozenset({Role.PROJECT_LEADER, Role.SURVEY_OPERATOR, Role.RESEARCHER})

ALLOWED: Mapping[Verb, frozenset[Role]] = MappingProxyType(
    {
        Verb.SEE_ACCOUNT: EVERYBODY,
        Verb.REWRAP_KEY: EVERYBODY,
        Verb.CHANGE_LANGUAGE: EVERYBODY,
        Verb.ENROL: EVERYBODY,
        Verb.END_SESSION: EVERYBODY,
        Verb.LIST_USERS: OVERSIGHT,
        Verb.INVITE_USER: HOLDERS,
        Verb.RESET_SECOND_FACTOR: HOLDERS,
        Verb.RENEW_USER: HOLDERS,
        Verb.CONFIRM_RENEWAL: HOLDERS,
        Verb.REMOVE_USER: HOLDERS,
        Verb.SEE_KEY_AREA: OVERSIGHT,
        Verb.UNSEAL_KEY_AREA: HOLDERS,
        Verb.SEAL_KEY_AREA: HOLDERS,
        Verb.LIST_DATASETS: EVERYBODY,
        Verb.OPEN_DATASET: DATA_USERS,
        Verb.READ_AUDIT: OVERSIGHT,
        Verb.VERIFY_AUDIT: OVERSIGHT,
    }
)

# What a session may do that has not yet enrolled a second factor.
BEFORE_ENROLMENT = frozenset({Verb.SEE_ACCOUNT, Verb.ENROL, Verb.CHANGE_LANGUAGE, Verb.END_SESSION})

# What a renewed account may do before a second holder has confirmed it: look after itself, and see what waits.
BEFORE_CONFIRMATION = BEFORE_ENROLMENT | {Verb.REWRAP_KEY, Verb.LIST_DATASETS}


def may(role: Role, verb: Verb) -> bool:
    """Whether the role may use the verb: for a screen that leaves out what would be refused."""
    return role in ALLOWED[verb]


def check(role: Role, verb: Verb, *, must_enrol: bool = False, waits: bool = False) -> None:
    """Nothing when the role may use the verb, otherwise Refused. waits: the account was renewed and not confirmed."""
    if must_enrol and verb not in BEFORE_ENROLMENT:
        raise Refused("Set up your second factor first; nothing else is open until then.", code="must_enrol")
    if waits and verb not in BEFORE_CONFIRMATION:
        raise Refused(
            "Your account was renewed and waits for confirmation by another holder of the key area. Until then only "
            "your own account is open.",
            code="waits_for_confirmation",
        )
    if not may(role, verb):
        raise Refused("Your role does not allow this.")
