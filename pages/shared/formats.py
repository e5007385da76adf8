"""Numbers and moments as people write them, in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from string import punctuation
from zoneinfo import ZoneInfo

from babel import dates, numbers

HERE = ZoneInfo("Europe/Oslo")
# Where Markdown would make a link of bare text: www.x, https://x, kari@x. A word joiner there is not seen.
BARE_LINK = re.compile(r"(?<=www)(?=\.)|(?<=:)(?=//)|(?=@)", re.IGNORECASE)
LOCALES = {"nb": "nb_NO", "en": "en_GB"}


def number(value: float, language: str, digits: int | None = None) -> str:
    """A number with the language's separators; with exactly `digits` decimals when given.

    >>> number(1234567, "en"), number(0.5, "nb", 2)
    ('1,234,567', '0,50')
    """
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, format=pattern, locale=LOCALES[language]))


def moment(value: datetime, language: str, *, seconds: bool = False) -> str:
    """Date and time of day in Norwegian time; a moment without a zone is taken as UTC.

    >>> moment(datetime(2026, 7, 1, 12, 30, 15), "nb"), moment(datetime(2026, 7, 1, 12, 30, 15), "en", seconds=True)
    ('1. juli 2026 14:30', '1 Jul 2026 14:30:15')
    """
    here = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(HERE)
    return f"{day(here, language)} {here:%H:%M:%S}" if seconds else f"{day(here, language)} {here:%H:%M}"


def day(value: date, language: str) -> str:
    """A date, written out with the month's short name."""
    return str(dates.format_date(value, "medium", locale=LOCALES[language]))


def seconds_from_now(seconds: int) -> datetime:
    """The moment that is so many seconds away."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def plain(value: str) -> str:
    """A value to be set into Markdown as the text it is: no links, pictures, or emphasis.

    >>> plain("Kari *Nordmann* ![x](y)"), plain("www.x")
    ('Kari \\\\*Nordmann\\\\* \\\\!\\\\[x\\\\]\\\\(y\\\\)', 'www\\u2060\\\\.x')
    """
    return "".join(f"\\{character}" if character in punctuation else character for character in unlinked(value))


def unlinked(text: str) -> str:
    """Text in which Markdown finds no bare address to make a link of."""
    return BARE_LINK.sub("\N{WORD JOINER}", text)
