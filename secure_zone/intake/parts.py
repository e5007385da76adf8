"""One batch of a delivery, divided: the good rows with the schema's types, the others as delivered, for quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secure_zone.identity.kinds import Population
from secure_zone.intake.faults import KINDS, NO_FAULT, FaultKind, code_of
from secure_zone.intake.findings import Collector
from secure_zone.intake.layout import Place
from secure_zone.intake.raw import Broken, RawBatch
from secure_zone.intake.repeats import Seen
from secure_zone.intake.unit_list import UnitList
from secure_zone.intake.values import ARROW, checked


@dataclass(frozen=True)
class Part:
    """The rows of one batch. good: the schema's columns and types. quarantined: `row`, `faults` ("kind:column" for
    each), `line` (of a row that could not be cut into values), and every column as text, as it was delivered."""

    good: pa.RecordBatch = field(repr=False)
    quarantined: pa.RecordBatch = field(repr=False)


def good_schema(places: Sequence[Place]) -> pa.Schema:
    """The columns of good rows."""
    return pa.schema([(place.column.name, ARROW[place.column.type]) for place in places])


def quarantine_schema(places: Sequence[Place]) -> pa.Schema:
    """The columns of quarantined rows."""
    first = [("row", pa.int64()), ("faults", pa.list_(pa.string())), ("line", pa.string())]
    return pa.schema([*first, *((place.column.name, pa.string()) for place in places)])


class Divider:
    """Checks batch after batch, and remembers what concerns rows of different batches."""

    def __init__(self, places: Sequence[Place], collector: Collector, population: Population, *, levels: bool) -> None:
        self._places, self._collector, self._population = places, collector, population
        self._seen = {place.column.name: Seen() for place in places if place.column.unique}
        self._units = UnitList() if levels else None
        self.good_schema, self.quarantine_schema = good_schema(places), quarantine_schema(places)

    def part(self, batch: RawBatch) -> Part:
        """The batch divided, its faults noted."""
        values: list[pa.Array] = []
        faults: list[NDArray[np.uint8]] = []
        for place in self._places:
            found, wrong = checked(place.column, batch.columns[place.delivered], self._population)
            if place.delivered in batch.formulas:
                wrong = np.where(batch.formulas[place.delivered], code_of(FaultKind.FORMULA), wrong).astype(np.uint8)
            if place.column.unique:
                again = self._seen[place.column.name].repeated(found)
                wrong[again & (wrong == NO_FAULT)] = code_of(FaultKind.REPEATED)
            values.append(found)
            faults.append(wrong)
        self._check_periods(values, faults)
        if self._units is not None:
            self._check_units(self._units, batch, values, faults)
        bad = np.zeros(len(batch.rows), dtype=bool)
        for place, wrong in zip(self._places, faults, strict=True):
            if wrong.any():
                bad |= wrong != NO_FAULT
                self._collector.rows(wrong, batch.rows, place.label, place.letter)
        self._note_broken(batch.broken)
        good = pa.record_batch(values, schema=self.good_schema)
        good = good.filter(pa.array(~bad)) if bad.any() else good
        self._collector.rows_good += good.num_rows
        self._collector.rows_quarantined += int(bad.sum()) + len(batch.broken)
        return Part(good, self._quarantined(batch, np.flatnonzero(bad), faults))

    def _check_periods(self, values: list[pa.Array], faults: list[NDArray[np.uint8]]) -> None:
        by_name = {place.column.name: found for place, found in zip(self._places, values, strict=True)}
        for place, end, wrong in zip(self._places, values, faults, strict=True):
            if place.column.not_before is not None:
                early = np.asarray(pc.fill_null(pc.less(end, by_name[place.column.not_before]), False))
                wrong[early & (wrong == NO_FAULT)] = code_of(FaultKind.END_BEFORE_START)

    def _check_units(
        self, units: UnitList, batch: RawBatch, values: list[pa.Array], faults: list[NDArray[np.uint8]]
    ) -> None:
        texts = [found.to_pylist() for found in values]
        for at, row in enumerate(batch.rows.tolist()):
            if any(wrong[at] for wrong in faults):
                continue
            for wrong, code in zip(faults, units.faults(row, tuple(column[at] for column in texts)), strict=True):
                wrong[at] = code

    def finish(self) -> None:
        """Notes what shows only when all rows have been seen. A unit list is one whole, so such a fault refuses it
        no more than others do: the lister says where, and whoever takes it in decides by `findings.clean`."""
        if self._units is not None:
            code = np.array([code_of(FaultKind.NOBODY_ALONE)], dtype=np.uint8)
            for row, level in self._units.nobody_alone():
                place = self._places[level]
                self._collector.rows(code, np.array([row]), place.label, place.letter)

    def _note_broken(self, broken: Sequence[Broken]) -> None:
        if broken:
            codes = np.array([code_of(row.kind) for row in broken], dtype=np.uint8)
            self._collector.rows(codes, np.array([row.row for row in broken]), None)

    def _quarantined(self, batch: RawBatch, at: NDArray[np.intp], faults: list[NDArray[np.uint8]]) -> pa.RecordBatch:
        said: list[list[str]] = [[] for _ in at]
        for place, wrong in zip(self._places, faults, strict=True):
            for place_in_said in np.flatnonzero(wrong[at]):
                kind = KINDS[wrong[at[place_in_said]] - 1]
                said[place_in_said].append(f"{kind}:{place.column.name}")
        taken = pa.array(at, pa.int64())
        rows = [*batch.rows[at].tolist(), *(row.row for row in batch.broken)]
        lines = [*[None] * len(at), *(row.line for row in batch.broken)]
        said += [[row.kind.value] for row in batch.broken]
        none = pa.nulls(len(batch.broken), pa.string())
        columns = [
            pa.concat_arrays([as_text(batch.columns[place.delivered].take(taken)), none]) for place in self._places
        ]
        return pa.record_batch(
            [pa.array(rows), pa.array(said), pa.array(lines, pa.string()), *columns], self.quarantine_schema
        )


def as_text(values: pa.Array) -> pa.Array:
    """Values of any plain type as texts, whole numbers without a point or an exponent."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type):
        whole = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), 1e15))
        integers = pc.cast(pc.if_else(whole, values, None), pa.int64())
        return pc.coalesce(pc.cast(integers, pa.string()), pc.cast(values, pa.string()))
    return pc.cast(values, pa.string())
