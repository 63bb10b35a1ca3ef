"""Polygons are burnt on the land cover of the demo as GDAL burns them, which rasterio asks."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.features import rasterize

from kortrijk_geo.demo.landcover import STEP_M, Canvas
from kortrijk_geo.demo.shapes import distinct

SIDE_M = 600
# No level side runs through the centres of cells: GDAL gives those to the polygons on both sides.
LEVEL = np.array([0.0, 0.5])
BOUNDS = (0.0, 0.0, float(SIDE_M), float(SIDE_M))


def boxes(rng: np.random.Generator, *, ccw: bool) -> np.ndarray:
    """Boxes with sides on whole metres: every other one runs through the centres of cells; some lie outside."""
    low = rng.integers(-60, SIDE_M + 30, (120, 2)) + LEVEL
    return np.asarray(shapely.box(*low.T, *(low + rng.integers(1, 60, (120, 2))).T, ccw=ccw))


def slivers(rng: np.random.Generator) -> np.ndarray:
    """Triangles, of which some sides run through the centres of cells."""
    corners = rng.integers(-50, SIDE_M + 50, (120, 1, 2)) + rng.integers(-40, 40, (120, 3, 2)) + LEVEL
    triangles = np.asarray(shapely.polygons(corners))
    return triangles[shapely.is_valid(triangles)]


def with_holes(rng: np.random.Generator) -> np.ndarray:
    """Blobs with a square hole, and some of two parts."""
    at = np.round(rng.uniform(0, SIDE_M, (60, 2))) + LEVEL
    around = shapely.buffer(shapely.points(at + rng.uniform(-1, 1, at.shape)), rng.uniform(12, 30, 60))
    ringed = shapely.difference(around, shapely.box(*(at - 3).T, *(at + 4).T))
    x, y = at.T
    return np.asarray(shapely.difference(ringed, shapely.box(x - 1, y - 50, x + 1, y + 50)))


@pytest.mark.parametrize("seed", range(4))
def test_the_same_cells_are_burnt_as_by_gdal(seed):
    rng = np.random.default_rng(seed)
    shapes = np.concatenate([boxes(rng, ccw=True), boxes(rng, ccw=False), slivers(rng), with_holes(rng), [None]])
    codes = rng.integers(1, 15, len(shapes))
    canvas = Canvas(BOUNDS)
    canvas.burn(shapes, codes)
    pairs = [(shape, code) for shape, code in zip(shapes, codes.tolist(), strict=True) if shape is not None]
    transform = Affine(STEP_M, 0, 0, 0, -STEP_M, SIDE_M)
    burnt = rasterize(pairs, out=np.full_like(canvas.codes, 8), transform=transform)
    np.testing.assert_array_equal(canvas.codes, burnt)
    assert len(np.unique(canvas.codes)) == 14


def test_a_shape_outside_burns_nothing():
    canvas = Canvas(BOUNDS)
    canvas.burn(np.array([shapely.box(-90, -90, -10, 700), shapely.box(610, -5, 650, 5)]), 3)
    assert (canvas.codes == 8).all()


def test_more_crossings_than_there_was_room_for():
    """A comb of 197 teeth crosses each row of cells some four hundred times."""
    rows, columns = np.ogrid[:300, :300]
    left = np.arange(5, 596, 3)
    whole = shapely.union_all([shapely.box(0, 0, SIDE_M, 4), *shapely.box(left, 2, left + 1.5, 590)])
    canvas = Canvas(BOUNDS)
    canvas.burn(np.array([whole]), 3)
    centres = shapely.contains_xy(whole, (columns + 0.5) * STEP_M, SIDE_M - (rows + 0.5) * STEP_M)
    assert whole.geom_type == "Polygon"
    np.testing.assert_array_equal(canvas.codes == 3, centres)


def test_places_are_told_apart_as_rows_are():
    xy = np.round(np.random.default_rng(3).uniform(-2, 2, (500, 2)), 1)
    unique, number = distinct(xy)
    rows, of_rows = np.unique(xy, axis=0, return_inverse=True)
    np.testing.assert_array_equal(unique, rows)
    np.testing.assert_array_equal(number, of_rows.ravel())
