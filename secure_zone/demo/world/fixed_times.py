"""Takes the time of writing out of files, so that the same world is the same bytes."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

SAV_DATE = slice(92, 109)
FIXED_SAV_DATE = b"01 Jan 2600:00:00"
DTA_TIMESTAMP = re.compile(rb"(<timestamp>.)(.{17})(</timestamp>)", re.DOTALL)
FIXED_DTA_TIMESTAMP = b"01 Jan 2026 00:00"
FIXED_ZIP_DATE = (2026, 1, 1, 0, 0, 0)
XLSX_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def fix_sav(path: Path) -> None:
    """An SPSS file's header has the date and time of writing after its first 92 bytes."""
    with path.open("r+b") as file:
        file.seek(SAV_DATE.start)
        file.write(FIXED_SAV_DATE)


def fix_dta(path: Path) -> None:
    """A Stata file's header has a time stamp of 17 characters."""
    with path.open("r+b") as file:
        head = file.read(4_096)
        found = DTA_TIMESTAMP.search(head)
        if found:
            file.seek(found.start(2))
            file.write(FIXED_DTA_TIMESTAMP)


def fixed_xlsx(content: bytes) -> bytes:
    """An Excel file has times in its properties and on each of its parts."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            body = XLSX_TIME.sub(rb"\g<1>2026-01-01T00:00:00Z", old.read(part))
            new.writestr(zipfile.ZipInfo(part.filename, FIXED_ZIP_DATE), body, zipfile.ZIP_DEFLATED)
    return file.getvalue()
