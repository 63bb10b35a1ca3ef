"""The points of polygons as arrays: ring after ring, whatever the polygons are made of."""

from __future__ import annotations

import numpy as np
import shapely

from kortrijk_geo.ring_points import ring_points

SQUARE = shapely.box(0, 0, 10, 10)
HOLED = shapely.box(20, 0, 40, 20).difference(shapely.box(25, 5, 35, 15))
TWO = shapely.MultiPolygon([shapely.box(50, 0, 51, 1), HOLED])


def test_points_come_ring_by_ring_in_the_order_of_the_shapes() -> None:
    shapes = np.array([TWO, SQUARE, HOLED, SQUARE], dtype=object)
    points, ring, shape = ring_points(shapes)
    rings, owner = [], []
    for number, one in enumerate(shapes):
        for part in shapely.get_parts(one):
            rings += [part.exterior, *part.interiors]
            owner += [number] * (1 + len(part.interiors))
    np.testing.assert_array_equal(points, shapely.get_coordinates(rings))
    np.testing.assert_array_equal(ring, shapely.get_coordinates(rings, return_index=True)[1])
    np.testing.assert_array_equal(shape, np.array(owner)[ring])


def test_of_nothing_and_of_squares_alone() -> None:
    assert [len(column) for column in ring_points(np.array([], dtype=object))] == [0, 0, 0]
    points, ring, shape = ring_points(np.array([SQUARE, SQUARE], dtype=object))
    assert (len(points), ring.tolist(), shape.tolist()) == (10, [0] * 5 + [1] * 5, [0] * 5 + [1] * 5)
