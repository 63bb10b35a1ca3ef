"""Thirty thousand polygons on a page: drawn as a picture, with the values of each told where the pointer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kortrijk_geo.mapping import MapSpec, ShapeLayer, write_page
from kortrijk_geo.mapping.page import MOST_ROWS
from kortrijk_geo.text.dutch import number_text

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
COUNT = 30_000
SIZE_M = 55.0


def boxes(samples: ModuleType) -> gpd.GeoDataFrame:
    """A checkerboard over the town, without gaps."""
    side = int(np.ceil(np.sqrt(COUNT)))
    row, column = np.divmod(np.arange(COUNT), side)
    x, y = (centre - side * SIZE_M / 2 for centre in samples.CENTRE)
    west, south = x + column * SIZE_M, y + row * SIZE_M
    return gpd.GeoDataFrame(
        {"m2": np.arange(COUNT) * 3.0, "gain": np.where(np.arange(COUNT) % 3, "hoog", "laag")},
        geometry=shapely.box(west, south, west + SIZE_M, south + SIZE_M),
        crs=samples.CRS,
    )


def point_at(page: Any, frame: gpd.GeoDataFrame, row: int) -> list[float]:
    """Bring a polygon to the middle of the map and return where that is on the screen."""
    middle = frame.geometry.iloc[[row]].centroid.to_crs("EPSG:4326").iloc[0]
    at = page.evaluate(
        """([lat, lng]) => {
          const { map } = KortrijkAtlas.views[0];
          map.setView([lat, lng], 18, { animate: false });
          const box = map.getContainer().getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }""",
        [middle.y, middle.x],
    )
    page.mouse.move(at[0] - 60, at[1])
    page.mouse.move(*at, steps=3)
    return at


@pytest.fixture(scope="module")
def patches_page(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("masses") / "patches.html"
    colours = {"hoog": ("hoog", "#08306b"), "laag": ("laag", "#c6dbef")}
    fields = {"m2": "oppervlakte (m²)", "gain": "winst"}
    layer = ShapeLayer(boxes(samples), "Vlakken", fields, column="gain", colours=colours, shown=True)
    write_page(replace(samples.spec(), shape_layers=(layer,), point_layers=()), path)
    return path


def test_patches_are_a_picture_that_tells_their_values(
    patches_page: Path, open_page: Opener, samples: ModuleType
) -> None:
    assert patches_page.stat().st_size < 3_000_000
    page = open_page(patches_page)
    page.evaluate("KortrijkAtlas.views[0].overlays[0].layer.ready")
    assert page.locator("canvas.kg-mass").count() == 1
    frame = boxes(samples)
    for row in (0, 12_345, COUNT - 1):
        point_at(page, frame, row)
        assert page.locator(".kg-tip dd").all_inner_texts() == [
            number_text(frame["m2"].iloc[row], "whole"),
            frame["gain"].iloc[row],
        ]
    shown = page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas.kg-mass");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = new Set();
          for (let i = 0; i < data.length; i += 4) found.add(data.slice(i, i + 3).join());
          return [...found];
        }"""
    )
    assert {"8,48,107", "198,219,239"} <= set(shown)


def spec_of_areas(samples: ModuleType) -> MapSpec:
    frame = boxes(samples)[["geometry"]]
    rng = np.random.default_rng(5)
    frame.insert(0, "name", [f"Blok {row}" for row in range(COUNT)])
    for column in ("population", "share_near", "share_near_cycle", "places_per_100"):
        frame[column] = rng.uniform(0, 1, COUNT) * (100 if "share" not in column else 1)
    frame.loc[7, "share_near"] = np.nan
    frame["below"] = frame["places_per_100"] < 60
    frame.index = pd.Index([f"B{row}" for row in range(COUNT)], name="area_id")
    return samples.spec(samples.result(frame=frame), points=10)


@pytest.fixture(scope="module")
def areas_page(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("masses") / "areas.html"
    write_page(spec_of_areas(samples), path)
    return path


def test_thirty_thousand_areas_are_a_picture_too(areas_page: Path, open_page: Opener, samples: ModuleType) -> None:
    assert areas_page.stat().st_size < 3_000_000
    spec = spec_of_areas(samples)
    frame = spec.result.areas
    page = open_page(areas_page)
    page.evaluate("KortrijkAtlas.views[0].mass.ready")
    page.evaluate("KortrijkAtlas.views[0].show(0, false)")
    at = point_at(page, frame, 20_000)
    assert page.locator(".kg-tip strong").inner_text() == "Blok 20000"
    page.mouse.click(*at)
    assert page.locator("#card h3").inner_text() == "Blok 20000"
    text = number_text(frame["share_near"].iloc[20_000], "share")
    assert page.locator("#card dd").first.inner_text() == text
    page.get_by_label("Zoek een gebied").fill("Blok 29999")
    page.get_by_label("Zoek een gebied").press("Enter")
    assert page.locator("#card h3").inner_text() == "Blok 29999"
    assert "gebied=rij-30000" in page.evaluate("location.hash"), "a mass names its areas by their place in the list"
    page.evaluate("location.hash = 'gebied=rij-12'")
    page.wait_for_function("document.querySelector('#card h3').textContent === 'Blok 11'")


def test_another_layer_paints_the_picture_anew(areas_page: Path, open_page: Opener) -> None:
    page = open_page(areas_page)
    page.evaluate("KortrijkAtlas.views[0].mass.ready")
    colours = """() => { const c = document.querySelector(".leaflet-kg-areas-pane canvas");
      return [...c.getContext("2d").getImageData(c.width / 2, c.height / 2, 40, 40).data].join(); }"""
    before = page.evaluate(colours)
    page.evaluate("KortrijkAtlas.views[0].setLayer(2)")
    assert page.evaluate(colours) != before


def test_a_long_table_shows_its_head_and_sorts_all_areas(
    areas_page: Path, open_page: Opener, samples: ModuleType
) -> None:
    frame = spec_of_areas(samples).result.areas
    page = open_page(areas_page)
    lines = page.locator("#areas-table tbody tr")
    assert lines.count() == MOST_ROWS
    page.locator("#areas-table tbody button").nth(3).click()
    page.locator("th[data-active] button").click()
    assert page.locator("#areas-table tr.chosen").count() <= 1
    assert page.locator("#areas-table tr.chosen th", has_not_text="Blok 3").count() == 0
    top = frame.sort_values("share_near", ascending=False).head(50)
    assert page.locator("#areas-table tbody th").all_inner_texts()[:50] == top["name"].tolist()
    shown = page.locator("#areas-table tbody td[data-active]").all_inner_texts()[:50]
    assert shown == [number_text(value, "share") for value in top["share_near"]]
    people = page.locator('#areas-table tbody td[data-column="population"]').all_inner_texts()[:50]
    assert people == [number_text(value, "number") for value in top["population"]]
    assert page.locator("#histogram rect").count() <= 24


def test_leaving_the_map_and_its_controls_are_no_areas(
    areas_page: Path, open_page: Opener, samples: ModuleType
) -> None:
    page = open_page(areas_page)
    page.evaluate("KortrijkAtlas.views[0].mass.ready")
    page.evaluate("KortrijkAtlas.views[0].show(0, false)")
    at = point_at(page, spec_of_areas(samples).result.areas, 20_000)
    assert page.evaluate("KortrijkAtlas.views[0].hovered") == 20_000
    panel = page.locator(".kg-legend").bounding_box()
    page.mouse.move(panel["x"] + 20, panel["y"] + 40, steps=3)
    assert page.evaluate("KortrijkAtlas.views[0].hovered") is None
    page.mouse.move(*at, steps=3)
    page.mouse.move(640, 5, steps=3)
    assert page.evaluate("KortrijkAtlas.views[0].hovered") is None
