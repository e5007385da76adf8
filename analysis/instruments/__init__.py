"""Questionnaires as data: MUST, KIWEST and add-on modules, an organisation's own codebooks, and the scores of scales.

Nothing here opens a file: the readers take bytes and the writers give them.
"""

from analysis.instruments.codebook import CodebookFaults, Fault
from analysis.instruments.codebook_csv import read_csv, write_csv
from analysis.instruments.codebook_excel import read_excel, write_excel
from analysis.instruments.ddi_read import read_ddi
from analysis.instruments.ddi_write import write_ddi
from analysis.instruments.model import (
    CORE,
    MISSING,
    BadInstrument,
    Category,
    Instrument,
    Item,
    Named,
    Scale,
    Sensitivity,
    Text,
)
from analysis.instruments.scoring import answered, score_scales
from analysis.instruments.tables import kiwest, must

__all__ = [
    "CORE",
    "MISSING",
    "BadInstrument",
    "Category",
    "CodebookFaults",
    "Fault",
    "Instrument",
    "Item",
    "Named",
    "Scale",
    "Sensitivity",
    "Text",
    "answered",
    "kiwest",
    "must",
    "read_csv",
    "read_ddi",
    "read_excel",
    "score_scales",
    "write_csv",
    "write_ddi",
    "write_excel",
]
