"""The largest circle in outlines: what GEOS finds, for outlines of pixels and for any other polygon."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from kortrijk_geo.engine.circles import inscribed_radii
from kortrijk_geo.engine.outlines import outlines


def radii_of_geos(polygons, tolerance):
    return shapely.length(shapely.maximum_inscribed_circle(polygons, tolerance=tolerance))


@pytest.mark.parametrize("seed", range(4))
def test_radii_of_outlines_of_pixels_are_those_of_geos(seed):
    rng = np.random.default_rng(seed)
    keys = np.kron(rng.choice([-1, 0, 0, 0, 1], (30, 30)), np.ones((seed + 1, 2), dtype=np.int64))
    keys[rng.random(keys.shape) < 0.05] = -1  # holes
    _, polygons = outlines(keys)
    tolerance = 0.03 * shapely.area(polygons) / shapely.length(polygons)
    found = inscribed_radii(polygons, tolerance)
    assert (shapely.get_num_interior_rings(polygons) > 0).any()
    np.testing.assert_allclose(found, radii_of_geos(polygons, tolerance), rtol=1e-12)


def test_a_square_has_half_its_side_and_a_ring_the_half_of_its_width():
    square = shapely.box(10, 10, 14, 14)
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(4, 4, 26, 26))
    radii = inscribed_radii(np.array([square, ring], dtype=object), np.full(2, 1e-6))
    # In a corner of the ring the circle touches two outer sides and the inner corner.
    np.testing.assert_allclose(radii, [2, 4 * np.sqrt(2) / (1 + np.sqrt(2))], rtol=1e-5)


def test_polygons_with_slanted_sides_among_the_others_are_those_of_geos():
    polygons = np.array(
        [shapely.Point(0, 0).buffer(5), shapely.box(0, 0, 3, 9), shapely.Polygon([(0, 0), (4, 0), (0, 3)])],
        dtype=object,
    )
    tolerance = np.full(3, 0.01)
    np.testing.assert_allclose(inscribed_radii(polygons, tolerance), radii_of_geos(polygons, tolerance), atol=0.01)
    assert inscribed_radii(polygons[:0], tolerance[:0]).shape == (0,)
