"""Small maps of single areas: outlines, water, green and the places inside, as whole metres from one corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.mapping import geometry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

_LINE_DETAIL_M = 4.0
_SURFACE_DETAIL_M = 8.0
_LEAST_SURFACE_M2 = 2_000.0


@dataclass(frozen=True)
class PlaceLayer:
    """Places of one kind: points with a name, a Dutch name of the kind, and its colour."""

    frame: gpd.GeoDataFrame
    label: str
    colour: str


def area_maps(
    areas: gpd.GeoDataFrame,
    context: Mapping[str, gpd.GeoDataFrame],
    places: Sequence[PlaceLayer],
) -> dict[str, Any]:
    """Return what the maps of all areas draw beside streets and buildings, as steps of whole Mercator metres.

    Parameters
    ----------
    areas
        The areas, in any CRS.
    context
        Layers that orient the eye, by name; of these rail, water and green are drawn.
    places
        Places; each is on the map of the area that holds it.
    """
    shapes = geometry.web_shapes(areas, "areas")
    bounds = geometry.joint_bounds(shapes)
    if bounds is None:
        return {"origin": [0, 0], "areas": [[] for _ in shapes], "lines": {}, "surfaces": {}, "places": []}
    origin = np.floor(bounds[:2])
    light = geometry.light_areas(shapes)
    return {
        "origin": origin.astype(int).tolist(),
        "areas": [_rings(shape, origin) for shape in light],
        "lines": {name: _lines(context[name], name, origin) for name in ("rail", "water") if name in context},
        "surfaces": {
            name: [ring for shape in _surfaces(context[name], name) for ring in _rings(shape, origin)]
            for name in ("green", "water")
            if name in context
        },
        "places": [
            {"label": layer.label, "colour": layer.colour, "points": _points(layer, shapes, origin)} for layer in places
        ],
    }


def _steps(coordinates: Any, origin: Any) -> list[int]:
    metres = np.round(coordinates - origin).astype(np.int64)
    keep = np.append(True, (np.diff(metres, axis=0) != 0).any(axis=1)) if len(metres) else np.array([], dtype=bool)
    steps: list[int] = np.diff(metres[keep], axis=0, prepend=0).ravel().tolist()
    return steps


def _rings(shape: shapely.Geometry | None, origin: Any) -> list[list[int]]:
    if shape is None:
        return []
    return [_steps(shapely.get_coordinates(ring), origin) for ring in shapely.get_rings(shapely.get_parts(shape))]


def _lines(frame: gpd.GeoDataFrame, name: str, origin: Any) -> list[list[int]]:
    parts = shapely.get_parts(geometry.web_shapes(frame, name))
    thin = parts[shapely.get_dimensions(parts) == 1]
    if not len(thin):
        return []
    whole = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(thin)))
    return [_steps(shapely.get_coordinates(line), origin) for line in shapely.simplify(whole, _LINE_DETAIL_M)]


def _surfaces(frame: gpd.GeoDataFrame, name: str) -> geometry.Geometries:
    parts = shapely.get_parts(geometry.web_shapes(frame, name))
    large = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > _LEAST_SURFACE_M2)]
    return np.asarray(shapely.simplify(large, _SURFACE_DETAIL_M), dtype=object)


def _points(layer: PlaceLayer, areas: geometry.Geometries, origin: Any) -> list[list[Any]]:
    """Return row of the area, place and name of every point that lies in one."""
    points = geometry.web_shapes(layer.frame, layer.label)
    spots = shapely.centroid(points)
    there = np.flatnonzero(~shapely.is_missing(spots))
    inside, rows = shapely.STRtree(areas).query(spots[there], predicate="intersects")
    first = dict(zip(inside[::-1].tolist(), rows[::-1].tolist(), strict=True))  # on a border: the first area
    names = list(layer.frame["name"]) if "name" in layer.frame.columns else [None] * len(layer.frame)
    found = []
    for place, row in sorted(first.items()):
        spot, name = spots[there[place]], names[there[place]]
        x, y = np.round(shapely.get_coordinates(spot)[0] - origin).astype(int).tolist()
        found.append([row, x, y, name if isinstance(name, str) else ""])
    return found
