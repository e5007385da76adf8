"""Finds every sentence that people may see, and brings the catalogues up to date with them.

`python -m pages.locale.extract` adds what is new to the .po files, untranslated, and takes away what is gone. What must
be translated: every `_("...")` in app.py, pages and the gate's templates, and every template of a ZoneError.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pages.shared.texts import LANGUAGES, LOCALE
from secure_zone import errors

ROOT = LOCALE.parents[1]
METHODS = [
    ("app.py", "python"),
    ("pages/**.py", "python"),
    ("pages/gate/templates/**.html", "jinja2.ext.babel_extract"),
]
HEADER = """# {name}: what the app, the gate and the custodian say. Updated by `python -m pages.locale.extract`.
msgid ""
msgstr ""
"Project-Id-Version: Varde\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ZoneError)}


def of_pages() -> Iterator[tuple[str, str]]:
    """(place, sentence) for every text of the app and the gate."""
    for folder in (ROOT / "pages", ROOT):
        methods = METHODS if folder == ROOT else [(p.removeprefix("pages/"), m) for p, m in METHODS[1:]]
        keep = None if folder != ROOT else lambda path: Path(path) == ROOT
        for name, line, message, _, _ in extract_from_dir(folder, methods, keywords={"_": None}, directory_filter=keep):
            yield f"{(folder / name).relative_to(ROOT).as_posix()}:{line}", str(message)


def of_errors() -> Iterator[tuple[str, str]]:
    """(place, template) for every ZoneError that is made, and for every sentence given as one of its values."""
    for file in sorted([*(ROOT / "secure_zone").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) in ERRORS:
                given = [*node.args[:1], *(keyword.value for keyword in node.keywords)]
                for text in (
                    part.value for value in given for part in ast.walk(value) if isinstance(part, ast.Constant)
                ):
                    if isinstance(text, str) and " " in text and text[0].isalnum():
                        yield f"{file.relative_to(ROOT).as_posix()}:{node.lineno}", text


def of_findings() -> Iterator[tuple[str, str]]:
    """(place, template) for what a check of the audit log can find, and for advice that errors take as a value."""
    for file in sorted((ROOT / "secure_zone").rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                name = getattr(node.targets[0] if isinstance(node, ast.Assign) else node.target, "id", "")
                if name == "SENTENCES" or name.endswith("ADVICE"):
                    for text in getattr(node.value, "values", [node.value]):
                        if isinstance(text, ast.Constant):
                            yield f"{file.relative_to(ROOT).as_posix()}:{text.lineno}", str(text.value)


def called(node: ast.Call) -> str:
    """The last name of what is called: `Refused` for both Refused(...) and errors.Refused(...)."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def messages() -> Catalog:
    """All sentences with their places."""
    found = Catalog(project="Varde", charset="utf-8")
    for place, text in [*of_pages(), *of_errors(), *of_findings()]:
        name, _, line = place.rpartition(":")
        found.add(text, locations=[(name, int(line))])
    return found


def catalogue_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "varde.po"


def update() -> None:
    """Write the catalogues anew, keeping the translations there are."""
    wanted = messages()
    for language in LANGUAGES:
        file = catalogue_file(language)
        with file.open("rb") as source:
            catalogue = read_po(source, locale=language)
        catalogue.update(wanted, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with file.open("wb") as target:
            target.write(HEADER.format(name=LANGUAGES[language], code=language).encode())
            write_po(target, catalogue, width=120, sort_output=True, no_location=True, omit_header=True)


if __name__ == "__main__":
    update()
