"""Which pages there are, where, and for whom. Hiding one is a kindness: the custodian checks every verb again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.account.account import account
from pages.audit.audit_log import audit_log
from pages.home.home import home
from pages.shared.words import Gettext
from pages.users.key_area import key_area
from pages.users.users import users
from secure_zone.permissions import Verb, may
from secure_zone.roles import Role


@dataclass(frozen=True)
class Place:
    """A page: the section it stands in, its address, its function, and the verb one must be allowed for it to show."""

    section: str
    title: str
    path: str
    show: Callable[[], None]
    needs: Verb = Verb.SEE_ACCOUNT


def places(_: Gettext) -> list[Place]:
    """All pages in the order they are shown, in the reader's language. The first is the front page."""
    return [
        Place("", _("Home"), "home", home),
        Place(_("The zone"), _("Users"), "users", users, Verb.LIST_USERS),
        Place(_("The zone"), _("Key area"), "key-area", key_area, Verb.SEE_KEY_AREA),
        Place(_("The zone"), _("Audit log"), "audit", audit_log, Verb.READ_AUDIT),
        Place("", _("My account"), "account", account),
    ]


def needed() -> dict[str, Verb]:
    """The address of every page, the front page's short one too, and the verb one must be allowed for it to show."""
    front = places(str)[0]
    return {"/": front.needs} | {f"/{place.path}": place.needs for place in places(str)}


def sections(role: Role, _: Gettext) -> dict[str, list[st.Page]]:
    """What a person of the role sees in the top navigation."""
    shown: dict[str, list[st.Page]] = {}
    for number, place in enumerate(places(_)):
        if may(role, place.needs):
            page = st.Page(place.show, title=place.title, url_path=place.path, default=number == 0)
            shown.setdefault(place.section, []).append(page)
    return shown
