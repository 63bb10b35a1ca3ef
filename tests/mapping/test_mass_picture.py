"""Masses of polygons as a picture of row numbers: every polygon is in it, where it lies, under its own number."""

from __future__ import annotations

import base64
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.features
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kortrijk_geo.mapping import geometry
from kortrijk_geo.mapping.mass import row_picture

# A PNG by itself has no place on earth, which rasterio warns of.
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def decoded(picture: dict) -> np.ndarray:
    """Rows of the pixels, -1 where there is none."""
    png = base64.b64decode(picture["url"].partition(",")[2])
    with rasterio.MemoryFile(png) as memory, memory.open() as source:
        red, green, blue = source.read().astype(np.int64)
    return (red << 16 | green << 8 | blue) - 1


def at(picture: dict, points: np.ndarray) -> np.ndarray:
    """Rows at places in web Mercator, as the page looks them up."""
    rows = decoded(picture)
    corners = gpd.GeoSeries([shapely.Point(x, y) for y, x in picture["bounds"]], crs="EPSG:4326").to_crs("EPSG:3857")
    (west, south), (east, north) = ((p.x, p.y) for p in corners)
    x = (shapely.get_x(points) - west) / (east - west) * rows.shape[1]
    y = (north - shapely.get_y(points)) / (north - south) * rows.shape[0]
    return rows[np.clip(y, 0, rows.shape[0] - 1).astype(int), np.clip(x, 0, rows.shape[1] - 1).astype(int)]


def grid_of_boxes(count: int, size_m: float) -> np.ndarray:
    side = int(np.ceil(np.sqrt(count)))
    x, y = np.divmod(np.arange(count), side)
    west, south = 363_000 + x * size_m, 6_590_000 + y * size_m
    return shapely.box(west, south, west + 0.9 * size_m, south + 0.9 * size_m)


def test_thirty_thousand_polygons_are_all_found_at_their_place() -> None:
    shapes = grid_of_boxes(30_000, 60)
    picture = row_picture(shapes)
    assert (at(picture, shapely.centroid(shapes)) == np.arange(30_000)).all()
    between = shapely.points(shapely.get_coordinates(shapely.centroid(shapes)) + 29)
    assert (at(picture, between[:-200]) == -1).mean() > 0.95
    assert len(picture["url"]) < 700_000


def test_a_polygon_smaller_than_a_pixel_still_has_one() -> None:
    large = shapely.box(363_000, 6_590_000, 383_000, 6_610_000)
    small = shapely.box(370_000.0, 6_600_000.0, 370_000.4, 6_600_000.4)
    hidden = shapely.Point(375_000, 6_600_000).buffer(0.2)
    rows = decoded(row_picture(np.array([small, hidden, large])))
    assert {0, 1, 2} <= set(np.unique(rows).tolist())
    assert (rows == 0).sum() == 1


@settings(max_examples=8)
@given(st.lists(st.tuples(st.floats(0, 5e4), st.floats(0, 5e4), st.floats(0.1, 5e3)), min_size=1, max_size=40))
def test_each_pixel_tells_a_polygon_that_touches_it(boxes: list[tuple[float, float, float]]) -> None:
    shapes = np.array([shapely.box(x, y, x + size, y + size) for x, y, size in boxes])
    picture = row_picture(shapes)
    rows = decoded(picture)
    west, south, east, north = shapely.total_bounds(shapes)
    line, column = np.nonzero(rows >= 0)
    some = np.linspace(0, len(line) - 1, min(200, len(line))).astype(int)
    line, column = line[some], column[some]
    across, along = (east - west) / rows.shape[1], (north - south) / rows.shape[0]
    # Half a pixel beyond its edges, for the rounding of the bounds in degrees.
    left, top = west + (column - 0.5) * across, north - (line - 0.5) * along
    pixels = shapely.box(left, top - 2 * along, left + 2 * across, top)
    assert shapely.intersects(pixels, shapes[rows[line, column]]).all()


def test_a_single_flat_polygon_is_no_trouble() -> None:
    assert (decoded(row_picture(np.array([shapely.box(0, 0, 5_000, 0.001)]))) == 0).any()


def test_degrees_of_the_bounds_are_those_of_the_polygons() -> None:
    shapes = grid_of_boxes(9, 100)
    (south, west), (north, east) = row_picture(shapes)["bounds"]
    corner = geometry.degrees(shapely.points([shapely.total_bounds(shapes)[:2]]))[0]
    assert (west, south) == pytest.approx((corner.x, corner.y), abs=1e-7)
    assert north > south
    assert east > west


def test_pixels_are_those_that_gdal_burns() -> None:
    # A grid of rings that overlap: the later lie over the earlier, and every other one has a hole.
    x, y = np.divmod(np.arange(400), 20)
    places = shapely.points(363_000 + 1_003.7 * x + 11.3 * y, 6_590_000 + 997.1 * y)
    shapes = shapely.buffer(places, 640)
    shapes[::2] = shapely.difference(shapes[::2], shapely.buffer(places[::2], 220))
    rows = decoded(row_picture(shapes))
    transform = rasterio.transform.from_bounds(*shapely.total_bounds(shapes), rows.shape[1], rows.shape[0])
    burnt = rasterio.features.rasterize(zip(shapes, range(400), strict=True), rows.shape, fill=-1, transform=transform)
    assert set(np.unique(burnt).tolist()) == {-1, *range(400)}
    assert (rows == burnt).all()


def test_a_page_without_a_mass_does_not_load_what_writes_pictures() -> None:
    code = "import sys, kortrijk_geo.mapping.page; print('rasterio' in sys.modules, 'folium' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False True\n"
