"""The gate's own pages: templates filled in, in one language, with the strict headers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from pages.gate.headers import OWN_PAGES
from pages.shared.texts import LANGUAGES, catalogue

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: str) -> Environment:
    """Everything is escaped unless a template says otherwise; an unknown name is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = catalogue(language).gettext
    return made


def page(template: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
    """A filled-in template as an answer."""
    others = {code: name for code, name in LANGUAGES.items() if code != language}
    body = environment(language).get_template(template).render(language=language, other_languages=others, **values)
    return HTMLResponse(body, status, headers={"Content-Security-Policy": OWN_PAGES, "Content-Language": language})
