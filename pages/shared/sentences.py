"""What an error says, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from pages.shared.texts import catalogue
from pages.shared.words import role_names, state_names
from secure_zone.errors import ZoneError


def sentence(error: ZoneError, language: str, shown: Callable[[str], str] = str) -> str:
    """The template is the msgid. Of its values, roles, states and whole sentences are translated; names are not.

    shown: how a value is written where the sentence will stand, for example `formats.plain` in Markdown.
    """
    _ = catalogue(language).gettext
    words = {
        "role": {role.value: name.lower() for role, name in role_names(_).items()},
        "state": {state.value: name.lower() for state, name in state_names(_).items()},
    }
    values: dict[str, str | int | float] = {}
    for name, value in error.params.items():
        if isinstance(value, str):
            value = shown(words.get(name, {}).get(value) or (_(value) if " " in value else value))
        values[name] = value
    return _(error.template).format(**values)
