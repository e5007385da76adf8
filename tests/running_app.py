"""A real app before a real custodian, and a real browser to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx
import pytest
from factories import ROOT, Custodian, running_custodian
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from secure_zone.errors import SignInFailed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds; the machine may be busy with other tests


@dataclass
class App:
    """The app's address, its custodian, and the tokens of those who have signed in."""

    address: str
    custodian: Custodian
    process: subprocess.Popen[str]
    log: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, user: str) -> str:
        """A session of the user, the same one each time."""
        if user not in self.tokens:
            self.tokens[user] = self.sign_in(user)
        return self.tokens[user]

    def sign_in(self, user: str) -> str:
        """A new session, with the next code when a browser has used one, or it went out of date on the way."""
        for _ in range(2):
            with suppress(SignInFailed):
                return self.custodian.sign_in(user).token or ""
        return self.custodian.sign_in(user).token or ""

    def client(self, user: str | None = None, **headers: str) -> httpx.Client:
        """Someone without a browser: with the cookie of a user's session, or without any. No redirect is followed."""
        cookies = {"varde_session": self.token(user)} if user else {}
        return httpx.Client(base_url=self.address, cookies=cookies, headers=headers, timeout=20, trust_env=False)


@contextmanager
def running_app(**environ: str) -> Iterator[App]:
    """Custodian and app on a new demo zone; `environ` is for both. What the app logs is in `log` while it runs."""
    with running_custodian(**environ) as custodian, socket.socket() as probe, NamedTemporaryFile() as log:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-m", "pages.shared.server", str(custodian.folder.root), str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stderr=log, text=True)
        try:
            app = App(f"http://127.0.0.1:{port}", custodian, process, Path(log.name))
            wait_until_healthy(app, process)
            yield app
        finally:
            process.terminate()
            process.wait(20)


def wait_until_healthy(app: App, process: subprocess.Popen[str], seconds: float = 40) -> None:
    latest = time.monotonic() + seconds
    while time.monotonic() < latest and process.poll() is None:
        try:
            if httpx.get(f"{app.address}/_stcore/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the app did not get ready")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; the test is skipped where there is none."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One person at one screen, and everything the browser complained of or fetched from elsewhere."""

    app: App
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    foreseen: list[str] = field(default_factory=list)  # parts of what the browser may complain of in this test

    def go(self, path: str, heading: str | None = None) -> Page:
        """Visit a page of the app, and wait until it has drawn its heading."""
        self.page.goto(self.app.address + path)
        shown = self.page.get_by_role("heading", level=1)
        (shown.filter(has_text=heading) if heading else shown).wait_for(timeout=PATIENCE)
        return self.page


@contextmanager
def visit(
    app: App,
    browser: Browser,
    user: str | None = None,
    *,
    viewport: dict[str, int] = WIDE,
    language: str = "nb-NO",
    scheme: str = "light",
) -> Iterator[Visit]:
    """Somebody at a screen of their own, signed in as `user` if given. What the browser complains of fails the test."""
    context = browser.new_context(viewport=viewport, locale=language, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    if user:
        context.add_cookies([{"name": "varde_session", "value": app.token(user), "url": app.address}])
    made = Visit(app, context, context.new_page())
    own = (app.address, app.address.replace("http", "ws"), "data:", "blob:")
    made.page.on("request", lambda asked: asked.url.startswith(own) or made.complaints.append(f"fetched {asked.url}"))
    made.page.on(
        "console", lambda said: said.type != "error" or made.complaints.append(f"{said.text} {said.location['url']}")
    )
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()
    surprises = [one for one in made.complaints if not any(part in one for part in made.foreseen)]
    assert surprises == [], surprises
