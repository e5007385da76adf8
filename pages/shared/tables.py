"""A table as plain HTML: read out right by a screen reader, readable on a phone, and every value escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

NOTHING = "–"  # stands where there is no value; on a narrow screen the whole line is left out


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> None:
    """Show rows of texts under their columns; the first column names the row. `numeric`: places set to the right."""
    st.html(as_html(caption, columns, rows, numeric))


def as_html(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """
    >>> as_html("Who", ["Name"], [["<b>"]])
    '<table class="varde-table"><caption>Who</caption><thead><tr><th scope="col">Name</th></tr></thead><tbody><tr><th
    scope="row" data-label="Name">&lt;b&gt;</th></tr></tbody></table>'
    """
    right = ["number" if place in numeric else "" for place in range(len(columns))]
    head = "".join(f'<th scope="col"{_of_class(right[at])}>{escape(name)}</th>' for at, name in enumerate(columns))
    body = "".join(f"<tr>{_cells(columns, row, right)}</tr>" for row in rows)
    return (
        f'<table class="varde-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cells(columns: Sequence[str], row: Sequence[str], right: Sequence[str]) -> str:
    first, *others = (
        f'data-label="{escape(name)}"{_of_class(side, "empty" if value == NOTHING else "")}>{escape(value)}'
        for name, value, side in zip(columns, row, right, strict=True)
    )
    return f'<th scope="row" {first}</th>' + "".join(f"<td {other}</td>" for other in others)


def _of_class(*names: str) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""
