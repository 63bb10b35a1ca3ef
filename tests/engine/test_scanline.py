"""Spans of pixels: as GDAL burns them, shared edges without gap or overlap, strips as the whole."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from rasterio.features import rasterize
from rasterio.windows import Window

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.engine.scanline import GrownScan, Scan, paint
from kortrijk_geo.engine.surfaces import buffered
from kortrijk_geo.errors import OptionError

GRID = Grid(Affine(2.0, 0, 100.0, 0, -2.0, 260.0), 70, 90, CRS("EPSG:31370"))


def painted(shapes, grid=GRID, top=0, rows=None):
    shapes = np.array(shapes, dtype=object)
    rows = grid.height if rows is None else rows
    spans = Scan(shapes, grid).spans(top, rows)
    return paint(spans, np.arange(1, len(shapes) + 1), (rows, grid.width)).reshape(rows, grid.width)


def test_a_square_by_hand():
    grid = Grid(Affine(1, 0, 0, 0, -1, 4), 5, 4, CRS("EPSG:31370"))
    assert painted([shapely.box(1, 1, 3, 3)], grid).tolist() == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert (painted([shapely.box(-9, -9, 9, 9)], grid) == 1).all(), "a polygon larger than the grid is clipped"
    assert (painted([shapely.box(50, 50, 60, 60)], grid) == 0).all()
    assert (painted([], grid) == 0).all()
    assert (painted([shapely.Polygon(), shapely.box(0, 0, 5, 4)], grid) == 2).all()


def stars(seed, count):
    """Polygons with holes and in parts, whose corners lie anywhere, also outside the grid."""
    rng = np.random.default_rng(seed)
    made = []
    for x, y in rng.uniform((90, 70), (250, 270), (count, 2)):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
        around = rng.uniform(5, 40, (9, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
        ring = shapely.Polygon(around + np.array([x, y])).buffer(0)
        hole = shapely.Point(x, y).buffer(rng.uniform(1, 6), quad_segs=3)
        made.append(shapely.union(ring.difference(hole), shapely.box(x + 45, y, x + 50.3, y + 7.7)))
    return made


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_one_polygon_is_what_gdal_burns(seed):
    (shape,) = stars(seed, 1)
    burnt = rasterize([(shape, 1)], out_shape=(90, 70), transform=GRID.transform, dtype="uint8")
    np.testing.assert_array_equal(painted([shape]), burnt)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), rows=st.sampled_from([1, 7, 32, 89]))
def test_strips_are_the_whole_bit_for_bit(seed, rows):
    shapes = stars(seed, 6)
    whole = painted(shapes)
    parts = [painted(shapes, top=top, rows=min(rows, 90 - top)) for top in range(0, 90, rows)]
    np.testing.assert_array_equal(np.vstack(parts), whole)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), tied=st.booleans())
def test_polygons_that_share_their_edges_take_every_pixel_once(seed, tied):
    rng = np.random.default_rng(seed)
    points = rng.uniform((100, 80), (240, 260), (40, 2))
    if tied:  # corners and edges on pixel centres, where rounding could give a pixel to both or to none
        points = np.round((points - 101) / 2) * 2 + 101
    cells = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(points)))
    spans = [Scan(np.array([cell]), GRID).spans(0, 90) for cell in cells]
    counted = sum(paint(one, np.array([1]), (90, 70)) for one in spans)
    assert counted.max() <= 1
    hull = shapely.union_all(cells)
    x, y = np.meshgrid(101 + 2.0 * np.arange(70), 259 - 2.0 * np.arange(90))
    inside = shapely.contains_xy(hull, x, y) & (shapely.distance(hull.boundary, shapely.points(x, y)) > 1e-6)
    assert (counted.reshape(90, 70)[inside] == 1).all()


def test_where_spans_overlap_the_first_keeps_the_pixels():
    grid = Grid(Affine(1, 0, 0, 0, -1, 1), 8, 1, CRS("EPSG:31370"))
    shapes = [shapely.box(2, 0, 6, 1), shapely.box(0, 0, 4, 1), shapely.box(3, 0, 5, 1)]
    assert painted(shapes, grid).tolist() == [[2, 2, 2, 2, 1, 1, 0, 0]]


def test_lines_and_points_take_no_pixels():
    assert (painted([shapely.LineString([(100, 100), (200, 200)]), shapely.Point(110, 110)]) == 0).all()


@pytest.mark.parametrize("shift", [0.0, 1e-9, 0.5])
def test_a_polygon_on_pixel_edges_has_its_own_pixels(shift):
    assert (painted([shapely.box(110 + shift, 100, 130 + shift, 120)]) > 0).sum() == 100


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(max_examples=25)
def test_shapes_grown_strip_by_strip_are_as_grown_all_at_once(seed, rows):
    rng = np.random.default_rng(seed)
    points, distance_m = rng.uniform((90, 70), (250, 270), (30, 2)), rng.uniform(0, 12, 40)
    shapes = np.array([*shapely.points(points), *shapely.linestrings(points.reshape(10, 3, 2))], dtype=object)
    whole = Scan(buffered(shapes, distance_m), GRID).spans(0, GRID.height)
    expected = paint(whole, np.ones(len(shapes), dtype=bool), (GRID.height, GRID.width))
    grown, strips = GrownScan(shapes, distance_m, GRID), []
    for top in range(0, GRID.height, rows):
        size = (min(rows, GRID.height - top), GRID.width)
        strips.append(paint(grown.spans(top, size[0]), np.ones(len(shapes), dtype=bool), size))
    assert expected.any()
    assert (np.concatenate(strips) == expected).all()


def test_a_distance_that_is_not_known_is_refused_before_any_strip():
    with pytest.raises(OptionError, match="a distance of nan m"):
        GrownScan(shapely.points([[110, 200], [120, 210]]), np.array([1.0, np.nan]), GRID)


def differing_from_geos(shapes, distance_m, window):
    """Pixels in which shapes grown in pieces differ from those that GEOS grows, and how many they are."""
    size = window[1], window[3]
    shapes = np.array(shapes, dtype=object)
    inside = np.ones(len(shapes), dtype=bool)
    grown = paint(GrownScan(shapes, distance_m, GRID).spans(*window), inside, size)
    expected = paint(Scan(buffered(shapes, distance_m), GRID).spans(*window), inside, size)
    return int((grown != expected).sum()), int(expected.sum())


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), distance=st.sampled_from([0.0, 0.5, 2.0, 6.0, 15.5]))
def test_shapes_are_grown_as_geos_does(seed, distance):
    """Points, ways with sharp and dull bends, rings, and polygons with and without dents, holes and repeated points."""
    rng = np.random.default_rng(seed)
    at = rng.uniform((90, 70), (250, 270), (12, 2))
    ways = np.cumsum(rng.normal(0, [[[12.0]], [[3.0]], [[0.3]]], (3, 7, 2)), axis=1) + at[:3, None]
    hulls = [shapely.convex_hull(shapely.multipoints(corner + rng.normal(0, 9, (6, 2)))) for corner in at[3:6]]
    boxes = [shapely.box(x, y, x + 10, y + 4) for x, y in at[6:9]]
    shapes = [
        *shapely.points(at), *shapely.linestrings(ways), *hulls, *boxes, *shapely.boundary(hulls), *stars(seed, 2),
        shapely.segmentize(boxes[0], 0.9), shapely.segmentize(hulls[0], 2.5), shapely.boundary(boxes[1]),
        shapely.LineString([at[0], at[0] + 8, at[0]]), shapely.union(boxes[2], shapely.box(*at[8], *(at[8] + 7))),
    ]  # fmt: skip
    for shape in shapes:
        differing, pixels = differing_from_geos([shape], np.array([distance]), (0, 90, 0, 70))
        assert differing == 0, (shape.wkt, pixels)


def test_grown_shapes_of_a_window_are_those_of_the_whole():
    rng = np.random.default_rng(5)
    shapes = np.array([*shapely.points(rng.uniform((90, 70), (250, 270), (30, 2))), *stars(5, 3)], dtype=object)
    scan = GrownScan(shapes, rng.uniform(1, 9, len(shapes)), GRID)
    inside = np.ones(len(shapes), dtype=bool)
    whole = paint(scan.spans(0, 90), inside, (90, 70)).reshape(90, 70)
    part = paint(scan.spans(20, 50, 13, 40), inside, (50, 40)).reshape(50, 40)
    assert 200 < part.sum() < part.size
    np.testing.assert_array_equal(part, whole[20:70, 13:53])


def test_strips_are_as_wide_as_the_polygons_there():
    shapes = np.array([shapely.box(120, 200, 140, 250), shapely.box(180, 100, 200, 110)])
    scan = Scan(shapes, GRID)
    windows = [tuple(map(int, window.flatten())) for window in scan.strips(30)]
    assert windows == [(10, 0, 10, 30), (40, 60, 10, 30)]
    whole = painted(shapes)
    for left, top, columns, rows in windows:
        part = scan.painted(np.arange(1, 3), Window(left, top, columns, rows))
        np.testing.assert_array_equal(part, whole[top : top + rows, left : left + columns])
        assert (part > 0).sum() == (whole[top : top + rows] > 0).sum()
