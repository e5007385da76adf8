"""Signing in and out in a real browser: both steps, what goes wrong, the first time, languages, and the idle end."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from factories import AUDITOR, CHECKER, CONTACT, LEADER, ROOT, WHY
from playwright.sync_api import Browser, Page, expect
from running_app import NARROW, App, chromium, running_app, visit

from secure_zone.keys import totp
from secure_zone.keys.secret import Secret

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def app(browser: Browser) -> Iterator[App]:
    with running_app() as running:
        yield running


def fill(page: Page, user: str, passphrase: str, code: str) -> None:
    """Both steps of the form, by the keyboard alone."""
    page.keyboard.type(user)
    page.keyboard.press("Tab")
    page.keyboard.type(passphrase)
    page.keyboard.press("Enter")
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_by_the_keyboard_in_two_steps_and_out_again(app: App, browser: Browser) -> None:
    demo = {one.user: one for one in app.custodian.outside.demo_users()}[LEADER]
    with visit(app, browser) as seen:
        page = seen.page
        page.goto(app.address + "/users")
        assert page.url == f"{app.address}/sign-in?next=/users"
        expect(page.locator("html")).to_have_attribute("lang", "nb")
        expect(page.get_by_label("Brukernavn", exact=True)).to_be_focused()
        expect(page.get_by_label("Kode fra autentiseringsappen")).to_be_hidden()
        fill(page, demo.user, demo.passphrase, demo.code or "")
        page.get_by_role("heading", name="Brukere").wait_for()
        assert page.url == f"{app.address}/users"
        seen.foreseen += ["401", "dynamically imported module"]  # what is still loading is refused from now on
        page.get_by_role("button", name="Logg ut").click()
        page.wait_for_url("**/sign-in?because=signed-out")
        expect(page.get_by_role("status")).to_have_text("Du er logget ut.")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn")


def test_what_is_wrong_is_not_told(app: App, browser: Browser) -> None:
    """A wrong passphrase, a wrong code and an unknown user get the same page."""
    answers = []
    demo = {one.user: one for one in app.custodian.outside.demo_users()}[CHECKER]
    with app.client(Origin=app.address) as person:
        for user, passphrase, code in (
            (CHECKER, "something else entirely", demo.code),
            (CHECKER, demo.passphrase, "000000"),
            ("nobody", demo.passphrase, demo.code),
            ("x" * 5000, "", ""),
            (CHECKER, "", ""),
        ):
            answer = person.post("/sign-in", data={"user": user, "passphrase": passphrase, "code": code or ""})
            said = re.search(r'role="alert">([^<]*)<', answer.text)
            answers.append((answer.status_code, said and said[1], "set-cookie" in answer.headers))
            assert passphrase == "" or f'value="{passphrase}"' not in answer.text
    wrong = "Brukernavnet, passfrasen eller koden er ikke riktig."
    assert set(answers) == {
        (401, f"{wrong} Etter flere mislykkede forsøk stenges innloggingen en stund.", False),
    }


def test_a_demo_user_is_filled_in_without_javascript(app: App, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(app.address + "/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Fill in for Marit Engesvik").click()
    expect(page.get_by_label("User name", exact=True)).to_have_value(CONTACT)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == app.address + "/"
    context.close()


def test_the_language_picked_at_the_sign_in_is_the_one_spoken_inside(app: App, browser: Browser) -> None:
    with visit(app, browser, viewport=NARROW) as seen:
        page = seen.page
        page.goto(app.address + "/sign-in")
        page.get_by_role("link", name="English").click()
        page.get_by_role("link", name="Fill in for Eirik Myrhaug").click()
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Welcome, Eirik Myrhaug").wait_for()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_text("Survey operator")).to_be_visible()


def test_the_first_time_sets_up_the_second_factor_and_a_passphrase(app: App, browser: Browser) -> None:
    with app.custodian.outside.from_token(app.token(LEADER), app.custodian.folder.root) as leader:
        invitation = leader.invite("nyansatt", "Nils <b>Nyansatt</b>", "researcher", WHY)
    with visit(app, browser) as seen:
        page = seen.page
        page.goto(app.address + "/sign-in")
        fill(page, "nyansatt", invitation.passphrase or "", invitation.code)
        page.get_by_role("heading", name="Sett opp andre faktor").wait_for()
        assert page.url == f"{app.address}/enrolment"
        expect(page.get_by_text("Velkommen, Nils <b>Nyansatt</b>.")).to_be_visible()
        page.goto(app.address + "/users")
        assert page.url == f"{app.address}/enrolment"
        secret = Secret(base32(page.locator("code").inner_text()))
        form = {
            "Koden den viser nå": "000000",
            "Din egen passfrase": "rim under gamle bjelker",
            "Samme passfrase en gang til": "rim under gamle bjelker",
        }
        for label, value in form.items():
            page.get_by_label(label).fill(value)
        seen.foreseen.append("422")
        with page.expect_response("**/enrolment") as refused:
            page.get_by_role("button", name="Bekreft").click()
        assert refused.value.status == 422
        expect(page.get_by_role("alert")).to_be_visible()
        assert base32(page.locator("code").inner_text()) == secret.reveal()
        form["Koden den viser nå"] = totp.code_at(secret, totp.step_at(time.time()))
        for label, value in form.items():
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Bekreft").click()
        page.get_by_role("heading", name="Velkommen, Nils").wait_for()


def base32(text: str) -> bytes:
    plain = text.replace(" ", "")
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def test_left_alone_the_screen_is_cleared(browser: Browser) -> None:
    with running_app(VARDE_IDLE_SECONDS="5") as app, visit(app, browser, AUDITOR) as seen:
        seen.foreseen.append("401")
        page = seen.go("/audit", "Revisjonslogg")
        page.get_by_text("Du blir snart logget ut").wait_for()
        page.wait_for_url("**/sign-in?because=idle")
        expect(page.get_by_role("status")).to_have_text("Du ble logget ut fordi ingenting skjedde på en stund.")


def test_a_screen_of_one_person_does_not_stay_when_another_signs_in(app: App, browser: Browser) -> None:
    """Two tabs of one browser share the cookie."""
    with visit(app, browser, AUDITOR) as seen:
        seen.foreseen += ["401", "dynamically imported module"]
        page = seen.go("/audit", "Revisjonslogg")
        page.wait_for_timeout(2000)  # the first look is after one second
        other = {"name": "varde_session", "value": app.token(CHECKER), "url": app.address}
        seen.context.add_cookies([other])
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.get_by_role("heading", name="Velkommen, Halvard").wait_for()


def test_without_the_gate_the_pages_show_nothing(app: App, browser: Browser) -> None:
    """`streamlit run app.py` has no gate before it: the script refuses by itself."""
    port = int(app.address.rsplit(":", 1)[1]) + 1
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        bare = f"http://localhost:{port}"
        for _ in range(200):
            try:
                if httpx.get(f"{bare}/_stcore/health", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        page = browser.new_page()
        page.goto(bare)
        page.get_by_text("Økten er over. Logg inn for å fortsette.").wait_for()
        assert page.locator("h1, h2, table, input").count() == 0
        page.close()
    finally:
        process.terminate()
        process.wait(20)
