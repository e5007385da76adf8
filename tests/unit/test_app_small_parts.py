"""The pure parts of the app: the examples in their docstrings, escaping, files for a spreadsheet, and the shell."""

from __future__ import annotations

import csv
import doctest
import importlib
import io
from datetime import UTC, datetime

import pytest

from pages.audit.export import as_csv, as_json_lines
from pages.gate.headers import OWN_PAGES, WORKBENCH
from pages.gate.html import environment
from pages.gate.shell import shell
from pages.gate.sign_in import where_to
from pages.shared.tables import as_html
from secure_zone.api.models import AuditEntry

WITH_EXAMPLES = [
    "audit.wanted",
    "gate.gate",
    "gate.hosts",
    "gate.sign_in",
    "shared.formats",
    "shared.tables",
    "shared.texts",
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"pages.{name}"), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0


def entry(**changes: object) -> AuditEntry:
    values: dict[str, object] = {
        "seq": 1,
        "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "who": "kari",
        "verb": "users.invite",
        "subject": "ola",
        "why": "new in the project",
        "version": None,
        "details": {"a": 1},
        "hash": "ab",
    }
    return AuditEntry.model_validate(values | changes)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://elsewhere.net")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a;=1+1"])
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    read = list(
        csv.DictReader(io.StringIO(b"".join(as_csv(iter([[entry(why=text)]]))).decode("utf-8-sig"), newline=""))
    )
    assert "'=" in read[0]["why"] if "=" in text else read[0]["why"].startswith("'")
    assert read[0]["version"] == ""


def test_json_lines_are_one_entry_a_line() -> None:
    written = b"".join(as_json_lines(iter([[entry()], [entry(seq=2, why="two\nlines")]])))
    lines = written.decode().splitlines()
    assert [AuditEntry.model_validate_json(line).seq for line in lines] == [1, 2]


def test_a_long_log_has_one_heading() -> None:
    written = b"".join(as_csv(iter([[entry()], [entry(seq=2)], []]))).decode("utf-8-sig")
    assert [row["seq"] for row in csv.DictReader(io.StringIO(written, newline=""))] == ["1", "2"]


def test_names_are_text_wherever_they_are_shown() -> None:
    evil = '"><script>alert(1)</script><img src=http://elsewhere.net>'
    shown = as_html(evil, [evil], [[evil]]) + environment("nb").from_string("{{ x }}").render(x=evil)
    assert "<script" not in shown and "<img" not in shown


@pytest.mark.parametrize(
    "wanted",
    [
        "//elsewhere.net",
        "/\\elsewhere.net",
        "https://elsewhere.net",
        "/a/b",
        "/x?y",
        "/%2f",
        "",
        "/é\n",
        "javascript:1",
    ],
)
def test_signing_in_leads_to_no_other_place(wanted: str) -> None:
    assert where_to(wanted) == "/"


def test_the_shell_speaks_the_language_and_holds_no_script_of_its_own() -> None:
    for language in ("nb", "en"):
        page = shell(language)
        assert f'<html lang="{language}">' in page
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module"')
        assert "http" not in page
        assert "agent" not in page


def test_no_policy_allows_scripts_in_the_page_or_anything_from_outside() -> None:
    for policy in (OWN_PAGES, WORKBENCH):
        assert "script-src 'self';" in policy
        assert "unsafe-eval" not in policy
        assert "*" not in policy and "http" not in policy
    assert "unsafe-inline" not in OWN_PAGES
