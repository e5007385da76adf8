"""Signed out, there is the sign-in and nothing else: every address of a real server, by HTTP and by WebSocket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from factories import AUDITOR, RESEARCHER
from running_app import App, running_app
from starlette.routing import BaseRoute, Mount
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.gate.gate import OPEN
from pages.gate.shell import STATIC
from pages.shared import navigation, server

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ELSEWHERE = (
    "/index.html",
    "/manifest.json",
    "/users/",
    "//",
    "/%2e%2e/",
    "/no-such-page",
    "/users/_stcore/health",
    "/~",
)


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with running_app() as running:
        yield running


@cache
def addresses() -> list[str]:
    """Every address that Streamlit and we serve, with something in the place of each parameter."""
    pages = set(navigation.needed())
    files = {f"/{file.relative_to(STATIC).as_posix()}" for file in list(STATIC.rglob("*.*"))[::40]}
    built = server.build(Path("no-zone"))._build_starlette_app()
    served = {re.sub(r"\{[^}]*\}", "x", path_of(route)) or "/" for route in built.routes}
    return sorted((pages | files | served | set(ELSEWHERE)) - set(OPEN))


def path_of(route: BaseRoute) -> str:
    path: str = getattr(route, "path", "")
    return f"{path}/anything" if isinstance(route, Mount) else path


def test_there_are_many_addresses_to_try() -> None:
    found = addresses()
    assert len(found) > 30
    assert {"/_stcore/stream", "/_stcore/metrics", "/users", "/gate/session", "/gate/workbench.js"} <= set(found)


@pytest.mark.parametrize(
    "cookie", [None, "x" * 43, "../../etc/passwd-and-more", ""], ids=["none", "wrong", "odd", "empty"]
)
def test_no_address_answers_with_anything_but_the_sign_in(app: App, cookie: str | None) -> None:
    with app.client(Origin=app.address) as anonymous:
        if cookie is not None:
            anonymous.cookies.set("varde_session", cookie)
        for path in addresses():
            for method in METHODS if cookie is None else ("GET", "POST"):
                answer = anonymous.request(method, path)
                place = f"{method} {path}"
                assert answer.status_code in {303, 401}, place
                assert answer.headers["cache-control"] == "no-store", place
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in"), place
                assert len(answer.content) < 100, place


def test_following_the_redirect_shows_the_sign_in(app: App) -> None:
    with app.client() as anonymous:
        for path in navigation.needed():
            shown = anonymous.get(path, follow_redirects=True)
            assert shown.status_code == 200
            assert shown.url.path == "/sign-in"
            assert 'name="passphrase"' in shown.text
            assert "stApp" not in shown.text and "/static/js" not in shown.text


def test_what_is_open_is_short_and_says_nothing(app: App) -> None:
    assert len(OPEN) == 7
    with app.client() as anonymous:
        assert anonymous.get("/_stcore/health").text == "ok"
        assert anonymous.post("/sign-out").status_code == 403
        assert anonymous.get("/sign-out").headers["location"] == "/"
    with app.client(Origin=app.address) as anonymous:
        for path in OPEN:
            for method in {"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}:
                assert anonymous.request(method, path).status_code == 405, f"{method} {path}"


def test_no_websocket_without_a_session(app: App) -> None:
    address = app.address.replace("http", "ws") + "/_stcore/stream"
    for cookie in ("", "varde_session=" + "x" * 43):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, additional_headers={"Cookie": cookie}, origin=app.address),
        ):
            pass
        assert refused.value.response.status_code == 403


def test_a_page_of_another_origin_gets_no_websocket_and_no_post(app: App) -> None:
    """Another port of the same machine is the same site, so that the browser would send the cookie along."""
    cookie = {"Cookie": f"varde_session={app.token(RESEARCHER)}"}
    address = app.address.replace("http", "ws") + "/_stcore/stream"
    for origin in ("http://127.0.0.1:1", "http://localhost", "https://elsewhere.example", "null", None):
        with pytest.raises(InvalidStatus), connect(address, additional_headers=cookie, origin=origin):
            pass
        headers = {"Origin": origin} if origin else {}
        with app.client(RESEARCHER, **headers) as forger:
            assert forger.post("/sign-out").status_code == 403
            assert forger.put("/_stcore/upload_file/x/x").status_code == 403
    with connect(address, additional_headers=cookie, origin=app.address):
        pass
    with app.client(RESEARCHER) as still_there:
        assert still_there.get("/gate/session").status_code == 200


def test_after_signing_out_the_cookie_is_worth_nothing(app: App) -> None:
    token = app.sign_in(AUDITOR)
    with app.client(Origin=app.address) as person:
        person.cookies.set("varde_session", token)
        assert person.get("/audit").status_code == 200
        left = person.post("/sign-out")
        assert left.headers["location"] == "/sign-in?because=signed-out"
        assert 'varde_session=""' in left.headers["set-cookie"]
        person.cookies.set("varde_session", token)
        assert person.get("/audit").status_code == 303


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(app: App) -> None:
    with app.client(Origin=app.address) as person:
        demo = {one.user: one for one in app.custodian.outside.demo_users()}["marit"]
        form = {
            "user": demo.user,
            "passphrase": demo.passphrase,
            "code": demo.code or "",
            "next": "//elsewhere.example",
        }
        answer = person.post("/sign-in", data=form)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
        assert "secure" not in cookie  # served over http here


def test_headers_keep_everything_inside(app: App) -> None:
    with app.client(RESEARCHER) as person:
        for path in ("/sign-in", "/", "/_stcore/host-config", "/gate/workbench.js", "/no-such-page", "/media/none"):
            headers = person.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "http" not in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


def test_a_role_does_not_reach_the_pages_of_another(app: App) -> None:
    with app.client(RESEARCHER) as person:
        assert [person.get(path).status_code for path in ("/", "/account")] == [200, 200]
        for path in ("/users", "/key-area", "/audit"):
            answer = person.get(path)
            assert answer.status_code == 403
            assert "Rollen din gir ikke tilgang til denne siden." in answer.text
        assert "Denne siden finnes ikke." in person.get("/no-such-page").text


def test_a_broken_custodian_lets_nobody_in() -> None:
    with running_app() as app:
        token = app.token(AUDITOR)
        app.custodian.process.terminate()
        app.custodian.process.wait(20)
        with app.client(Origin=app.address) as person:
            person.cookies.set("varde_session", token)
            assert person.get("/_stcore/host-config").status_code == 401
            shown = person.get("/", follow_redirects=True)
            assert shown.status_code == 503
            assert "varde run" in shown.text
