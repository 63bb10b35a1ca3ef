"""The desk in a real browser: from an empty ledger to a printed sheet that verifies, as officer, manager and reader."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from desk_clerk import ANSWERS, FORM, staffed_desk
from desk_visitor import PASSWORD
from wcag import violations

from kortrijk_geo.desk.dossiers.verifying import verify
from kortrijk_geo.pack.city import City

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
Opener = Callable[..., Any]


@pytest.fixture(scope="module")
def desk(demo: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A desk that runs on loopback, and its address."""
    app = staffed_desk(tmp_path_factory.mktemp("desk"), demo)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield app, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    app.state.ledger.close()


@pytest.fixture
def sign_in(browser: Any, desk: tuple[Any, str]) -> Iterator[Opener]:
    """Open the desk as somebody; at the end nothing may have gone wrong and no other host may have been asked."""
    complaints: list[str] = []
    contexts: list[Any] = []
    base = desk[1]

    def opened(name: str, viewport: dict[str, int] = WIDE, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, base_url=base, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" and "422" not in m.text else None)
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("request", lambda r: None if r.url.startswith((base, "data:")) else complaints.append(r.url))
        page.goto("/aanmelden")
        page.get_by_label("Naam").fill(name)
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_role("button", name="Aanmelden").click()
        page.get_by_role("button", name="Afmelden").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def check(page: Any) -> None:
    """No page breaks a rule that axe can judge, or scrolls sideways, on a desk or on a phone."""
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def fill_in(page: Any, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        field = page.locator(f"[name='{name}']")
        if field.first.get_attribute("type") == "radio":
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            field.fill(value)


def test_from_an_empty_ledger_to_a_printed_sheet_that_verifies(
    sign_in: Opener, desk: tuple[Any, str], tmp_path: Path
) -> None:
    an = sign_in("An")
    an.get_by_role("link", name="Nieuwe aanvraag").first.click()
    check(an)
    fill_in(an, FORM)
    an.locator("[name='v.licence']").first.wait_for()
    an.get_by_text("Zo is de plek gelezen: Meensesteenweg 12, 8500 Kortrijk").wait_for()
    fill_in(an, ANSWERS)
    an.get_by_text("€\u00a03.388,00", exact=True).wait_for()
    check(an)
    an.get_by_role("button", name="Toon het advies").click()
    check(an)
    an.get_by_role("button", name="Dien de aanvraag in").click()
    dossier = an.url
    check(an)

    bo = sign_in("Bo")
    bo.goto(dossier)
    ask = "Bevestig met een document"
    while bo.get_by_text(ask).count():
        bo.get_by_text(ask).first.click()
        form = bo.locator("details[open] form").first
        form.get_by_label("Document", exact=True).fill("Besluit van het college")
        form.get_by_label("Datum van het document").fill("1/12/2025")
        form.get_by_role("button", name="Bevestig").click()
    bo.get_by_label("Toekennen").check()
    bo.get_by_label("Motivering").fill("De plaatsen zijn nodig.")
    bo.get_by_role("button", name="Neem de beslissing").click()
    bo.get_by_text("Toegekend: €\u00a03.388,00").wait_for()
    check(bo)

    dirk = sign_in("Dirk")
    for path in ("/", "/?zoek=Meensestwg+12", "/dossiers", "/overzicht", "/regels", "/wat-als", "/hulp", "/privacy"):
        dirk.goto(path)
        check(dirk)
    assert dirk.get_by_role("link", name="Nieuwe aanvraag").count() == 0
    dirk.goto(dossier)
    check(dirk)
    assert dirk.get_by_role("button", name="Neem de beslissing").count() == 0
    dirk.get_by_role("link", name="Blad om af te drukken").click()
    check(dirk)
    dirk.get_by_text("Beslissing: toegekend, € 3.388,00, door Bo").wait_for()
    dirk.pdf(path=tmp_path / "blad.pdf", format="A4", prefer_css_page_size=True)
    assert (tmp_path / "blad.pdf").read_bytes().startswith(b"%PDF")
    assert verify(desk[0].state.ledger).whole


def test_the_map_chooses_a_place_and_the_reading_follows(sign_in: Opener) -> None:
    an = sign_in("An")
    an.goto("/dossiers/nieuw")
    an.locator("#kaart path.leaflet-interactive, #kaart svg path").first.wait_for()
    box = an.locator("#kaart").bounding_box()
    an.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    an.get_by_text("Gelezen als graden").wait_for()
    an.locator("#naast").get_by_text("Verhouding").wait_for()


def test_what_is_typed_is_kept_by_itself(sign_in: Opener) -> None:
    an = sign_in("An")
    an.goto("/dossiers/nieuw")
    an.get_by_label("Aanvrager").fill("vzw De Maan")
    an.get_by_text("Bewaard op").wait_for()
    an.goto("/")
    an.get_by_role("link", name="vzw De Maan").first.click()
    assert an.get_by_label("Aanvrager").input_value() == "vzw De Maan"


def test_everything_but_the_map_works_without_javascript(sign_in: Opener) -> None:
    an = sign_in("An", java_script_enabled=False)
    an.goto("/dossiers/nieuw")
    fill_in(an, FORM)
    an.get_by_role("button", name="Bewaar en toon de vragen").click()
    an.get_by_text("Zo is de plek gelezen:").wait_for()
    fill_in(an, ANSWERS)
    an.get_by_role("button", name="Toon het advies").click()
    an.get_by_role("button", name="Dien de aanvraag in").click()
    an.get_by_text("Verloop").wait_for()


def test_a_wrong_field_takes_the_focus_to_its_summary(sign_in: Opener) -> None:
    an = sign_in("An", PHONE)
    an.goto("/dossiers/nieuw")
    fill_in(an, {"adres": "Meensestraatweg 12", "nieuw": "x"})
    an.get_by_role("button", name="Toon het advies").click()
    an.wait_for_function("document.activeElement.id === 'fouten'")
    an.get_by_role("link", name="Nieuwe plaatsen").click()
    an.wait_for_function("document.activeElement.id === 'nieuw'")
    an.get_by_role("button", name="Meensesteenweg 12, 8500 Kortrijk").click()
    an.get_by_text("Zo is de plek gelezen:").wait_for()
    check(an)
