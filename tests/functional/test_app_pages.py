"""What people do on the pages, in a real browser: users, the key area, the audit log, one's own account."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import AUDITOR, CONTACT, CUSTODIAN, LEADER, OPERATOR, RESEARCHER, passphrase_of
from playwright.sync_api import Browser, Locator, Page, expect
from running_app import NARROW, WIDE, App, chromium, running_app, visit

from secure_zone.client import Zone
from secure_zone.errors import SignInFailed
from secure_zone.keys import totp
from secure_zone.keys.secret import Secret

pytestmark = pytest.mark.browser
PAGES = ["Hjem", "Min konto", "Brukere", "Nøkkelområde", "Revisjonslogg"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def app(browser: Browser) -> Iterator[App]:
    with running_app() as running:
        yield running


def choose(page: Page, box: Locator, option: str) -> None:
    """Pick from one of Streamlit's drop-down lists."""
    box.click()
    page.get_by_role("option", name=option).click()


def table_rows(page: Page) -> list[str]:
    return page.locator("table.varde-table tbody tr").all_inner_texts()


def test_each_role_sees_its_own_pages_and_no_others(app: App, browser: Browser) -> None:
    seen = {}
    for user in (RESEARCHER, AUDITOR):
        with visit(app, browser, user) as here:
            page = here.go("/", "Velkommen")
            expect(page.get_by_text("DEMO", exact=True)).to_be_visible()
            if user == AUDITOR:
                page.get_by_test_id("stTopNavSection").click()
                expect(page.get_by_role("menuitem", name="Revisjonslogg")).to_be_visible()
            offered = page.get_by_role("link").or_(page.get_by_role("menuitem")).all_inner_texts()
            seen[user] = [name for name in offered if name in PAGES]
            expect(page.get_by_test_id("stCode")).to_have_count(int(user == RESEARCHER))
    assert seen[RESEARCHER] == ["Hjem", "Min konto"]
    assert seen[AUDITOR] == PAGES


def test_a_user_is_added_found_reset_and_removed(app: App, browser: Browser) -> None:
    with visit(app, browser, LEADER) as here:
        page = here.go("/users", "Brukere")
        page.get_by_role("tab", name="Legg til bruker").click()
        added = page.get_by_role("tabpanel", name="Legg til bruker")
        added.get_by_label("Navn", exact=True).fill("Åse *Prøve*")
        added.get_by_label("Brukernavn").fill("aase")
        added.get_by_label("Begrunnelse").fill("x")
        added.get_by_role("button", name="Legg til brukeren").click()
        expect(added.get_by_role("alert")).to_contain_text("Skriv en begrunnelse på minst 5 tegn.")
        added.get_by_label("Begrunnelse").fill("ny i prosjektet")
        added.get_by_role("button", name="Legg til brukeren").click()
        expect(page.get_by_text("Midlertidig passfrase")).to_be_visible()
        page.get_by_role("button", name="Jeg har overlevert det").click()
        expect(page.get_by_text("Midlertidig passfrase")).to_have_count(0)

        page.get_by_role("tab", name="Alle brukere").click()
        page.get_by_label("Søk").fill("aase")
        page.get_by_label("Søk").press("Enter")
        expect(page.get_by_text("1 av 9 brukere")).to_be_visible()
        assert "Åse *Prøve*" in table_rows(page)[0] and "Invitert" in table_rows(page)[0]

        page.get_by_role("tab", name="Hjelp eller fjern en bruker").click()
        changed = page.get_by_role("tabpanel", name="Hjelp eller fjern en bruker")
        choose(page, changed.get_by_role("combobox"), "Halvard Tveitnes (halvard)")
        changed.get_by_text("Nullstill andre faktor").click()
        changed.get_by_label("Begrunnelse").fill("telefonen er mistet")
        changed.get_by_role("button", name="Utfør").click()
        expect(page.get_by_text("Kryss av for at du er sikker.")).to_be_visible()
        changed.get_by_text("Jeg er sikker.").click()
        changed.get_by_role("button", name="Utfør").click()
        expect(page.get_by_text("logger inn én gang med sin egen passfrase")).to_be_visible()
        page.get_by_role("button", name="Jeg har overlevert det").click()
        expect(page.get_by_text("Jeg har overlevert det")).to_have_count(0)

        choose(page, changed.get_by_role("combobox"), "Åse *Prøve* (aase)")
        changed.get_by_text("Fjern brukeren").click()
        changed.get_by_label("Begrunnelse").fill("sluttet i prosjektet")
        expect(changed.get_by_role("checkbox")).not_to_be_checked()
        changed.get_by_text("Jeg er sikker.").click()
        changed.get_by_role("button", name="Utfør").click()
        expect(page.get_by_text("aase er fjernet.")).to_be_visible()
        page.get_by_role("tab", name="Alle brukere").click()
        expect(page.get_by_text("Ingen brukere passer med søket.")).to_be_visible()
        page.get_by_text("Vis fjernede brukere også").click()
        expect(page.locator("table.varde-table tbody tr").first).to_contain_text("Fjernet")
    with Zone.from_token(app.token(LEADER), app.custodian.folder.root) as zone:
        states = {one.user: one.state.value for one in zone.users()}
    assert (states["aase"], states["halvard"]) == ("removed", "reset")


def test_a_renewed_account_is_confirmed_by_another_holder(app: App, browser: Browser) -> None:
    with visit(app, browser, LEADER) as here:
        page = here.go("/users", "Brukere")
        page.get_by_role("tab", name="Hjelp eller fjern en bruker").click()
        changed = page.get_by_role("tabpanel", name="Hjelp eller fjern en bruker")
        choose(page, changed.get_by_role("combobox"), "Solveig Åsbakken (solveig)")
        changed.get_by_text("Forny kontoen").click()
        changed.get_by_label("Begrunnelse").fill("passfrasen er glemt")
        changed.get_by_text("Jeg er sikker.").click()
        changed.get_by_role("button", name="Utfør").click()
        expect(page.get_by_text("Midlertidig passfrase")).to_be_visible()
        box = page.locator(".st-key-renewal-solveig")
        expect(box).to_contain_text("ragnhild")
        expect(box.get_by_role("button")).to_have_count(0)
    with visit(app, browser, CUSTODIAN) as here:
        page = here.go("/users", "Brukere")
        box = page.locator(".st-key-renewal-solveig")
        box.get_by_label("Begrunnelse").fill("har snakket med henne")
        box.get_by_role("button", name="Bekreft fornyelsen").click()
        expect(page.get_by_text("Fornyelsen av solveig er bekreftet.")).to_be_visible()
        expect(box).to_have_count(0)


def test_the_key_area_is_closed_and_opened_with_a_reason(app: App, browser: Browser) -> None:
    with visit(app, browser, CUSTODIAN) as here:
        page = here.go("/key-area", "Nøkkelområde")
        expect(page.get_by_text("Forseglet til 3 av høyst 4 personer")).to_be_visible()
        for button, outcome in (("Lukk nøkkelområdet", "Lukket."), ("Åpne nøkkelområdet", "Åpent.")):
            page.get_by_label("Begrunnelse").fill("en prøve av døren")
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text(outcome).first).to_be_visible()


def test_the_audit_log_is_filtered_verified_and_taken_out(app: App, browser: Browser) -> None:
    with visit(app, browser, AUDITOR) as here:
        page = here.go("/audit", "Revisjonslogg")
        choose(page, page.get_by_role("combobox"), "Bruker invitert")
        page.get_by_label("Hvem (brukernavn)").fill(LEADER)
        page.get_by_role("button", name="Filtrer").click()
        expect(page.locator("table.varde-table tbody tr").first).to_contain_text("Bruker invitert")
        page.wait_for_timeout(500)  # the run that drew the table must end before its buttons are pressed
        rows = table_rows(page)
        assert len(rows) >= 7
        assert all("Bruker invitert" in row and LEADER in row for row in rows)
        with page.expect_download() as got:
            page.get_by_role("link", name="Last ned CSV").click()
        found = list(csv.DictReader(io.StringIO(got.value.path().read_text("utf-8-sig"))))
        assert len(found) == len(rows)
        assert {row["verb"] for row in found} == {"users.invite"}
        with page.expect_download() as got:
            page.get_by_role("link", name="Last ned JSON-linjer").click()
        assert len([json.loads(line) for line in got.value.path().read_text().splitlines()]) == len(rows)
        page.get_by_role("button", name="Kontroller hele loggen").click()
        expect(page.get_by_text("Loggen er hel:")).to_be_visible()


def test_ones_own_account_language_passphrase_and_sessions(app: App, browser: Browser) -> None:
    app.sign_in(OPERATOR)
    with visit(app, browser, OPERATOR) as here:
        page = here.go("/account", "Min konto")
        page.get_by_role("tab", name="Økter").click()
        expect(page.get_by_role("row")).to_have_count(3)
        page.get_by_role("tab", name="Språk").click()
        page.get_by_text("English").click()
        page.get_by_role("button", name="Bruk dette språket").click()
        page.get_by_role("heading", name="My account").wait_for()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("tab", name="Passphrase").click()
        page.get_by_label("The passphrase you have now").fill("not this one at all")
        page.get_by_label("A new passphrase").fill("short")
        page.get_by_label("The new one again").fill("short")
        page.get_by_role("button", name="Change the passphrase").click()
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_new_second_factor_is_in_force_once_it_is_confirmed(app: App, browser: Browser) -> None:
    with visit(app, browser, CONTACT) as here:
        old_code = app.custodian.code(CONTACT)
        page = here.go("/account", "Min konto")
        page.get_by_role("tab", name="Andre faktor").click()
        page.get_by_label("Passfrasen din").fill(passphrase_of(CONTACT))
        page.get_by_role("button", name="Sett opp ny andre faktor").click()
        expect(page.get_by_role("img", name="QR-kode til autentiseringsappen")).to_be_visible()
        written = page.get_by_test_id("stCode").inner_text().strip()
        secret = Secret(base64.b32decode(written + "=" * (-len(written) % 8)))
        page.get_by_label("Koden den viser nå").fill("000000")
        page.get_by_role("button", name="Bekreft").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Koden den viser nå").fill(totp.code_at(secret, totp.step_at(time.time())))
        page.get_by_role("button", name="Bekreft").click()
        expect(page.get_by_text("Den nye andre faktoren gjelder")).to_be_visible()
    with pytest.raises(SignInFailed):
        app.custodian.outside.sign_in(CONTACT, passphrase_of(CONTACT), old_code)
    next_code = totp.code_at(secret, totp.step_at(time.time()) + 1)
    app.custodian.outside.sign_in(CONTACT, passphrase_of(CONTACT), next_code).close()


def test_a_name_that_looks_like_an_address_becomes_no_link(app: App, browser: Browser) -> None:
    with Zone.from_token(app.token(LEADER), app.custodian.folder.root) as zone:
        invitation = zone.invite("www.elsewhere.no", "www.elsewhere.no kari@elsewhere.no", "auditor", "en prøve")
    with app.custodian.outside.sign_in("www.elsewhere.no", invitation.passphrase or "", invitation.code) as invited:
        written = invited.start_enrolment().secret
        secret = base64.b32decode(written + "=" * (-len(written) % 8))
        invited.confirm_enrolment(totp.code_at(Secret(secret), totp.step_at(time.time())), "rim under gamle bjelker")
        app.tokens["www.elsewhere.no"] = invited.token or ""
        with visit(app, browser, "www.elsewhere.no") as here:
            for path in ("/", "/users", "/audit", "/account"):
                page = here.go(path)
                page.wait_for_timeout(500)
                expect(page.locator("[data-testid=stMain] a[href*=elsewhere]:not([href^='#'])")).to_have_count(0)


def test_a_page_of_another_role_and_one_that_is_not_are_told_in_ones_own_language(app: App, browser: Browser) -> None:
    with visit(app, browser, RESEARCHER, language="en-GB") as here:
        here.foreseen += ["403", "404"]
        for path, told in (
            ("/users", "Rollen din gir ikke tilgang til denne siden."),
            ("/x", "Denne siden finnes ikke."),
        ):
            page = here.go(path, "Det gikk ikke")
            expect(page.get_by_role("alert")).to_have_text(told)
            page.get_by_role("link", name="Til forsiden").click()
            page.get_by_role("heading", name="Velkommen").wait_for()


SCREENS = {"wide, light, nb": (WIDE, "light", "nb"), "narrow, dark, en": (NARROW, "dark", "en")}


@pytest.mark.parametrize(("viewport", "scheme", "language"), SCREENS.values(), ids=SCREENS)
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(
    app: App, browser: Browser, viewport: dict[str, int], scheme: str, language: str
) -> None:
    with Zone.from_token(app.token(LEADER), app.custodian.folder.root) as zone:
        zone.change_language(language)
    with visit(app, browser, viewport=viewport, scheme=scheme, language=language) as stranger:
        stranger.go("/sign-in")
        assert serious(stranger.page) == []
    with visit(app, browser, LEADER, viewport=viewport, scheme=scheme) as here:
        for path in ("/", "/users", "/key-area", "/audit", "/account"):
            page = here.go(path)
            page.wait_for_timeout(300)
            assert serious(page) == [], path
            too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            assert not too_wide, path


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, with the elements."""
    own = {"exclude": [["[data-testid=stSidebar]"]]}  # Streamlit's own list of pages on a narrow screen
    found = Axe().run(page, context=own).response["violations"]
    return [
        f"{one['id']}: {re.sub(r'<[^ >]+', '', str(node['target']))} {node['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
