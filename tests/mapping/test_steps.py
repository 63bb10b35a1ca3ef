"""Shapes are written all at once as they would be one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from kortrijk_geo.mapping import geometry

HOLED = shapely.Polygon([(3, 50), (4, 50), (4, 51), (3, 51)], [[(3.2, 50.2), (3.4, 50.2), (3.4, 50.4)]])
SHAPES = np.array(
    [
        HOLED,
        shapely.LineString([(3.123456, 50), (3.2, 50.654321), (3.1, 50.7)]),
        shapely.MultiPolygon([shapely.box(1, 1, 2, 2), HOLED]),
        shapely.Polygon(),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(-1, -1), (2, 2), (3, 3)]]),
    ],
    dtype=object,
)


def steps(line: Any) -> list[int]:
    """Whole units from the origin, then from point to point."""
    written, before = [], (0, 0)
    for x, y in line.coords:
        units = (round(x * 100_000), round(y * 100_000))
        written += [units[0] - before[0], units[1] - before[1]]
        before = units
    return written


def one_by_one(shape: Any) -> list[Any]:
    parts = [part for part in getattr(shape, "geoms", [shape]) if not part.is_empty]
    if shape.geom_type.endswith("Polygon"):
        return [[steps(ring) for ring in (part.exterior, *part.interiors)] for part in parts]
    return [steps(part) for part in parts]


def test_steps_of_each_shape() -> None:
    for order in (slice(None), slice(None, None, -1)):
        expected = [one_by_one(shape) for shape in SHAPES[order]]
        assert [one or [] for one in expected] == [
            [part for part in of_one if part] for of_one in geometry.steps_of_each(SHAPES[order])
        ]


def test_lines_and_polygons_of_all_shapes() -> None:
    assert geometry.polygon_steps(SHAPES[[0, 2]]) == [*one_by_one(SHAPES[0]), *one_by_one(SHAPES[2])]
    assert geometry.line_steps(SHAPES[[1, 4]]) == [*one_by_one(SHAPES[1]), *one_by_one(SHAPES[4])]
