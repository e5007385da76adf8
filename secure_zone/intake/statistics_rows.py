"""SPSS, Stata, SAS and Parquet files, read by a process of its own (see statistics_process)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from secure_zone.intake import statistics_process as child
from secure_zone.intake.faults import FaultKind, Unreadable
from secure_zone.intake.limits import Limits
from secure_zone.intake.raw import RawBatch, Reading, Variable
from secure_zone.intake.schema import Schema
from secure_zone.intake.source import Source

Read = TypeVar("Read")
ROOT = Path(__file__).parents[2]
FIRST_ROW = 1
# Its pipe is closed a moment before a process has told its exit status.
LAST_WORDS_SECONDS = 5.0
# How files of each format begin. What does not is refused before a library sees it.
BEGINNINGS = {
    ".sav": re.compile(rb"\$FL[23]"),
    ".zsav": re.compile(rb"\$FL[23]"),
    ".por": re.compile(rb"(?s).{1,1000}"),
    ".dta": re.compile(rb"<stata_dta>|[\x69-\x75][\x01\x02]\x01"),
    ".sas7bdat": re.compile(rb"\x00{12}\xc2\xea\x81\x60"),
    ".xpt": re.compile(rb"HEADER RECORD\*{7}"),
    ".parquet": re.compile(rb"PAR1"),
}
STATUS = {
    child.DAMAGED: FaultKind.DAMAGED,
    child.TOO_MANY_COLUMNS: FaultKind.TOO_MANY_COLUMNS,
    child.REPEATED_COLUMN: FaultKind.REPEATED_COLUMN,
    child.NO_MEMORY: FaultKind.UNPACKS_TOO_LARGE,
    child.NESTED: FaultKind.COLUMN_TYPE,
}


def read_statistics(source: Source, schema: Schema, limits: Limits) -> Reading:
    """Opens a file of one of the formats in BEGINNINGS."""
    form = source.path.suffix.lower()
    if not BEGINNINGS[form].match(source.at(0, 512)):
        raise Unreadable(FaultKind.NOT_THIS_FORMAT)
    sha256 = source.sha256()
    process = _Child(form, source, limits)
    try:
        reader = process.opened()
        about = json.loads(reader.schema.metadata[b"delivery"])
        variables = {field.name: _variable(field.type, about["variables"].get(field.name)) for field in reader.schema}
    except BaseException:
        process.end()
        raise
    return Reading(
        tuple(reader.schema.names),
        _batches(process, reader, about["rows"]),
        lambda: sha256,
        variables,
        interrupt=process.interrupt,
        close=process.end,
    )


class _Child:
    """The reading process and the pipe it writes to. It is ended when it stalls."""

    def __init__(self, form: str, source: Source, limits: Limits) -> None:
        told = {
            "memory": limits.child_memory_bytes,
            "columns": limits.columns,
            "rows": limits.rows_per_batch,
            "cells": limits.cells_per_batch,
        }
        reading, writing = os.pipe()
        module = child.__name__
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, form, str(source.fileno()), str(writing), json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(source.fileno(), writing),
                cwd=ROOT,
            )
        finally:
            os.close(writing)
        self._pipe = os.fdopen(reading, "rb")
        self._stalled = False
        self._patience = limits.stall_seconds

    def opened(self) -> pa.RecordBatchReader:
        """The batches to come; the columns are known."""
        return self.watched(lambda: pa.ipc.open_stream(self._pipe))

    def watched(self, step: Callable[[], Read]) -> Read:
        """What one read gives; the process is ended when it takes too long."""
        timer = threading.Timer(self._patience, self._stall)
        timer.daemon = True
        timer.start()
        try:
            return step()
        except (pa.ArrowException, OSError, ValueError):
            raise self.fault() from None
        finally:
            timer.cancel()

    def fault(self) -> Unreadable:
        """Why the process stopped before its end."""
        try:
            status = self._process.wait(timeout=LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        return Unreadable(FaultKind.STALLED if self._stalled else STATUS.get(status, FaultKind.DAMAGED))

    def check_finished(self) -> None:
        """A stream that just stops looks like one that ended: the exit status tells them apart."""
        if self._process.wait() != 0:
            raise self.fault()

    def _stall(self) -> None:
        self._stalled = True
        self._process.kill()

    def interrupt(self) -> None:
        """Ends the process, so that whoever waits for it comes back."""
        self._process.kill()

    def end(self) -> None:
        """Ends the process and takes down what it leaves."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def _variable(kind: pa.DataType, told: dict[str, Any] | None) -> Variable:
    day = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    if told is None:
        return Variable(text=pa.types.is_string(kind) or pa.types.is_large_string(kind), day=day)
    labels = {float(code): str(text) for code, text in told["value_labels"] if isinstance(code, int | float)}
    missing = tuple((low, high) for low, high in told["missing"] if isinstance(low, int | float))
    return Variable(label=told["label"], value_labels=labels, missing=missing, text=told["text"], day=day)


def _batches(process: _Child, reader: pa.RecordBatchReader, rows: int | None) -> Iterator[RawBatch]:
    done = 0

    def following() -> pa.RecordBatch | None:
        batch = next(reader, None)
        if batch is not None:
            batch.validate(full=True)
        return batch

    while (batch := process.watched(following)) is not None:
        numbers = np.arange(done + FIRST_ROW, done + FIRST_ROW + batch.num_rows, dtype=np.int64)
        done += batch.num_rows
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        yield RawBatch(numbers, columns, share=done / rows if rows and rows > 0 else 0.0)
    process.check_finished()
