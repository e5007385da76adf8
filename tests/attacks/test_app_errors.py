"""An exception in a page may hold anything: neither the screen nor the log repeats it."""

from __future__ import annotations

import logging

import pytest
import streamlit as st
from streamlit import config, error_util

from pages.shared import notices, server
from secure_zone.errors import Refused

SECRET = "15887799912"


def test_the_log_gets_the_places_and_not_the_values(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(st, "error", said.append)
    try:
        int(f"{SECRET} Kari")
    except ValueError as error:
        with caplog.at_level(logging.ERROR, "varde.app"):
            assert notices.unforeseen(error) is True
    assert "ValueError" in caplog.text and "test_app_errors.py" in caplog.text
    assert len(said) == 1
    for shown in (caplog.text, said[0]):
        assert SECRET not in shown and "Kari" not in shown


def test_a_refusal_is_one_translated_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(st, "error", said.append)
    with notices.told():
        raise Refused("Your role does not allow this.")
    assert said == ["Rollen din tillater ikke dette."]


def test_streamlits_own_log_of_exceptions_is_off(capfd: pytest.CaptureFixture[str]) -> None:
    """It would print the message of the exception."""
    server.quiet_logs()
    error_util._log_uncaught_app_exception(ValueError(SECRET))
    printed = capfd.readouterr()
    assert SECRET not in printed.out + printed.err
    assert config.get_option("client.showErrorDetails") == "none"
    assert config.get_option("browser.gatherUsageStats") is False


def test_the_servers_log_of_exceptions_is_their_type() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        found = (type(error), error, error.__traceback__)
    record = logging.LogRecord("uvicorn.error", logging.ERROR, __file__, 1, "Exception in %s", ("app",), found)
    assert server.WithoutValues().filter(record)
    assert logging.Formatter().format(record) == "Exception in app: ValueError"
