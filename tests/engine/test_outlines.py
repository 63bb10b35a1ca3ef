"""Outlines of groups of pixels: by hand, and beside those that rasterio draws."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rasterio.features import shapes

from kortrijk_geo.engine.outlines import outlines

IMAGES = arrays.arrays(
    np.int64, arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14), elements=st.integers(-1, 2)
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile before the first example, which hypothesis would find slow."""
    outlines(np.zeros((1, 1), dtype=np.int64))


def drawn_by_rasterio(keys: np.ndarray) -> list[tuple[int, shapely.Polygon]]:
    pairs = shapes(keys.astype(np.int32), mask=keys >= 0, connectivity=4)
    return [(int(key), shapely.geometry.shape(polygon)) for polygon, key in pairs]


def in_order(pairs) -> list[tuple[int, bytes]]:
    return sorted((int(key), shapely.normalize(polygon).wkb) for key, polygon in pairs)


@given(keys=IMAGES)
def test_outlines_are_those_of_rasterio(keys: np.ndarray) -> None:
    key, polygons = outlines(keys)
    assert shapely.is_valid(polygons).all()
    upright = shapely.transform(polygons, lambda xy: xy * (1, -1))
    assert in_order(zip(key, upright, strict=True)) == in_order(drawn_by_rasterio(keys))
    assert shapely.area(polygons).sum() == (keys >= 0).sum()


def test_a_ring_closed_by_a_diagonal_is_one_polygon_with_a_hole_that_touches() -> None:
    ring = np.array([[0, 0, -1], [0, -1, 0], [0, 0, 0]])
    key, (polygon,) = outlines(ring, top=10)
    assert (key.tolist(), polygon.area, len(polygon.interiors)) == ([0], 7, 1)
    assert polygon.bounds == (0, -13, 3, -10)
    assert polygon.is_valid


def test_no_pixel_has_no_outline() -> None:
    key, polygons = outlines(np.full((3, 4), -1, dtype=np.int64))
    assert len(key) == len(polygons) == 0
