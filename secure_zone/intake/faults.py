"""What can be wrong with a delivery, and what to do about it. No sentence has a place for what stood in the file."""

from __future__ import annotations

from enum import StrEnum

from secure_zone.errors import BadInput
from secure_zone.identity import faults as identity


class FaultKind(StrEnum):
    """The kinds of faults. Those of a whole file come first: after one of them nothing of the file is taken in."""

    NOT_A_FILE = "not_a_file"
    SYMLINK = "symlink"
    CANNOT_READ = "cannot_read"
    CHANGED = "changed"
    EMPTY = "empty"
    NO_ROWS = "no_rows"
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"
    NOT_THIS_FORMAT = "not_this_format"
    PASSWORD = "password"  # noqa: S105  a kind of fault, no password
    DAMAGED = "damaged"
    STALLED = "stalled"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    XML_DECLARATIONS = "xml_declarations"
    NUL_BYTES = "nul_bytes"
    MIXED_ENCODINGS = "mixed_encodings"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_ROWS = "too_many_rows"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    LABEL_HOLDS_NUMBER = "label_holds_number"
    COLUMN_TYPE = "column_type"

    MISSING = "missing"
    RAGGED_ROW = "ragged_row"
    NOT_JSON = "not_json"
    STRAY_NUMBER = "stray_number"
    FORMULA = "formula"
    BAD_CHARACTER = "bad_character"
    TOO_LONG = "too_long"
    NOT_A_DATE = "not_a_date"
    NOT_A_MOMENT = "not_a_moment"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TEXT = "not_a_text"
    NOT_A_CODE = "not_a_code"
    OUT_OF_RANGE = "out_of_range"
    END_BEFORE_START = "end_before_start"
    REPEATED = "repeated"
    GAP_IN_LEVELS = "gap_in_levels"
    TWO_PARENTS = "two_parents"
    NOBODY_ALONE = "nobody_alone"

    FNR_LENGTH = "fnr_length"
    FNR_HELP_NUMBER = "fnr_help_number"
    FNR_DATE = "fnr_date"
    FNR_CONTROL_DIGITS = "fnr_control_digits"
    FNR_SERIES = "fnr_series"
    FNR_NOT_BORN = "fnr_not_born"
    FNR_NOT_ISSUED = "fnr_not_issued"
    FNR_SYNTHETIC = "fnr_synthetic"
    FNR_NOT_SYNTHETIC = "fnr_not_synthetic"


KINDS = tuple(FaultKind)
NO_FAULT = 0
WHOLE_FILE = frozenset(KINDS[: KINDS.index(FaultKind.MISSING)])


def code_of(kind: FaultKind) -> int:
    """The number of the kind in arrays of faults, in which NO_FAULT stands for none."""
    return _CODES[kind]


_CODES = {kind: number for number, kind in enumerate(KINDS, start=1)}

SENTENCES = {
    FaultKind.NOT_A_FILE: "This is not a plain file. Deliver the file itself.",
    FaultKind.SYMLINK: "This is a link to another place. Deliver the file itself.",
    FaultKind.CANNOT_READ: "The file cannot be opened. Check that it is still there and may be read.",
    FaultKind.CHANGED: "The file changed while it was read. Wait until the transfer is complete, and try again.",
    FaultKind.EMPTY: "The file is empty. Ask the sender for it again.",
    FaultKind.NO_ROWS: "The file has columns but no rows. Ask the sender for it again.",
    FaultKind.TOO_LARGE: "The file is larger than is taken in. Ask the sender to deliver it in parts.",
    FaultKind.UNKNOWN_FORMAT: "Files with this ending are not read. Deliver .sav, .zsav, .por, .dta, .sas7bdat, .xpt, "
    ".csv, .xlsx, .parquet, and .jsonl for consents.",
    FaultKind.NOT_THIS_FORMAT: "The content is not what the file's ending says. Save it anew in that format.",
    FaultKind.PASSWORD: "The workbook has a password or is of the old .xls kind. Save it as .xlsx without a password.",
    FaultKind.DAMAGED: "The file is cut off or damaged. Transfer it again, and compare its size with the sender's.",
    FaultKind.STALLED: "Reading the file did not come to an end, so it was stopped. Save the file anew and deliver it.",
    FaultKind.UNPACKS_TOO_LARGE: "The workbook unpacks to more than is taken in. Deliver it as .csv instead.",
    FaultKind.XML_DECLARATIONS: "The workbook holds XML declarations that spreadsheets do not write. Save it anew.",
    FaultKind.NUL_BYTES: "The file holds NUL bytes, so it is no text in UTF-8 or Windows-1252. Save it as UTF-8.",
    FaultKind.MIXED_ENCODINGS: "Parts of the file are UTF-8 and parts are not. Save the whole file as UTF-8.",
    FaultKind.TOO_MANY_COLUMNS: "The file has more columns than are taken in. Leave out what was not agreed.",
    FaultKind.TOO_MANY_ROWS: "The file has more rows than are taken in. Ask the sender to deliver it in parts.",
    FaultKind.MISSING_COLUMN: "This column is missing. Check the first line and the kind of delivery.",
    FaultKind.UNKNOWN_COLUMN: "This column does not belong to this kind of delivery. Leave it out or rename it.",
    FaultKind.REPEATED_COLUMN: "Another column has the same name. Leave one of them out.",
    FaultKind.LABEL_HOLDS_NUMBER: "A name or label of a column holds an identity number. Correct the label.",
    FaultKind.COLUMN_TYPE: "The column holds lists, pictures or other things that are not read. Deliver plain values.",
    FaultKind.MISSING: "The value is missing. Fill it in.",
    FaultKind.RAGGED_ROW: "The row has more or fewer values than there are columns. Look for a separator in a text.",
    FaultKind.NOT_JSON: "The line is not one JSON object with plain values. Write each event on a line of its own.",
    FaultKind.STRAY_NUMBER: "The value holds an identity number, which does not belong here. Remove it.",
    FaultKind.FORMULA: "This is a formula or begins like one. Formulas are not calculated: write the value.",
    FaultKind.BAD_CHARACTER: "The text holds control characters or characters that were lost. Write it anew.",
    FaultKind.TOO_LONG: "The text is longer than is taken in. Shorten it.",
    FaultKind.NOT_A_DATE: "This is not a date in the form that belongs here. Correct the date.",
    FaultKind.NOT_A_MOMENT: "This is not a time with a time zone (2021-10-05T13:54:41+02:00). Correct it.",
    FaultKind.NOT_AN_INTEGER: "This is not a whole number. Correct it.",
    FaultKind.NOT_A_NUMBER: "This is not a number. Correct it.",
    FaultKind.NOT_A_TEXT: "This is not a text. Correct it.",
    FaultKind.NOT_A_CODE: "This code is not in the list of codes. Correct it, or have the list extended.",
    FaultKind.OUT_OF_RANGE: "The value lies outside what is possible here. Correct it.",
    FaultKind.END_BEFORE_START: "The period ends before it begins. Correct one of the dates.",
    FaultKind.REPEATED: "The same value stands in an earlier row, and it may occur only once. Keep one of the rows.",
    FaultKind.GAP_IN_LEVELS: "There is a unit here but none at the level above. Fill in the level above.",
    FaultKind.TWO_PARENTS: "The unit belongs to another unit above in an earlier row. Give one of them another name.",
    FaultKind.NOBODY_ALONE: 'The unit above has no other sub-units, so "ingen" does not belong here. Remove the row.',
    FaultKind.FNR_LENGTH: identity.SENTENCES[identity.Fault.NOT_ELEVEN_DIGITS],
    FaultKind.FNR_HELP_NUMBER: identity.SENTENCES[identity.Fault.HELP_NUMBER],
    FaultKind.FNR_DATE: identity.SENTENCES[identity.Fault.NO_SUCH_DATE],
    FaultKind.FNR_CONTROL_DIGITS: identity.SENTENCES[identity.Fault.CONTROL_DIGITS],
    FaultKind.FNR_SERIES: identity.SENTENCES[identity.Fault.NO_SUCH_SERIES],
    FaultKind.FNR_NOT_BORN: identity.SENTENCES[identity.Fault.NOT_BORN_YET],
    FaultKind.FNR_NOT_ISSUED: identity.SENTENCES[identity.Fault.NOT_YET_ISSUED],
    FaultKind.FNR_SYNTHETIC: identity.SENTENCES[identity.Fault.SYNTHETIC],
    FaultKind.FNR_NOT_SYNTHETIC: identity.SENTENCES[identity.Fault.NOT_SYNTHETIC],
}

OF_IDENTITY = {
    identity.Fault.MISSING: FaultKind.MISSING,
    identity.Fault.NOT_ELEVEN_DIGITS: FaultKind.FNR_LENGTH,
    identity.Fault.HELP_NUMBER: FaultKind.FNR_HELP_NUMBER,
    identity.Fault.NO_SUCH_DATE: FaultKind.FNR_DATE,
    identity.Fault.CONTROL_DIGITS: FaultKind.FNR_CONTROL_DIGITS,
    identity.Fault.NO_SUCH_SERIES: FaultKind.FNR_SERIES,
    identity.Fault.NOT_BORN_YET: FaultKind.FNR_NOT_BORN,
    identity.Fault.NOT_YET_ISSUED: FaultKind.FNR_NOT_ISSUED,
    identity.Fault.SYNTHETIC: FaultKind.FNR_SYNTHETIC,
    identity.Fault.NOT_SYNTHETIC: FaultKind.FNR_NOT_SYNTHETIC,
}


class Unreadable(BadInput):
    """A fault of the whole file. `column` is a name of the schema or a column's position, never text of the file.

    Raised without a cause, because a library's own message may quote the file.
    """

    code = "unreadable_delivery"

    def __init__(self, kind: FaultKind, column: str | None = None) -> None:
        self.kind, self.column = kind, column
        super().__init__(SENTENCES[kind])
