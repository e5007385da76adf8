"""What the process may say: its own lines, and of everything else only that something happened, and where."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from secure_zone.custodian.problems import log_fault

OURS = ("varde", "secure_zone")


class NamesNoOne(logging.Formatter):
    """Our own messages hold no values. Those of libraries, and the text of any exception, may: they are left out."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.makeLogRecord(vars(record) | {"exc_info": None, "exc_text": None, "stack_info": None})
        if record.name.partition(".")[0] not in OURS:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "something"
            plain.msg, plain.args = "%s at %s:%d", (kind, record.filename, record.lineno)
        return super().format(plain)


def log_to_stderr(level: int) -> None:
    """From now on the process writes one line for each event, and no traceback for anything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(NamesNoOne())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("varde").setLevel(level)
    # What it has to say about a request is a traceback; the custodian logs its own line.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda event: _tell(event.exc_value)
    threading.excepthook = lambda event: _tell(event.exc_value)


def _uncaught(_kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
    _tell(error)


def _tell(error: BaseException | None) -> None:
    if error is not None:
        log_fault(error)
