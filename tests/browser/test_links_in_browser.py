"""The ways between the pages of an atlas: the bar, what goes along in the address, and a link that can be copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kortrijk_geo.mapping import PageExtras, write_page

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PAGES = (("index.html", "Overzicht"), ("voorbeeld.html", "Voorbeeld"), ("ander.html", "Ander & <b>"))
VIEW = "KortrijkAtlas.views[0]"


@pytest.fixture
def pages(samples: ModuleType, tmp_path: Path) -> Path:
    """Two pages of one atlas; the other one has fewer areas, and the first layer of neither is that of the link."""
    extras = PageExtras("index.html", addresses=samples.addresses(), pages=PAGES)
    write_page(samples.spec(), tmp_path / "voorbeeld.html", extras=extras)
    write_page(samples.spec(samples.result(9, page="ander")), tmp_path / "ander.html", extras=extras)
    return tmp_path


def along(page: Any, title: str) -> dict[str, list[str]]:
    link = page.locator(".bar a", has_text=title)
    return parse_qs(urlsplit(link.get_attribute("href")).fragment)


def test_area_view_layer_and_search_go_along(pages: Path, open_page: Opener) -> None:
    page = open_page(pages / "voorbeeld.html")
    assert page.locator(".bar a").all_inner_texts() == ["Overzicht", "Voorbeeld", "Ander & <b>"]
    assert page.locator(".bar a[aria-current=page]").inner_text() == "Voorbeeld"
    page.evaluate(f"{VIEW}.setLayer(1); {VIEW}.select(5, {{ zoom: true }})")
    page.get_by_label("Zoek een gebied of adres").fill("dorps")
    page.get_by_label("Opvang").check()
    state = along(page, "Ander")
    assert (state["gebied"], state["zoek"], state["laag"]) == (["W005"], ["dorps"], ["share_near_cycle"])
    assert "toon" not in state
    centre = page.evaluate(f"{VIEW}.map.getCenter()")
    page.locator(".bar a", has_text="Ander").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname.endsWith('/ander.html') && document.documentElement.dataset.ready")
    assert page.evaluate(f"{VIEW}.data.ids[{VIEW}.selected]") == "W005"
    assert page.locator("#card h3").inner_text() == page.evaluate(f"{VIEW}.data.names[5]")
    there = page.evaluate(f"{VIEW}.map.getCenter()")
    assert abs(there["lat"] - centre["lat"]) + abs(there["lng"] - centre["lng"]) < 1e-3
    assert page.get_by_label("Zoek een gebied of adres").input_value() == "dorps"
    assert page.locator("#area-note").is_hidden()


def test_an_area_that_a_page_does_not_have_is_told_and_handed_on(pages: Path, open_page: Opener) -> None:
    page = open_page(pages / "ander.html", hash="#gebied=W012&laag=nergens")
    assert page.evaluate(f"{VIEW}.selected") is None
    assert page.evaluate(f"{VIEW}.active") == 0
    assert "W012" in page.locator("#area-note").inner_text()
    assert along(page, "Voorbeeld")["gebied"] == ["W012"]
    page.evaluate(f"{VIEW}.select(3)")
    assert page.locator("#area-note").is_hidden()
    assert along(page, "Voorbeeld")["gebied"] == ["W003"]


def test_a_link_of_before_still_names_its_area_and_overlays(pages: Path, open_page: Opener) -> None:
    page = open_page(pages / "voorbeeld.html", hash="#laag=share_near_cycle&zicht=13.00/50.82/3.26&ook=1&gebied=4")
    state = f"[{VIEW}.active, {VIEW}.selected, {VIEW}.overlays.map((one) => !!one.shown)[1], {VIEW}.map.getZoom()]"
    assert page.evaluate(state) == [1, 4, True, 13]
    assert "gebied=W004" in page.url
    assert "ook=" not in page.url


REFUSALS = {
    "no clipboard, as from an http server": "Object.defineProperty(navigator, 'clipboard', { value: undefined })",
    "not allowed": "navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))",
}


@pytest.mark.parametrize("refusal", [None, *REFUSALS])
def test_a_link_can_be_copied_where_the_clipboard_is_refused_too(
    pages: Path, open_page: Opener, refusal: str | None
) -> None:
    page = open_page(pages / "voorbeeld.html", hash="#gebied=W004")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if refusal:
        page.evaluate(f"void ({REFUSALS[refusal]})")
    page.get_by_role("button", name="Link kopiëren").click()
    if refusal:
        page.get_by_text("Kopieer de link hieronder (Ctrl+C).").wait_for()
        copied = page.get_by_label("Link naar deze weergave").input_value()
        assert page.evaluate("document.getSelection().toString()") == copied
    else:
        page.get_by_text("De link is gekopieerd.").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{(pages / 'voorbeeld.html').as_uri()}#")
    again = open_page(pages / "voorbeeld.html", hash=copied[copied.index("#") :])
    assert again.evaluate(f"{VIEW}.selected") == 4


def test_the_bar_fits_a_phone_and_stays_off_paper(pages: Path, open_page: Opener) -> None:
    page = open_page(pages / "voorbeeld.html", viewport={"width": 360, "height": 740})
    assert page.locator(".bar").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    assert page.locator(".bar").is_hidden()
