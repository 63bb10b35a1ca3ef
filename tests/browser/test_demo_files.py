"""The whole atlas of the demo city: every page of the outside contract, and the same figures in all files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from workbook import sheet_rows

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.pack.city import City

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
THEME_PAGES = [theme.page for name, theme in THEMES.items() if name != "targets"]
LAYER_COLUMNS = {
    ("bereik", "homes"): {"home_id", "area_id", "walk_m_food_shop", "cycle_m_food_shop"},
    ("kinderopvang", "homes"): {"catchment_places_per_100_children"},
    ("bomen", "sites"): {"size_class", "owner", "need"},
    ("ontharding", "patches"): {"m2", "width_m", "owner", "priority", "opportunity"},
}


def figures(atlas: Path, page: str) -> dict[str, Any]:
    pages = json.loads((atlas / "atlas.json").read_text(encoding="utf-8"))["pages"]
    return next(one["result"] for one in pages if one["page"] == page)


def sheet(atlas: Path, page: str, name: str) -> list[dict[str, Any]]:
    return sheet_rows(atlas / f"{page}.xlsx", name)


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
        book = {line["area_id"]: line for line in sheet_rows(demo_atlas / f"{page}.xlsx", "Gebieden")}
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
        found = set(gpd.read_file(demo_atlas / f"{page}.gpkg", layer=layer, rows=2).columns)
        assert columns <= found, (page, layer)
        assert layer != "homes" or "residents" not in found, "with its minutes they would tell of few people"


@pytest.mark.parametrize("name", THEME_PAGES)
def test_the_workbook_and_geojson_of_a_page_hold_the_figures_of_the_json(demo_atlas: Path, name: str) -> None:
    result = figures(demo_atlas, name)

    def same(found: Any, wanted: Any) -> bool:
        return bool(found == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted))

    rows = sheet(demo_atlas, name, "Gebieden")
    assert len(rows) == len(result["areas"])
    features = json.loads((demo_atlas / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    for area, row, feature in zip(result["areas"], rows, features, strict=True):
        assert {key for key, value in area.items() if not same(row[key], value)} == set()
        assert {key for key, value in area.items() if not same(feature["properties"][key], value)} == set()
    (whole,) = sheet(demo_atlas, name, "Stad")
    wanted = {key: value for key, value in result["city"].items() if key in result["areas"][0]}
    assert set(whole) == {"area_id", "name", *wanted}
    assert {key for key, value in wanted.items() if not same(whole[key], value)} == set()
    book = sheet(demo_atlas, name, "Kerncijfers")
    for figure, row in zip(result["headlines"], book, strict=True):
        assert {key for key, value in figure.items() if not same(row[key], value)} == set(), figure["key"]


def test_the_scenario_of_the_demo_has_what_is_planned(demo: City, demo_atlas: Path) -> None:
    pages = {page["page"]: page["result"] for page in json.loads((demo_atlas / "atlas.json").read_text())["pages"]}
    city = pages["kinderopvang_vergelijking"]["city"]
    planned = demo.childcare.loc[demo.childcare["standing"] != "existing", "places"].sum()
    assert city["places_change"] == planned == 82
    assert city["places_before"] == pages["kinderopvang"]["city"]["places"]
