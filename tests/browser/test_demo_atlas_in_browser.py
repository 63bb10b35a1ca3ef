"""The whole atlas of the demo city: every page of the outside contract, the same figures in all files, no complaint."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest

from kortrijk_geo.themes import THEMES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo_atlas")]

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


def test_every_page_opens_without_a_complaint_and_says_demo(demo_atlas: Path, open_page: Callable[..., Any]) -> None:
    for path in sorted(demo_atlas.glob("*.html")):
        page = open_page(path)
        page.wait_for_timeout(300)
        assert page.locator("h1").inner_text().strip(), path.name
        assert page.locator("html").get_attribute("lang") == "nl"
        assert "fictieve gegevens, niet voor beslissingen" in page.locator("body").inner_text(), path.name
        if path.stem in CONTRACT:
            assert page.locator("table tbody tr").count() >= 14, path.name
            assert page.locator(".leaflet-container").count() == 1, path.name
