"""The findings report: every fault counted, the first of each kind listed with its row, and never a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from secure_zone.intake.faults import KINDS, NO_FAULT, SENTENCES, WHOLE_FILE, FaultKind


@dataclass(frozen=True)
class Finding:
    """One fault. `row` as the sender sees it: in tables with a first line of names, the first row of data is row 2.

    column: a name of the schema, or "column 12" where the schema does not know it. cell: "B7" in workbooks.
    """

    kind: FaultKind
    row: int | None = None
    column: str | None = None
    cell: str | None = None

    @property
    def template(self) -> str:
        """What is wrong and what to do, to be translated."""
        return SENTENCES[self.kind]

    def __str__(self) -> str:
        place = self.cell or ", ".join(
            part for part in (f"row {self.row}" if self.row else "", self.column or "") if part
        )
        return f"{place}: {self.template}" if place else self.template


@dataclass(frozen=True)
class Total:
    """How many rows have this fault in this column."""

    kind: FaultKind
    column: str | None
    count: int


@dataclass(frozen=True)
class Findings:
    """What was found in one delivery.

    refused: a fault of the whole file; nothing of it may be kept. listed: at most `listed_per_kind` findings for each
    kind and column, by row; `totals` counts them all. A row with two faults is quarantined once.
    """

    rows_read: int
    rows_good: int
    rows_quarantined: int
    totals: tuple[Total, ...]
    listed: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        return any(total.kind in WHOLE_FILE for total in self.totals)

    @property
    def clean(self) -> bool:
        return not self.totals

    def count(self, kind: FaultKind) -> int:
        """How often the kind occurs, in all columns."""
        return sum(total.count for total in self.totals if total.kind is kind)

    def __str__(self) -> str:
        """The report as text, for the command line."""
        lines = [f"{self.rows_read} rows read, {self.rows_good} good, {self.rows_quarantined} in quarantine."]
        shown = Counter((finding.kind, finding.column) for finding in self.listed)
        lines += [str(finding) for finding in self.listed]
        lines += [
            f"{total.count - shown[total.kind, total.column]} more of {total.kind} in {total.column or 'the file'}."
            for total in self.totals
            if total.count > shown[total.kind, total.column]
        ]
        return "\n".join(lines)


@dataclass
class Collector:
    """Gathers findings while the file is read; its size does not grow with the file."""

    listed_per_kind: int
    rows_good: int = 0
    rows_quarantined: int = 0
    _totals: Counter[tuple[FaultKind, str | None]] = field(default_factory=Counter)
    _listed: list[Finding] = field(default_factory=list)

    def whole_file(self, kind: FaultKind, column: str | None = None) -> None:
        """A fault of the whole file."""
        self._add(Finding(kind, column=column))

    def rows(
        self, faults: NDArray[np.uint8], rows: NDArray[np.int64], column: str | None, letter: str | None = None
    ) -> None:
        """The faults in one column of a batch. letter: of the column in a workbook, so that the cell can be named."""
        counts = np.bincount(faults, minlength=len(KINDS) + 1)
        counts[NO_FAULT] = 0
        for code in np.flatnonzero(counts):
            kind = KINDS[code - 1]
            room = self.listed_per_kind - self._totals[kind, column]
            self._totals[kind, column] += int(counts[code])
            if room > 0:
                for row in rows[np.flatnonzero(faults == code)[:room]].tolist():
                    self._listed.append(Finding(kind, row, column, f"{letter}{row}" if letter else None))

    def _add(self, finding: Finding) -> None:
        key = finding.kind, finding.column
        self._totals[key] += 1
        if self._totals[key] <= self.listed_per_kind:
            self._listed.append(finding)

    def report(self) -> Findings:
        """What was found so far."""
        return Findings(
            rows_read=self.rows_good + self.rows_quarantined,
            rows_good=self.rows_good,
            rows_quarantined=self.rows_quarantined,
            totals=tuple(Total(kind, column, count) for (kind, column), count in self._totals.items() if count),
            listed=tuple(sorted(self._listed, key=lambda finding: finding.row or 0)),
        )
