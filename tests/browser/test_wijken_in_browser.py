"""The page of the wijken in a real browser, from disk: choose, compare, print one and all, and what goes along."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wcag import violations

from kortrijk_geo.atlas.neighbourhoods import themes_of
from kortrijk_geo.atlas.overview import written_page
from kortrijk_geo.atlas.ranks import ranks, remarks
from kortrijk_geo.mapping.area_facts import area_facts
from kortrijk_geo.mapping.area_maps import PlaceLayer, area_maps
from kortrijk_geo.mapping.wijken import wijken_html
from kortrijk_geo.text.safe import visible

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
BAR = (("index.html", "Overzicht"), ("wijken.html", "Wijken"), ("voorbeeld.html", "Voorbeeld"))


def write_wijken(samples: ModuleType, folder: Path, names: list[str] | None = None, count: int = 14) -> Path:
    """Write the page of an invented theme, as an atlas does; its names may be hostile."""
    result = samples.result(count)
    if names:
        result.areas["name"] = names
    frame = result.areas
    pages = [written_page(samples.spec(result, points=0), ["voorbeeld.html"])]
    themes, elsewhere = themes_of(list(frame.index), pages)
    figures = [each for theme in themes for each in theme["indicators"]]
    placed = [ranks(each["values"]) for each in figures]
    for each, ranked in zip(figures, placed, strict=True):
        each["ranks"] = [rank and [rank.text, rank.standing(each["better"])] for rank in ranked]
    points = samples.homes(12).assign(name=(names or ["Opvang"]) * 12 if names is None else (names * 12)[:12])
    document = {
        "city": "Voorbeeldstad", "ids": list(frame.index), "names": list(frame["name"]), "facts": area_facts(frame),
        "themes": themes, "elsewhere": elsewhere,
        "remarks": remarks(len(frame), figures, placed),
        "sources": ["Bron"], "background": "",
        "map": area_maps(frame, samples.context(), [PlaceLayer(points, "opvang", "#0072b2")]),
    }  # fmt: skip
    text = wijken_html(document, file="wijken.html", bar=BAR, index="index.html", warnings=["DEMO: fictief"])
    (folder / "wijken.html").write_bytes(text.encode())
    return folder / "wijken.html"


def sheets(page: Any) -> list[str]:
    return list(page.locator(".sheet h2").all_inner_texts())


def pages_of(page: Any) -> int:
    return len(re.findall(rb"/Type /Page\n", page.pdf(prefer_css_page_size=True, print_background=True)))


def test_a_wijk_is_chosen_compared_printed_and_linked(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    page = open_page(write_wijken(samples, tmp_path), hash="#gebied=W002&zicht=14.00/50.82/3.26")
    names = page.evaluate("JSON.parse(document.getElementById('wijken').textContent).names")
    assert sheets(page) == [names[2]]
    first = page.locator(".numbers tbody tr").nth(1)
    assert first.locator(".own").inner_text() == "onbekend"  # and it has no rank
    assert first.locator(".standing").inner_text() == ""
    assert violations(page) == []
    page.get_by_label("Wijk", exact=True).select_option(label=names[5])
    assert sheets(page) == [names[5]]
    assert "gebied=W005" in page.url
    assert "gebied=W005" in page.locator(".bar a", has_text="Voorbeeld").get_attribute("href")
    assert "zicht=14.00" in page.locator(".bar a", has_text="Voorbeeld").get_attribute("href")
    assert page.locator(".numbers a").get_attribute("href") == "voorbeeld.html#gebied=W005"
    page.get_by_label("Zoek een wijk").fill(names[7].lower())
    page.keyboard.press("Enter")
    assert sheets(page) == [names[7]]
    assert pages_of(page) == 1
    page.get_by_label("Zet ernaast").select_option(label=names[1])
    assert sheets(page) == [names[7], names[1]]
    assert "gebied=W007&naast=W001" in page.url
    assert violations(page) == []
    assert pages_of(page) == 1
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Alle wijken afdrukken").click()
    assert len(sheets(page)) == 14
    assert pages_of(page) == 14
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert sheets(page) == [names[7], names[1]]


def test_an_unknown_wijk_is_told_and_handed_on(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    page = open_page(write_wijken(samples, tmp_path), viewport=PHONE, hash="#gebied=34022A00-")
    assert "34022A00-" in page.locator("#area-note").inner_text()
    assert len(sheets(page)) == 1
    assert "gebied=34022A00-" in page.locator(".bar a", has_text="Voorbeeld").get_attribute("href")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_hostile_names_stay_text(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    names = list(samples.HOSTILE)
    page = open_page(write_wijken(samples, tmp_path, names, len(names)), hash="#gebied=W000&naast=W001&alle=1")
    assert sorted(page.locator(".sheet h2").all_text_contents()) == sorted(visible(name) for name in names)
    assert page.evaluate("window.attacked") is None
    assert page.locator("#sheets :is(script, img, iframe)").count() == 0
