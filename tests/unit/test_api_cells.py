"""No cell of an exported file becomes a formula, whatever a spreadsheet takes for the end of a cell."""

from __future__ import annotations

import pytest

from secure_zone.api.cells import plain_cell


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
@pytest.mark.parametrize("before", ["", ";", "a;", "a; ", "a\t", "a|", "a\n", "a\r\n", "a\n\n", "a\u2028", "a;b;\t"])
def test_a_formula_is_text_wherever_a_cell_may_begin(before: str, formula: str) -> None:
    assert plain_cell(before + formula) == f"{before}'{formula}"


@pytest.mark.parametrize("cell", ["\tx", "\rx"])
def test_a_cell_that_begins_with_a_control_is_text(cell: str) -> None:
    assert str(plain_cell(cell)).startswith("'")


@pytest.mark.parametrize("cell", ["a=1", "2026-11-20", "mail a@b.no", "one; two | three", "", 7, -7])
def test_all_else_stays_as_it_is(cell: object) -> None:
    assert plain_cell(cell) == cell
