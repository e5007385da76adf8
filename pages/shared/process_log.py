"""What the app's process may write to its log: kinds and places of errors, never a value, never who visited what."""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger("varde.app")
OURS, SERVER = "varde", "uvicorn.error"


def log_fault(what: str, error: BaseException) -> None:
    """Kind and places of an error, the innermost first. Never its message: that may hold what was typed, or a row."""
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("%s failed with %s at %s", what, type(error).__name__, " < ".join(reversed(places[-6:])))


class WithoutValues(logging.Filter):
    """Of an exception only its type. Of libraries only where they spoke, but for the server's few fixed sentences."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if record.name.partition(".")[0] != OURS and record.name != SERVER:
            said = f"something at {record.filename}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            said = f"{said}: {record.exc_info[0].__name__}"
        record.msg, record.args = said, ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def quiet_logs() -> None:
    """From now on no values and no addresses are logged.

    A page that fails is logged by `notices.unforeseen`, a request by the gate; Streamlit, whose own level is set in
    .streamlit/config.toml, and uvicorn would log the same exceptions with their messages.
    """
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.WARNING)
    for handler in logging.root.handlers:
        handler.addFilter(WithoutValues())
    logging.getLogger("streamlit.error_util").disabled = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger(SERVER).addFilter(WithoutValues())
