"""Texts in the reader's language: msgids are English sentences, Norwegian bokmål is the default.

The catalogues are the .po files under pages/locale, compiled in memory when first asked for, so that what a translator
edits is what is shown.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"nb": "Norsk bokmål", "en": "English"}
DEFAULT = "nb"
LOCALE = Path(__file__).parents[1] / "locale"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; of the default language when it is not one of ours."""
    chosen = language if language in LANGUAGES else DEFAULT
    with (LOCALE / chosen / "LC_MESSAGES" / "varde.po").open("rb") as source:
        messages = read_po(source, locale=chosen)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def preferred(accept_language: str | None) -> str:
    """The first of our languages in an Accept-Language header, by weight; the default when there is none.

    >>> preferred("en-GB,en;q=0.9,nb;q=0.8"), preferred("no"), preferred("de"), preferred(None), preferred("nb;q=x,en")
    ('en', 'nb', 'nb', 'nb', 'en')
    """
    wanted = []
    for part in (accept_language or "")[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        short = name[:2].lower()
        code = "nb" if short in {"nb", "no", "nn", "da"} else short
        try:
            wanted.append((float(weight or 1), code))
        except ValueError:
            continue
    known = [(weight, code) for weight, code in wanted if code in LANGUAGES and weight > 0]
    return max(known, key=lambda pair: pair[0])[1] if known else DEFAULT
