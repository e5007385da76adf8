"""Ways round the app's gate: other names and ports, crowds, odd forms, files of somebody else, memory images."""

from __future__ import annotations

import csv
import io
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from factories import AUDITOR, CHECKER, LEADER, RESEARCHER, passphrase_of
from running_app import App, running_app
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.gate.crowd import MOST_AT_ONCE, Crowd
from secure_zone.client import Zone
from secure_zone.errors import ZoneUnavailable

NAME = "varde.example.org"


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with running_app(VARDE_APP_NAMES=f"other.example.org, {NAME}") as running:
        yield running


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "x@localhost", "[::1", ""])
def test_another_name_that_leads_here_gets_nothing(app: App, host: str) -> None:
    """A page elsewhere whose name is made to lead to this machine would be of the same origin as the app."""
    with app.client(AUDITOR, Host=host, Origin=f"http://{host}") as rebound:
        for path in ("/sign-in", "/", "/gate/session", "/_stcore/health", "/export/audit.csv"):
            answer = rebound.get(path)
            assert answer.status_code in {400, 421}, path
            assert len(answer.content) < 100
        assert rebound.post("/sign-in", data={"user": "x"}).status_code in {400, 421}


def test_the_websocket_too_asks_for_our_name(app: App) -> None:
    address = app.address.replace("http", "ws") + "/_stcore/stream"
    cookie = {"Cookie": f"varde_session={app.token(RESEARCHER)}"}
    elsewhere = address.replace("127.0.0.1", "elsewhere.example")
    at = socket.create_connection(("127.0.0.1", urlsplit(app.address).port or 0))
    with (
        pytest.raises(InvalidStatus),
        connect(elsewhere, sock=at, additional_headers=cookie, origin=elsewhere.replace("ws", "http")),
    ):
        pass


def test_the_names_it_is_deployed_under_are_answered(app: App) -> None:
    port = urlsplit(app.address).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", NAME, NAME.upper()):
        with app.client(Host=host) as person:
            assert person.get("/sign-in").status_code == 200, host


def test_by_https_the_cookie_is_kept_to_this_host_alone(app: App) -> None:
    """Nobody on another port or a neighbouring name can set or replace a __Host- cookie."""
    proxied = {"Host": NAME, "Origin": f"https://{NAME}", "X-Forwarded-Proto": "https"}
    demo = {one.user: one for one in app.custodian.outside.demo_users()}[CHECKER]
    with app.client(**proxied) as person:
        form = {"user": demo.user, "passphrase": demo.passphrase, "code": demo.code or ""}
        set_cookie = person.post("/sign-in", data=form).headers["set-cookie"]
        assert set_cookie.startswith("__Host-varde_session=")
        for part in ("secure", "path=/;", "httponly", "samesite=strict"):
            assert part in set_cookie.lower() + ";"
        assert "domain" not in set_cookie.lower()
        token = set_cookie.partition("=")[2].partition(";")[0]
    for cookie, status in ((f"__Host-varde_session={token}", 200), (f"varde_session={token}", 401)):
        with app.client(**proxied, Cookie=cookie) as person:
            assert person.get("/gate/session").status_code == status
    with app.client(**proxied, Cookie=f"__Host-varde_session={token}") as person:
        left = person.post("/sign-out").headers["set-cookie"]
        assert left.startswith('__Host-varde_session=""') and "secure" in left.lower()


def test_odd_and_broken_forms_get_the_page_again_and_leave_nothing_in_the_log(app: App) -> None:
    def posted(body: bytes) -> int:
        with app.client(Origin=app.address) as person:
            return person.post("/sign-in", content=body).status_code

    odd = (b"&".join([b"a=1"] * 100), b"a" * 9000, b"user=\xff\xfe&passphrase=%ff&code=%00", b"user=%ED%A0%80", b"")
    assert {posted(body) for body in odd} == {401}
    begun = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {app.address}\r\nContent-Length: 7000\r\n\r\nuser="
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", urlsplit(app.address).port or 0)) as broken:
            broken.sendall(begun.encode())
    with app.client() as person:
        assert person.get("/sign-in").status_code == 200
    assert app.log.read_text() == ""


def test_a_crowd_from_one_address_is_told_to_wait() -> None:
    crowd = Crowd()
    under_way = [crowd.one_of("10.0.0.1") for _ in range(MOST_AT_ONCE)]
    for attempt in under_way:
        attempt.__enter__()
    with pytest.raises(ZoneUnavailable), crowd.one_of("10.0.0.1"):
        pass
    with crowd.one_of("10.0.0.2"):
        pass
    under_way[0].__exit__(None, None, None)
    with crowd.one_of("10.0.0.1"):
        pass


def test_guessing_from_one_address_does_not_close_the_door_for_another(app: App) -> None:
    """The custodian has few turns for everybody; through the app one address holds a few of them at most."""

    def guess(number: int) -> int:
        with app.client(Origin=app.address, **{"X-Forwarded-For": "10.0.0.1"}) as guesser:
            form = {"user": f"nobody{number}", "passphrase": "x" * 20, "code": "1"}
            return guesser.post("/sign-in", data=form).status_code

    def owner() -> int:
        form = {"user": LEADER, "passphrase": passphrase_of(LEADER), "code": app.custodian.code(LEADER)}
        with app.client(Origin=app.address, **{"X-Forwarded-For": "10.0.0.2"}) as person:
            return person.post("/sign-in", data=form).status_code

    with ThreadPoolExecutor(24) as crowd:
        guesses = [crowd.submit(guess, number) for number in range(40)]
        assert owner() == 303
        assert {one.result() for one in guesses} == {401, 503}


def test_a_file_of_the_log_is_its_readers_alone(app: App) -> None:
    with Zone.from_token(app.token(LEADER), app.custodian.folder.root) as leader:
        leader.invite("formel", "Formel", "auditor", '=HYPERLINK("http://elsewhere.example");=1+1')
    for name in ("audit.csv", "audit.jsonl"):
        with app.client(AUDITOR) as auditor:
            answer = auditor.get(f"/export/{name}?who={LEADER}&verb=users.invite")
            assert answer.status_code == 200
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
            assert answer.headers["cache-control"] == "no-store"
        with app.client(RESEARCHER) as other:
            assert other.get(f"/export/{name}").status_code == 403
        with app.client() as anonymous:
            assert anonymous.get(f"/export/{name}").headers["location"].startswith("/sign-in")
    with app.client(AUDITOR) as auditor:
        text = auditor.get("/export/audit.csv?verb=users.invite").content.decode("utf-8-sig")
        why = [row["why"] for row in csv.DictReader(io.StringIO(text, newline=""))][-1]
        assert why.startswith("'=HYPERLINK") and ";'=1+1" in why
        for odd in ("since=yesterday", "since=2026-01-01", "until=9999-12-31T23:59:59-14:00", "who=" + "x" * 500):
            assert auditor.get(f"/export/audit.csv?{odd}").status_code in {200, 422}, odd


def test_nobody_takes_the_log_out_after_signing_out(app: App) -> None:
    token = app.sign_in(AUDITOR)
    with app.client(Cookie=f"varde_session={token}") as person:
        assert person.get("/export/audit.csv").status_code == 200
        with Zone.from_token(token, app.custodian.folder.root) as zone:
            zone.sign_out()
        assert person.get("/export/audit.csv").status_code in {303, 401}


@pytest.mark.parametrize("path", ["/media/x.csv", "/media/", "/_stcore/metrics", "/_stcore/metrics/x"])
def test_what_no_page_of_ours_uses_is_closed_also_to_those_signed_in(app: App, path: str) -> None:
    with app.client(AUDITOR) as person:
        assert person.get(path).status_code == 404


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_app_leaves_no_image_of_its_memory(app: App) -> None:
    limits = Path(f"/proc/{app.process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
