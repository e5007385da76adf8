"""An exception in a page may hold anything: neither the screen nor the log repeats it."""

from __future__ import annotations

import asyncio
import logging

import pytest
import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, error_util

from pages.gate.faults import Faults
from pages.shared import notices, process_log
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
    process_log.quiet_logs()
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
    assert process_log.WithoutValues().filter(record)
    assert logging.Formatter().format(record) == "Exception in app: ValueError"


def test_what_a_library_says_is_left_out() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "/x/events.py", 7, "never retrieved: %r", (SECRET,), None)
    assert process_log.WithoutValues().filter(record)
    assert logging.Formatter().format(record) == "something at events.py:7"


def answered(app: ASGIApp) -> list[Message]:
    """What a visitor gets of an app that the gate's net is spread under."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": []}
    asyncio.run(Faults(app)(scope, receive, send))
    return sent


async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ValueError(f"{SECRET} Kari")


async def fails_late(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(f"{SECRET} Kari")


async def refuses(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Refused("Your role does not allow this.")


def test_a_request_that_fails_gets_one_sentence_and_the_log_no_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "varde.app"):
        start, body = answered(fails)
    assert start["status"] == 500
    assert "Noe gikk galt hos oss." in body["body"].decode()
    assert "ValueError" in caplog.text and "test_app_errors.py" in caplog.text
    for told in (caplog.text, body["body"].decode()):
        assert SECRET not in told and "Kari" not in told


def test_an_answer_that_has_begun_is_cut_off_and_not_made_to_look_whole() -> None:
    assert [message["type"] for message in answered(fails_late)] == ["http.response.start"]


def test_a_refusal_no_route_foresaw_is_its_own_sentence(caplog: pytest.LogCaptureFixture) -> None:
    start, body = answered(refuses)
    assert start["status"] == 403
    assert "Rollen din tillater ikke dette." in body["body"].decode()
    assert caplog.text == ""
