"""The whole atlas of the demo city: every page of the outside contract, the same figures in all files, no complaint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from pictures import keep_picture

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.pack.city import City

pytestmark = pytest.mark.browser

# The outside contract: page, columns of areas, further layers of the GeoPackage.
CONTRACT = {
    "bereik": (
        {"population", "share_all_walk_15", "share_all_cycle_15", "share_pharmacy_walk_15", "share_pharmacy_cycle_15"},
        {"homes", "facilities"},
    ),
    "kinderopvang": (
        {"children_0_2", "places", "places_per_100_children", "shortage_places", "below_norm"}
        | {"catchment_places_per_100_children"},
        {"locations", "homes"},
    ),
    "bomen": (
        {"canopy_share", "plantable_m2", "tree_sites", "tree_equity_score", "homes_meeting_3_30_300_share"},
        {"sites"},
    ),
    "ontharding": (
        {"sealed_m2", "sealed_share", "removable_m2", "avoided_runoff_20mm_m3", "avoided_runoff_60mm_m3"},
        {"patches"},
    ),
    "sociaal_wonen": (
        {"social_dwellings", "households_private", "social_per_100_households", "location_quotient"},
        set(),
    ),
    "wijktypes": (set(), set()),
}
PHONE = {"width": 360, "height": 740}
MAPS = [*CONTRACT, "kinderopvang_vergelijking"]
LAYER_COLUMNS = {
    ("bereik", "homes"): {"home_id", "area_id", "residents", "walk_m_food_shop", "cycle_m_food_shop"},
    ("kinderopvang", "homes"): {"catchment_places_per_100_children"},
    ("bomen", "sites"): {"size_class", "owner", "need"},
    ("ontharding", "patches"): {"m2", "width_m", "owner", "priority", "opportunity"},
}


def test_every_page_is_there_and_light(demo_atlas: Path) -> None:
    names = {path.name for path in demo_atlas.iterdir()}
    assert {"index.html", "atlas.json", "doelen.html", "doelen.json", "doelen.xlsx"} <= names
    for page in CONTRACT:
        assert {f"{page}.html", f"{page}.gpkg", f"{page}.xlsx", f"{page}.geojson"} <= names
    heavy = {path.name: path.stat().st_size for path in demo_atlas.glob("*.html") if path.stat().st_size > 3_000_000}
    assert heavy == {}


def test_page_geopackage_workbook_and_json_hold_the_same_figures(demo_atlas: Path) -> None:
    pages = {page["page"]: page["result"] for page in json.loads((demo_atlas / "atlas.json").read_text())["pages"]}
    assert set(pages) == {theme.page for theme in THEMES.values()} | {"kinderopvang_vergelijking"}
    for page, (columns, layers) in CONTRACT.items():
        rows = {row["area_id"]: row for row in pages[page]["areas"]}
        assert len(rows) == 14
        assert columns <= set(next(iter(rows.values()))), page
        assert columns - {"name"} <= set(pages[page]["city"]), page
        areas = gpd.read_file(demo_atlas / f"{page}.gpkg", layer="areas").set_index("area_id")
        sheet = openpyxl.load_workbook(demo_atlas / f"{page}.xlsx")["Gebieden"]
        head, *lines = [list(line) for line in sheet.iter_rows(values_only=True)]
        book = {line[head.index("area_id")]: dict(zip(head, line, strict=True)) for line in lines}
        for area_id, row in rows.items():
            for column in columns:
                value = row[column]
                stored = areas.loc[area_id, column]
                if value is None:
                    assert stored != stored or stored is None  # noqa: PLR0124 - NaN
                    assert book[area_id][column] is None
                else:
                    assert stored == pytest.approx(value), (page, column)
                    assert book[area_id][column] == pytest.approx(value), (page, column)
        found = set(gpd.list_layers(demo_atlas / f"{page}.gpkg")["name"])
        assert layers | {"areas"} <= found, page
    for (page, layer), columns in LAYER_COLUMNS.items():
        assert columns <= set(gpd.read_file(demo_atlas / f"{page}.gpkg", layer=layer, rows=2).columns), (page, layer)


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
    """A map prints on one page of A4, landscape, with legend and table beside it; afterwards the screen is back."""
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    assert content.count(b"/Type /Page\n") == 1, name
    wide, high = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content).groups())
    assert (wide, high) == pytest.approx((842, 595), abs=1)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    shown = page.locator(".kg-legend").bounding_box()
    paper = page.locator(".mapbox").bounding_box()
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


def test_every_page_opens_prints_and_finds_an_address(
    demo: City, demo_atlas: Path, open_page: Callable[..., Any]
) -> None:
    address = demo.addresses.iloc[12_345]
    area = demo.areas[demo.areas.covers(address.geometry)]["name"].iloc[0]
    for path in sorted(demo_atlas.glob("*.html")):
        page = open_page(path)
        check_opened(page, path.stem, f"demo-{path.stem}-desk")
        if path.stem in MAPS:
            check_printed(page, path.stem)
            check_found(page, f"{address['street']} {address['house_number']}", area)


def test_every_page_opens_on_a_phone(demo_atlas: Path, open_page: Callable[..., Any]) -> None:
    for path in sorted(demo_atlas.glob("*.html")):
        check_opened(open_page(path, viewport=PHONE), path.stem, f"demo-{path.stem}-phone")


def test_the_scenario_of_the_demo_has_what_is_planned(demo: City, demo_atlas: Path) -> None:
    pages = {page["page"]: page["result"] for page in json.loads((demo_atlas / "atlas.json").read_text())["pages"]}
    city = pages["kinderopvang_vergelijking"]["city"]
    planned = demo.childcare.loc[demo.childcare["standing"] != "existing", "places"].sum()
    assert city["places_change"] == planned == 82
    assert city["places_before"] == pages["kinderopvang"]["city"]["places"]
