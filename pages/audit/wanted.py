"""Which entries of the audit log somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode


@dataclass(frozen=True)
class Wanted:
    """What an entry must be to be shown; nothing given shows all. `until` is left out, `since` is not."""

    who: str | None = None
    verb: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None

    def query(self) -> str:
        """As the end of an address; empty when everything is wanted.

        >>> Wanted(who="kari", text="a&b").query()
        '?who=kari&text=a%26b'
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        written = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in given.items()}
        return f"?{urlencode(written)}" if written else ""
