"""The life of a user's account, and the rules for names, reasons and whom one may act on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from secure_zone.errors import BadInput, Conflict, Refused
from secure_zone.roles import KEY_HOLDERS, MOST_WITH_ROLE, Role


class AccountState(StrEnum):
    """INVITED has a temporary passphrase, RESET has lost the second factor, REMOVED stays as a name in the log."""

    INVITED = "invited"
    ACTIVE = "active"
    RESET = "reset"
    REMOVED = "removed"


class AccountEvent(StrEnum):
    """What can happen to an account."""

    ENROL = "enrol"
    RESET = "reset"
    RENEW = "renew"
    REMOVE = "remove"


TRANSITIONS: Mapping[tuple[AccountState, AccountEvent], AccountState] = MappingProxyType(
    {
        (AccountState.INVITED, AccountEvent.ENROL): AccountState.ACTIVE,
        (AccountState.INVITED, AccountEvent.RENEW): AccountState.INVITED,
        (AccountState.INVITED, AccountEvent.REMOVE): AccountState.REMOVED,
        (AccountState.ACTIVE, AccountEvent.ENROL): AccountState.ACTIVE,
        (AccountState.ACTIVE, AccountEvent.RESET): AccountState.RESET,
        (AccountState.ACTIVE, AccountEvent.RENEW): AccountState.INVITED,
        (AccountState.ACTIVE, AccountEvent.REMOVE): AccountState.REMOVED,
        (AccountState.RESET, AccountEvent.ENROL): AccountState.ACTIVE,
        (AccountState.RESET, AccountEvent.RESET): AccountState.RESET,
        (AccountState.RESET, AccountEvent.RENEW): AccountState.INVITED,
        (AccountState.RESET, AccountEvent.REMOVE): AccountState.REMOVED,
    }
)

# Signing in gives these a session that can do nothing but enrol.
MUST_ENROL = frozenset({AccountState.INVITED, AccountState.RESET})


@dataclass(frozen=True)
class AccountPolicy:
    """How long an invitation or a reset stays open, and what a name and a written reason must be."""

    invitation: timedelta = timedelta(days=7)
    reset: timedelta = timedelta(days=1)
    shortest_reason: int = 5


POLICY = AccountPolicy()
# Eleven digits, with or without the usual gap: the form of a national identity number.
IDENTITY_NUMBER = r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)"
USER_NAME = r"[a-z][a-z0-9._-]{1,31}"
LANGUAGES = ("nb", "en")


def after(state: AccountState, event: AccountEvent) -> AccountState:
    """The state that follows, or Conflict where the event is not possible."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise Conflict("This is not possible for an account that is {state}.", code="account_state", state=state.value)
    return following


def check_user_name(user: str) -> None:
    """A user name is short, in lower case, and never of the form of an identity number."""
    if not re.fullmatch(USER_NAME, user):
        raise BadInput(
            "A user name is 2 to 32 characters: small letters a-z, digits, dot, hyphen and underscore. "
            "It starts with a letter."
        )
    if re.search(IDENTITY_NUMBER, user):
        raise BadInput("The user name holds something that looks like a national identity number. Choose another.")


def check_display_name(name: str) -> None:
    """A name as it is shown: of a person, or of the zone."""
    if not (name == name.strip() and name.isprintable() and 1 <= len(name) <= 80):
        raise BadInput("A name to show is 1 to 80 characters, without line breaks.")
    if re.search(IDENTITY_NUMBER, name):
        raise BadInput("The name holds something that looks like a national identity number. Leave it out.")


def check_reason(why: str, policy: AccountPolicy = POLICY) -> None:
    """A reason is written for the person who reads the log later (RULES 2.2)."""
    if len(why.strip()) < policy.shortest_reason:
        raise BadInput("Write a reason of at least {characters} characters.", characters=policy.shortest_reason)
    # No-break spaces come with text from elsewhere, and are no harm.
    if not why.replace("\u00a0", " ").replace("\u202f", " ").isprintable():
        raise BadInput("The reason holds characters that cannot be seen. Write it as one line of plain text.")
    if re.search(IDENTITY_NUMBER, why):
        raise BadInput("The reason holds something that looks like a national identity number. Leave it out.")


def check_room_for(role: Role, held: Collection[Role]) -> None:
    """Refused when the role is full (RULES 2.2: one leader, three custodians). `held`: the roles of all not removed."""
    most = MOST_WITH_ROLE.get(role)
    if most is not None and sum(other == role for other in held) >= most:
        raise Refused(
            "There can be at most {most} with the role {role}: only the project leader and three custodians can reach "
            "the key area. Remove one first.",
            code="role_full",
            most=most,
            role=role.value,
        )


def check_not_oneself(actor: str, user: str) -> None:
    """Nobody resets, renews or removes their own account: another person must see it."""
    if actor == user:
        raise Refused("Nobody does this to their own account: ask another custodian.", code="oneself")


def check_confirms(confirming: str, user: str, renewed_by: str | None) -> None:
    """A renewal is confirmed by a holder who neither made it nor is the one renewed."""
    if renewed_by is None:
        raise Conflict("{user} does not wait for confirmation.", code="not_waiting", user=user)
    check_not_oneself(confirming, user)
    if confirming == renewed_by:
        raise Refused(
            "You renewed this account yourself: another holder of the key area must confirm it.", code="own_renewal"
        )


def check_not_last_holder(user: str, holders: Collection[str]) -> None:
    """The key area must stay possible to open. `holders`: the users it is sealed to and who can sign in."""
    if user in holders and len(set(holders)) == 1:
        raise Refused(
            "This is the last one who can open the key area; without them nothing in it can ever be read again. "
            "Add another first.",
            code="last_holder",
        )


def is_holder(role: Role) -> bool:
    """Whether the key area is sealed to people of this role."""
    return role in KEY_HOLDERS
