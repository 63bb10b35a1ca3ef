"""Shapes made light enough to travel in a page: web coordinates, simplified, five decimals, written as differences.

Five decimals of a degree are about one metre, finer than any screen shows at the deepest zoom.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from kortrijk_geo.errors import CrsError, DataError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

MERCATOR = "EPSG:3857"
DEGREES = "EPSG:4326"
UNITS_PER_DEGREE = 100_000
_AREA_DETAIL = 4_000  # the extent is shown in this many steps; a screen has half as many pixels
_CONTEXT_DETAIL = 2_500
_MARGIN = 0.6  # of the extent, around the areas, in which context is drawn

Bounds = tuple[float, float, float, float]


def web_shapes(frame: gpd.GeoDataFrame, origin: str) -> Geometries:
    """Return the shapes of a frame in web Mercator (EPSG:3857, metres), None where a row has none.

    Raises
    ------
    CrsError
        When the frame has no CRS.
    DataError
        When a shape has no finite place in web Mercator.
    """
    if frame.crs is None:
        raise CrsError(f"{origin}: has no coordinate reference system, so it cannot be drawn on a map")
    shapes = np.asarray(frame.geometry.to_crs(MERCATOR).array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise DataError(f"{origin}: has coordinates that lie outside its coordinate reference system")
    return shapes


def joint_bounds(*groups: Geometries) -> Bounds | None:
    """Return the bounds around all shapes of all groups, or None when there is no shape."""
    shapes = np.concatenate([np.asarray(group, dtype=object) for group in groups]) if groups else np.array([])
    shapes = shapes[~shapely.is_missing(shapes)]
    return None if not len(shapes) else tuple(map(float, shapely.total_bounds(shapes)))  # type: ignore[return-value]


def light_areas(shapes: Geometries) -> Geometries:
    """Simplify areas (or lines); where areas tile a surface, neighbours keep one common border."""
    there = ~shapely.is_missing(shapes)
    bounds = joint_bounds(shapes)
    if bounds is None:
        return shapes
    tolerance = _extent(bounds) / _AREA_DETAIL
    light = shapes.copy()
    if (shapely.get_dimensions(shapes[there]) == 2).all() and shapely.coverage_is_valid(shapes[there]):
        light[there] = shapely.coverage_simplify(shapes[there], tolerance)
    else:
        light[there] = shapely.simplify(shapes[there], tolerance)
    gone = there & shapely.is_empty(light)
    light[gone] = shapes[gone]
    return light


def light_context(shapes: Geometries, around: Bounds) -> Geometries:
    """Simplify what only orients the eye: cut to the surroundings of the areas, without the smallest surfaces."""
    margin = _extent(around) * _MARGIN
    tolerance = _extent(around) / _CONTEXT_DETAIL
    box = (around[0] - margin, around[1] - margin, around[2] + margin, around[3] + margin)
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    parts = parts[shapely.intersects(parts, shapely.box(*box))]
    parts = shapely.get_parts(shapely.clip_by_rect(shapely.simplify(parts, tolerance), *box))
    surface = shapely.get_dimensions(parts) == 2
    keep = ~shapely.is_empty(parts) & (~surface | (shapely.area(parts) > (4 * tolerance) ** 2))
    return np.asarray(parts[keep], dtype=object)


def degrees(shapes: Geometries) -> Geometries:
    """Return web Mercator shapes as longitude and latitude."""
    return np.asarray(shapely.transform(shapes, _degrees_at), dtype=object)


def _degrees_at(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(_to_degrees().transform(*xy.T))


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(MERCATOR, DEGREES, always_xy=True)


def label_places(shapes: Geometries) -> tuple[Geometries, NDArray[np.float64]]:
    """Return per area the centre and radius (web Mercator metres) of the largest circle in it, where its name fits."""
    places = np.full(len(shapes), None, dtype=object)
    radii = np.zeros(len(shapes))
    there = ~shapely.is_missing(shapes) & (shapely.area(shapes) > 0)
    if there.any():
        circles = shapely.maximum_inscribed_circle(shapes[there], tolerance=np.sqrt(shapely.area(shapes[there])) / 50)
        places[there] = shapely.get_point(circles, 0)
        radii[there] = shapely.length(circles)
    return places, radii


def as_geojson(shape: shapely.Geometry) -> dict[str, Any]:
    """Return a polygon in degrees as a GeoJSON geometry with five decimals."""
    parts = [
        [_ring(ring) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    rounded = np.round(shapely.get_coordinates(ring), 5)
    keep = np.append(True, (np.diff(rounded, axis=0) != 0).any(axis=1))
    return rounded[keep].tolist() if keep.sum() > 3 else rounded.tolist()  # type: ignore[no-any-return]


def point_steps(points: Geometries) -> list[int]:
    """Encode web Mercator points as x, y, then the steps to each next one, in units of 1e-5 degree."""
    return point_steps_of_each(points, np.array([len(points)]))[0]


def point_steps_of_each(points: Geometries, ends: NDArray[np.int64]) -> list[list[int]]:
    """Encode groups of web Mercator points as in `point_steps`; a group ends before each of ``ends``."""
    return _steps_until(_degrees_at(shapely.get_coordinates(points)), ends)


def line_steps(shapes: Geometries) -> list[list[int]]:
    """Encode every line of the shapes as in `point_steps`."""
    return _steps_of_each(shapely.get_parts(shapes))


def polygon_steps(shapes: Geometries) -> list[list[list[int]]]:
    """Encode every polygon of the shapes as a list of rings, the outer one first."""
    return _by_place(*_rings(_polygons(shapely.get_parts(shapes))))


def steps_of_each(shapes: Geometries) -> list[list[Any]]:
    """Encode every shape by itself: a surface as in `polygon_steps`, another as in `line_steps`."""
    parts, rows = shapely.get_parts(shapes, return_index=True)
    surface = shapely.get_dimensions(shapes)[rows] == 2
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = _steps_of_each(parts[~surface])
    polygons = _by_place(*_rings(parts[surface & is_polygon]))
    steps = _by_place(lines, rows[~surface], len(shapes))
    for row, polygon in zip(rows[surface & is_polygon].tolist(), polygons, strict=True):
        steps[row].append(polygon)
    return steps


def _polygons(parts: Geometries) -> Geometries:
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON], dtype=object)


def _rings(polygons: Geometries) -> tuple[list[list[int]], NDArray[np.int64], int]:
    """Return the rings of polygons, each encoded, which polygon each is of, and how many polygons there are."""
    rings, places = shapely.get_rings(polygons, return_index=True)
    return _steps_of_each(rings), places, len(polygons)


def _by_place(items: list[Any], places: NDArray[np.int64], count: int) -> list[list[Any]]:
    of_each: list[list[Any]] = [[] for _ in range(count)]
    for place, item in zip(places.tolist(), items, strict=True):
        of_each[place].append(item)
    return of_each


def _steps_of_each(lines: Geometries) -> list[list[int]]:
    """Encode lines, each from its own first point."""
    return _steps_until(shapely.get_coordinates(lines), np.cumsum(shapely.get_num_coordinates(lines)))


def _steps_until(degrees: NDArray[np.float64], ends: NDArray[np.int64]) -> list[list[int]]:
    """Encode runs of coordinates, each from its own first one until an end."""
    units = np.round(degrees * UNITS_PER_DEGREE).astype(np.int64)
    steps = np.diff(units, axis=0, prepend=0)
    first = np.append(0, ends[:-1])[np.diff(ends, prepend=0) > 0]
    steps[first] = units[first]
    flat = steps.ravel().tolist()
    return [flat[start:end] for start, end in pairwise([0, *(2 * ends).tolist()])]


def _extent(bounds: Bounds) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])
