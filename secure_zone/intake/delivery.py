"""Reading one delivery: every row checked against its schema, the good ones flowing on, the others set apart.

    with read_delivery(path, schema_for("register:sick_leave")) as delivery:
        for part in delivery:
            ...  # part.good, part.quarantined
    if delivery.findings.refused: ...  # the whole file: throw away what came
    delivery.sha256

Whatever the file holds, reading ends with findings, not with an exception; nothing is written to disk; and no text of
the file is in findings or errors. Parts must not be kept for good before the last one has come: a file can turn out to
be cut off at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypeAlias

import pyarrow as pa

from secure_zone.errors import Conflict
from secure_zone.identity.kinds import Population
from secure_zone.intake.ahead import Ahead
from secure_zone.intake.csv_rows import read_csv
from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.findings import Collector, Findings
from secure_zone.intake.json_rows import read_json_lines
from secure_zone.intake.layout import Place, lay_out
from secure_zone.intake.limits import LIMITS, Limits
from secure_zone.intake.parts import Divider, Part
from secure_zone.intake.raw import Reading, Variable
from secure_zone.intake.schema import Schema
from secure_zone.intake.source import Source
from secure_zone.intake.statistics_rows import BEGINNINGS, read_statistics
from secure_zone.intake.workbook_rows import read_workbook

Progress: TypeAlias = Callable[[int, float], None]
Reader: TypeAlias = Callable[[Source, Schema, Limits], Reading]
TABLES: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".xlsx": read_workbook,
    **dict.fromkeys(BEGINNINGS, read_statistics),
}
LINES: Mapping[str, Reader] = {".jsonl": read_json_lines, ".ndjson": read_json_lines}


class Delivery:
    """A delivery being read: iterate over it once. `findings` and `sha256` are complete when the last part has come.

    columns: of the good rows; variables: what a statistics program says about each, by the name in `columns`.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
        limits: Limits,
        population: Population,
    ) -> None:
        self.kind = schema.kind
        self.variables: Mapping[str, Variable] = MappingProxyType({})
        self.columns = self.quarantine_columns = pa.schema([])
        self.sha256: str | None = None
        self._collector = Collector(limits.listed_per_kind)
        self._progress = progress or (lambda rows, share: None)
        self._cancelled = cancelled or (lambda: False)
        self._source: Source | None = None
        self._reading: Reading | None = None
        self._ahead: Ahead | None = None
        try:
            self._source = Source(path, limits.file_bytes)
            self._reading = self._opened(self._source, schema, limits)
            self._divider = self._laid_out(self._reading, schema, population)
        except Unreadable as fault:
            self._refuse(fault)

    def _opened(self, source: Source, schema: Schema, limits: Limits) -> Reading:
        reader = (LINES if schema.json_lines else TABLES).get(source.path.suffix.lower())
        if reader is None:
            raise Unreadable(FaultKind.UNKNOWN_FORMAT)
        return reader(source, schema, limits)

    def _laid_out(self, reading: Reading, schema: Schema, population: Population) -> Divider:
        layout = lay_out(reading, schema)
        for kind, column in layout.faults:
            self._collector.whole_file(kind, column)
        places: tuple[Place, ...] = () if layout.faults else layout.places
        self.variables = MappingProxyType(
            {p.column.name: reading.variables[p.delivered] for p in places if p.delivered in reading.variables}
        )
        divider = Divider(places, self._collector, population, levels=schema.levels)
        self.columns, self.quarantine_columns = divider.good_schema, divider.quarantine_schema
        return divider

    @property
    def findings(self) -> Findings:
        """What has been found so far."""
        return self._collector.report()

    def __iter__(self) -> Iterator[Part]:
        source, reading = self._source, self._reading
        if source is None or reading is None or self._ahead is not None:
            return
        if self.findings.refused:
            self._finish(source, reading)
            return
        self._ahead = Ahead(reading.batches, self._check_cancelled)
        rows = 0
        try:
            for batch in self._ahead:
                part = self._divider.part(batch)
                rows += part.good.num_rows + part.quarantined.num_rows
                yield part
                self._progress(rows, batch.share)
            if rows == 0:
                raise Unreadable(FaultKind.NO_ROWS)
            self._divider.finish()
            self._finish(source, reading)
        except Unreadable as fault:
            self._refuse(fault)
        except (pa.ArrowException, UnicodeError, OverflowError):
            # Their texts may quote the file.
            self._refuse(Unreadable(FaultKind.DAMAGED))
        finally:
            self.close()

    def _finish(self, source: Source, reading: Reading) -> None:
        self.sha256 = reading.sha256()
        source.check_unchanged()

    def _refuse(self, fault: Unreadable) -> None:
        self._collector.whole_file(fault.kind, fault.column)
        if self._source is not None and self.sha256 is None:
            try:
                self.sha256 = self._source.sha256()
            except Unreadable as another:
                self._collector.whole_file(another.kind)

    def _check_cancelled(self) -> None:
        if self._cancelled():
            raise Conflict("Reading the delivery was cancelled. Nothing of it was taken in.", code="cancelled")

    def close(self) -> None:
        """Ends what runs and lets go of the file. More calls do nothing."""
        if self._reading is not None:
            if self._ahead is not None:
                self._ahead.stop(self._reading.interrupt)
            self._reading.close()
        if self._source is not None:
            self._source.close()
        self._source = self._reading = None

    def __enter__(self) -> Delivery:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_delivery(
    path: Path | str,
    schema: Schema,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    limits: Limits = LIMITS,
    population: Population = Population.BOTH,
) -> Delivery:
    """Opens a delivery and checks its columns; the rows come by iterating.

    progress: is called with the rows so far and the share of the file read (0 where that is not known).
    cancelled: asked between batches and while waiting; when it says True, `Conflict` with the code
    `cancelled` is raised.
    population: whose identity numbers are taken: in a demo zone only the synthetic ones.
    """
    return Delivery(Path(path), schema, progress, cancelled, limits, population)
