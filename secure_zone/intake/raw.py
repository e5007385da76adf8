"""What every reader gives: the rows as they were delivered, before anything is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from secure_zone.intake.faults import FaultKind


@dataclass(frozen=True)
class Broken:
    """A row that could not be cut into values. `line` is what stood there: it goes to quarantine and nowhere else."""

    row: int
    kind: FaultKind
    line: str = field(repr=False)


@dataclass(frozen=True)
class RawBatch:
    """Some rows. rows: their numbers as the sender sees them. columns: values by name, texts or plain numbers.
    formulas: by column, which rows hold a formula. share: how much of the file has been read, 0 to 1."""

    rows: NDArray[np.int64]
    columns: Mapping[str, pa.Array] = field(repr=False)
    broken: tuple[Broken, ...] = field(default=(), repr=False)
    formulas: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    share: float = 0.0


@dataclass(frozen=True)
class Variable:
    """What a statistics program says about a column. value_labels: text of each code. missing: codes, or ranges of
    them, that the questionnaire declared missing (not applicable, skipped): they stay in the data as codes, and
    nothing at all stays null. Stata's and SAS's letters .a to .z become -1 to -26. text, day: what the column holds."""

    label: str = ""
    value_labels: Mapping[float, str] = field(default_factory=dict)
    missing: tuple[tuple[float, float], ...] = ()
    text: bool = False
    day: bool = False

    @property
    def coded(self) -> bool:
        """True where the column holds answer categories: it has labels for more than what is missing."""
        return any(not self.is_missing(code) for code in self.value_labels)

    def is_missing(self, code: float) -> bool:
        return any(low <= code <= high for low, high in self.missing)


@dataclass(frozen=True)
class Reading:
    """An opened delivery. columns: names as delivered, trimmed. letters: the columns' letters in a workbook.

    sha256: of the file; known once all batches are read. interrupt: from another thread, ends a wait for the next
    batch. close: when nobody reads any more.
    """

    columns: tuple[str, ...]
    batches: Iterator[RawBatch]
    sha256: Callable[[], str]
    variables: Mapping[str, Variable] = field(default_factory=dict)
    letters: bool = False
    interrupt: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None
