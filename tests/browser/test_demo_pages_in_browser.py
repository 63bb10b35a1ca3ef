"""Every page of the demo city is visited twice, on a desk and on a phone: all that is asked of it is asked there.

A page opens whole, breaks no rule that axe can judge, shows the figures of the files in its headlines, table and map,
prints on one page, and finds an address.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import keep_picture
from wcag import violations

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.pack.city import City
from kortrijk_geo.targets import load_targets
from kortrijk_geo.targets.notes import amount
from kortrijk_geo.text.dutch import UNKNOWN, number_text

pytestmark = pytest.mark.browser

THEME_PAGES = [theme.page for name, theme in THEMES.items() if name != "targets"]
MAPS = [*THEME_PAGES, "kinderopvang_vergelijking"]
PAGES = ["index", *MAPS, "doelen", "wijken"]
PHONE = {"width": 360, "height": 740}
TEXTS = "(cells) => cells.map((cell) => cell.textContent.trim())"
# The cells of the table that an attribute marks, and those of the whole city below them.
COLUMN = """(mark) => Object.fromEntries(["body", "foot"].map((part) => [
  part, [...document.querySelectorAll(`#areas-table t${part} td[${mark}]`)].map((cell) => cell.textContent.trim())
]))"""


def test_every_page_is_visited(demo_atlas: Path) -> None:
    assert {path.stem for path in demo_atlas.glob("*.html")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_desk(demo: City, demo_atlas: Path, open_page: Callable[..., Any], name: str) -> None:
    page = open_page(demo_atlas / f"{name}.html")
    check_opened(page, name, f"demo-{name}-desk")
    check_accessible(page)
    if name in MAPS:
        check_printed(page, name)
    if name in THEME_PAGES:
        told = entry(demo_atlas, name)
        check_headlines(page, told)
        check_table_and_map(page, told["result"])
    if name in MAPS:
        address = demo.addresses.iloc[12_345]
        area = demo.areas[demo.areas.covers(address.geometry)]["name"].iloc[0]
        check_found(page, f"{address['street']} {address['house_number']}", area)
    if name == "doelen":
        check_targets(page, demo_atlas)
    if name == "index":
        check_tiles(page, demo_atlas)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone(demo_atlas: Path, open_page: Callable[..., Any], name: str) -> None:
    page = open_page(demo_atlas / f"{name}.html", viewport=PHONE)
    check_opened(page, name, f"demo-{name}-phone")
    check_accessible(page)


def check_opened(page: Any, name: str, picture: str) -> None:
    """A page that was just opened is whole and says that it is the demo."""
    page.wait_for_timeout(300)
    assert page.locator("h1").inner_text().strip(), name
    assert page.locator("html").get_attribute("lang") == "nl"
    assert "fictieve gegevens, niet voor beslissingen" in page.locator("body").inner_text(), name
    if name in MAPS:
        assert page.locator("table tbody tr").count() >= 14, name
        assert page.locator(".leaflet-container").count() == 1, name
    keep_picture(page, picture)


def check_printed(page: Any, name: str) -> None:
    """A map prints on one page of A4, landscape, with legend and table beside it; afterwards the screen is back.

    Rankings come on pages of their own behind it.
    """
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    assert content.count(b"/Type /Page\n") in (range(2, 5) if name == "stadspatrimonium" else [1]), name
    wide, high = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content).groups())
    assert (wide, high) == pytest.approx((842, 595), abs=1)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    shown = page.locator(".kg-legend").bounding_box()
    paper = page.locator(".mapbox").last.bounding_box()
    assert paper["x"] + paper["width"] <= shown["x"], name
    assert shown["y"] + shown["height"] <= paper["y"] + paper["height"] + 1, name
    assert page.locator("#areas-table").is_visible(), name
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")


def check_found(page: Any, words: str, area: str) -> None:
    """An address is found on a map, and its area is chosen."""
    search = page.get_by_label("Zoek een gebied of adres")
    search.fill(words)
    assert page.locator("#hits button").first.inner_text().startswith(words)
    search.press("Enter")
    assert page.locator("#card h3").inner_text() == area


def check_accessible(page: Any) -> None:
    """A page breaks no rule of WCAG that axe can judge, and nothing of it is beside the window."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def entry(atlas: Path, page: str) -> dict[str, Any]:
    pages = json.loads((atlas / "atlas.json").read_text(encoding="utf-8"))["pages"]
    return next(one for one in pages if one["page"] == page)


def headline_text(figure: dict[str, Any]) -> str:
    """The number of a headline, or its bounds, as a Dutch reader writes it."""
    value, limits = figure["value"], [] if figure["target"] is None else [figure["target"]]
    if value is None and figure["low"] is not None and figure["unit"] == "aandeel":
        low, high = math.floor(figure["low"] * 1000) / 10, math.ceil(figure["high"] * 1000) / 10
        return f"tussen {low:.1f} % en {high:.1f} %".replace(".", ",")
    if figure["unit"] == "aandeel":
        return number_text(value, "share", limits)
    whole = value is not None and (value == round(value) or abs(value) >= 10_000)
    return f"{number_text(value, 'whole' if whole else 'number', limits)} {figure['unit']}".strip()


def check_headlines(page: Any, told: dict[str, Any]) -> None:
    """The headlines of a page are those of the file, and measures of statistics stand in the method."""
    headlines = [figure for figure in told["result"]["headlines"] if figure["key"] not in told["statistics"]]
    shown = page.eval_on_selector_all(".figures .figure .value", TEXTS)
    assert shown == [headline_text(figure) for figure in headlines]
    labels = page.eval_on_selector_all(".figures .figure .label", TEXTS)
    assert labels == [figure["label"] for figure in headlines]
    method = page.locator("details", has_text="Methode en bronnen").last.text_content()
    assert all(f["label"] in method for f in told["result"]["headlines"] if f["key"] in told["statistics"])


def check_tiles(index: Any, atlas: Path) -> None:
    """The tile of each theme on the index shows its first headline."""
    for name in THEME_PAGES:
        tile = index.locator(".tile").filter(has=index.locator(f'h3 a[href="{name}.html"]'))
        first = entry(atlas, name)["result"]["headlines"][0]
        assert tile.locator(".big").text_content().strip() == headline_text(first), name


def check_table_and_map(page: Any, result: dict[str, Any]) -> None:
    """Every cell of the table, and every layer of the map that it can show, is the figure of the file."""
    areas, city = result["areas"], result["city"]
    data = json.loads(page.locator('script[type="application/json"]').text_content())
    assert data["names"] == [area["name"] for area in areas]
    assert set(data["values"]) == {one["column"] for one in [*data["table"], *data["layers"]]}
    for column, values in data["values"].items():
        assert values == [area[column] for area in areas], column
    limits = {layer["column"]: layer["limits"] for layer in data["layers"]}

    def check(shown: dict[str, list[str]], column: str, unit: str, edges: list[float]) -> None:
        assert shown["body"] == [number_text(area[column], unit, edges) for area in areas], column
        assert shown["foot"] == [number_text(city[column], unit, edges) if column in city else ""], column

    assert len(data["table"]) == page.locator("#areas-table thead th[data-column]").count()
    kept = page.evaluate(
        f"(table) => table.map(({{ column }}) => ({COLUMN})(`data-column='${{column}}'`))", data["table"]
    )
    for one, shown in zip(data["table"], kept, strict=True):
        check(shown, one["column"], one["unit"], limits.get(one["column"], []))
    # All at once, so that the browser does not paint each layer for nobody.
    turns = page.evaluate(
        f"(layers) => layers.map((_, place) => (KortrijkAtlas.views[0].setLayer(place), ({COLUMN})('data-active')))",
        data["layers"],
    )
    for layer, shown in zip(data["layers"], turns, strict=True):
        assert layer.get("city") == city.get(layer["column"])
        check(shown, layer["column"], layer["unit"], layer["limits"])
    assert {one["unit"] for one in data["table"] if "share" in one["column"].split("_")} <= {"share"}


def check_targets(page: Any, atlas: Path) -> None:
    """The page of the goals shows where the city stands as its file does."""
    result = entry(atlas, "doelen")["result"]
    assert json.loads((atlas / "doelen.json").read_text(encoding="utf-8")) == result
    known = {target.key: target for target in load_targets().targets}
    wanted = {t["label"]: amount(t["now"], known[t["key"]]) for t in result["targets"]}
    assert len(set(wanted.values()) - {UNKNOWN}) > 5
    shown = page.eval_on_selector_all(
        ".goal", "(goals) => goals.map((g) => ['h3', '.now bdi'].map((s) => g.querySelector(s).textContent.trim()))"
    )
    assert dict(shown) == wanted
