"""What a kind of delivery must look like: its columns, and what may stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Type(StrEnum):
    """What stands in a column, and as what it comes out: fnr, name, text and code as text, date as date32, moment as
    a timestamp in UTC, integer as int64, decimal as double."""

    FNR = "fnr"
    NAME = "name"
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    MOMENT = "moment"
    INTEGER = "integer"
    DECIMAL = "decimal"


class DateForm(StrEnum):
    """How dates are written. YYYYMM comes out as the first day of the month. Dates that a file format itself marks
    as dates (SPSS, Stata, SAS, Excel, Parquet) need no form."""

    ISO = "%Y-%m-%d"
    NORWEGIAN = "%d.%m.%Y"
    YYYYMMDD = "%Y%m%d"
    YYYYMM = "%Y%m"
    EPOCH_DAYS = "days since 1970-01-01"
    SPSS_SECONDS = "seconds since 1582-10-14"


@dataclass(frozen=True)
class Column:
    """One column. `range`: the lowest and highest value, both taken. `codes` or `pattern` (a whole-value regular
    expression) say which codes there are; `not_before` names the column with the start of the period."""

    name: str
    type: Type
    required: bool = True
    range: tuple[float, float] | tuple[date, date] | None = None
    unique: bool = False
    codes: frozenset[str] | None = None
    pattern: str | None = None
    forms: tuple[DateForm, ...] = (DateForm.ISO,)
    not_before: str | None = None
    max_length: int = 500


@dataclass(frozen=True)
class Schema:
    """One kind of delivery. `items_too`: columns the schema does not name are items of a questionnaire: whole numbers
    where they have value labels, otherwise numbers, or texts where the file says text. `items`: their names where
    they are known, so that findings can name them. `levels`: the columns are Nivå1, Nivå2, ... of a unit list."""

    kind: str
    columns: tuple[Column, ...]
    items_too: bool = False
    items: frozenset[str] = frozenset()
    levels: bool = False
    json_lines: bool = False
