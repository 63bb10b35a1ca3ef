"""The nearest line to a polygon: as near as GEOS's tree tells, and of equals the one that it tells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from kortrijk_geo.engine.nearest import nearest_lines


def lines_of(rng: np.random.Generator, count: int, scale_m: float) -> np.ndarray:
    start = rng.uniform(0, 2000, (count, 1, 2))
    return shapely.linestrings(start + np.cumsum(rng.uniform(-scale_m, scale_m, (count, 4, 2)), axis=1))


@pytest.mark.parametrize("scale_m", [5.0, 60.0, 900.0])
def test_no_line_is_nearer(scale_m):
    rng = np.random.default_rng(int(scale_m))
    lines = lines_of(rng, 300, scale_m)
    middle = rng.uniform(-500, 2500, (400, 2))
    boxes = shapely.box(*(middle - rng.uniform(1, 40, (400, 2))).T, *(middle + rng.uniform(1, 40, (400, 2))).T)
    turned = shapely.transform(boxes, lambda xy: xy @ np.array([[0.8, 0.6], [-0.6, 0.8]]))
    polygons = np.concatenate([turned, shapely.union(turned[::40], shapely.box(900, 900, 930, 930))])
    nearest = nearest_lines(polygons, lines)
    least = shapely.distance(polygons, lines[shapely.STRtree(lines).nearest(polygons)])
    assert shapely.distance(polygons, lines[nearest]) == pytest.approx(least, abs=1e-9)
    assert (least > 0).any()
    assert (least == 0).any()


def test_a_line_within_a_polygon_touches_it_and_one_in_its_hole_does_not():
    yard = shapely.box(0, 0, 100, 100).difference(shapely.box(20, 20, 80, 80))
    in_hole, on_yard = shapely.linestrings([[[40, 40], [60, 60]], [[88, 10], [90, 90]]])
    beside = shapely.linestrings([[101, 0], [101, 100]])
    assert nearest_lines(np.array([yard]), np.array([beside, in_hole])).tolist() == [0]
    assert nearest_lines(np.array([yard]), np.array([beside, in_hole, on_yard])).tolist() == [2]


def test_of_lines_as_near_the_tree_chooses():
    # Two streets meet before the wall, two run along it as far on either side.
    wall = np.array([shapely.box(0, 0, 10, 10)])
    lines = shapely.linestrings(
        [[[-5, 15], [5, 15]], [[5, 15], [15, 15]], [[-5, -5], [5, -5]], [[5, -5], [15, -5]], [[50, 50], [60, 60]]]
    )
    assert nearest_lines(wall, lines).tolist() == shapely.STRtree(lines).nearest(wall).tolist()
