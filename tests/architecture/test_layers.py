"""The rooms of the house: what may stand where, and who may reach whom."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = [p for top in ("analysis", "secure_zone", "pages") for p in (ROOT / top).rglob("*.py")] + [ROOT / "app.py"]
SESSION = ROOT / "pages" / "shared" / "session.py"


def imported(file: Path) -> set[str]:
    """The top-level names that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def test_there_is_something_to_check() -> None:
    assert len(OURS) > 20


def test_no_module_lies_directly_in_pages() -> None:
    """Streamlit serves those as pages of its own, also to someone who is not signed in."""
    assert list((ROOT / "pages").glob("*.py")) == []


def test_only_session_touches_session_state() -> None:
    touching = [p for p in OURS if p != SESSION and "session_state" in p.read_text()]
    assert touching == []
    assert "session_state" in SESSION.read_text()


@pytest.mark.parametrize("file", [p for p in OURS if "analysis" in p.relative_to(ROOT).parts[:1]], ids=str)
def test_analysis_knows_neither_streamlit_nor_the_zone(file: Path) -> None:
    assert imported(file).isdisjoint({"streamlit", "secure_zone", "pages", "fastapi", "sqlalchemy", "httpx"})


@pytest.mark.parametrize("file", [p for p in OURS if "secure_zone" in p.relative_to(ROOT).parts[:1]], ids=str)
def test_the_zone_knows_no_streamlit(file: Path) -> None:
    allowed = {"streamlit"} if file.is_relative_to(ROOT / "secure_zone" / "cli") else set()
    assert imported(file).isdisjoint({"streamlit", "pages"} - allowed)


@pytest.mark.parametrize("file", OURS, ids=str)
def test_no_assert_guards_anything(file: Path) -> None:
    """Assertions are gone under python -O."""
    found = [node.lineno for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Assert)]
    assert found == []


@pytest.mark.parametrize("file", OURS, ids=str)
def test_names_come_from_the_field(file: Path) -> None:
    assert not re.search(r"^(utils?|helpers?|manager|common|misc)$", file.stem)
