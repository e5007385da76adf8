"""Cells of a CSV file that somebody else's words stand in: a spreadsheet must not take them for formulas."""

from __future__ import annotations

import re

# Where a cell begins: at its start, and after what some spreadsheets take for the end of a cell (";" where the decimal
# sign is a comma, tabs, bars, line breaks).
_BEGINNING = re.compile(r"(^|[;\t|\n\r\v\f\x85\u2028\u2029]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=\s)")


def plain_cell(value: object) -> object:
    """Text with an apostrophe before all that could begin a formula; numbers as they are; nothing for None.

    >>> plain_cell("=1+1"), plain_cell("a;=1+1"), plain_cell("see\\n @x"), plain_cell("plain - and so on")
    ("'=1+1", "a;'=1+1", "see\\n '@x", 'plain - and so on')
    >>> plain_cell(None), plain_cell(-7)
    ('', -7)
    """
    if value is None:
        return ""
    return _BEGINNING.sub(r"\1'", value) if isinstance(value, str) else value
