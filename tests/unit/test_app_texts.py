"""Everything people may be told is there in both languages, with the same places to fill in."""

from __future__ import annotations

import ast
import re
import string

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from pages.locale.extract import ROOT, catalogue_file, messages
from pages.shared.sentences import sentence
from pages.shared.texts import LANGUAGES, catalogue
from pages.shared.words import ability_names, role_names, role_tasks, state_names, verb_names
from secure_zone.accounts import AccountState
from secure_zone.errors import Damaged, Refused
from secure_zone.permissions import Verb
from secure_zone.roles import Role

ADVICE = "Bring the catalogues up to date: .venv/bin/python -m pages.locale.extract, then translate what is new."


def stored(language: str) -> Catalog:
    with catalogue_file(language).open("rb") as source:
        return read_po(source, locale=language)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_every_sentence_and_no_others(language: str) -> None:
    wanted = {message.id for message in messages() if message.id}
    held = {message.id for message in stored(language) if message.id}
    assert len(wanted) > 250
    assert wanted - held == set(), ADVICE
    assert held - wanted == set(), ADVICE


def test_every_sentence_is_translated_with_the_same_places() -> None:
    for message in stored("nb"):
        if message.id:
            assert message.string, f"not translated: {message.id!r}"
            assert places(message.string) == places(message.id), message.id


def test_terms_have_names_in_both_languages() -> None:
    for language in LANGUAGES:
        _ = catalogue(language).gettext
        assert set(role_names(_)) == set(role_tasks(_)) == set(Role)
        assert set(state_names(_)) == set(AccountState)
        assert set(ability_names(_)) <= set(Verb)


def test_every_verb_that_is_logged_has_a_name() -> None:
    """A verb is a word with a dot, such as users.invite; some are only logged, and stand in no table."""
    kinds = {verb.value.split(".")[0] for verb in Verb} | {"session", "zone"}
    logged = {verb.value for verb in Verb}
    for file in (ROOT / "secure_zone" / "custodian").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.fullmatch(r"[a-z_]+\.[a-z_]+", text) and text.split(".")[0] in kinds:
                logged.add(text)
    assert {"session.begin", "zone.found", "datasets.publish"} <= logged
    assert logged <= set(verb_names(str))


def test_an_error_speaks_the_readers_language() -> None:
    full = Refused("There can be at most {most} with the role {role}: only the project leader and three custodians can "
                   "reach the key area. Remove one first.", most=3, role="custodian")  # fmt: skip
    assert "høyst 3 med rollen forvalter" in sentence(full, "nb")
    assert "at most 3 with the role custodian" in sentence(full, "en")
    assert sentence(Damaged("{user} is removed.", user="Kari {x}"), "nb") == "Kari {x} er fjernet."
    assert sentence(Damaged("Not in any catalogue: {n}.", n=1), "nb") == "Not in any catalogue: 1."


def test_an_unknown_language_falls_back_to_norwegian() -> None:
    assert catalogue("xx").gettext("Sign in") == "Logg inn"
    assert catalogue("en").gettext("Sign in") == "Sign in"
