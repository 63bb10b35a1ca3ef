"""Layers made from other layers: the area nearest to each of a set of points, and a hull around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import named

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings


def thiessen(
    points: gpd.GeoDataFrame,
    boundary: BaseGeometry,
    *,
    key: str,
    dissolve: bool,
    name: str,
    layer: str,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """Divide a study area among points: each place belongs to the nearest point (Thiessen 1911, Voronoi cells).

    Parameters
    ----------
    points
        Rows of the layer-to-be, each at its point, in a projected CRS.
    boundary
        The study area, in the same CRS.
    key
        Column that names the area.
    dissolve
        Join the cells that bear the same key into one area; its other columns are those of its first point.

    Returns
    -------
    GeoDataFrame
        One row per area; the areas tile the boundary. Points outside it, and those at one place, are reported.

    Raises
    ------
    DataError
        When no point lies in the study area.
    """
    inside = shapely.intersects(points.geometry.to_numpy(), boundary)
    if not inside.any():
        raise DataError(f"{name}: none of its {len(points):,} points lies in the study area")
    if not inside.all():
        findings.add(
            "info",
            layer,
            f"{name}: {int((~inside).sum()):,} points outside the boundary make no area",
            int((~inside).sum()),
        )
    seeds = points[inside]
    together = seeds.geometry.duplicated()
    if together.any():
        rows = seeds[together]
        if not dissolve:
            findings.add(
                "warning",
                layer,
                f"{name}: {len(rows):,} points lie on another one and make no area: {named(rows[key])}",
                len(rows),
            )
        seeds = seeds[~together]
    cells = _cells(seeds.geometry.to_numpy(), boundary)
    result = seeds.set_geometry(gpd.GeoSeries(cells, index=seeds.index, crs=seeds.crs))
    if dissolve:
        result = result.dissolve(by=key, as_index=False, sort=True, aggfunc="first")
    findings.add(
        "warning", layer, f"{name}: the areas are Thiessen polygons (nearest point), not official areas", len(result)
    )
    return result.reset_index(drop=True)


def _cells(points: np.ndarray, boundary: BaseGeometry) -> np.ndarray:
    if len(points) == 1:
        return np.array([boundary], dtype=object)
    around = boundary.envelope.buffer(max(boundary.envelope.length, 1.0))
    diagram = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=around))
    cell, point = shapely.STRtree(points).query(diagram, predicate="contains")[[0, 1]]
    cells = np.empty(len(points), dtype=object)
    cells[point] = shapely.intersection(diagram[cell], boundary)
    return cells


def hull(points: gpd.GeoDataFrame, buffer_m: float) -> BaseGeometry:
    """Return the convex hull of a layer, widened by a distance in metres; at least that of one point must have an area.

    Raises
    ------
    DataError
        When the hull has no area (points on a line and no buffer).
    """
    shape = shapely.convex_hull(shapely.union_all(points.geometry.to_numpy())).buffer(buffer_m)
    if shape.area <= 0:
        raise DataError("[study_area]: the hull has no area; give hull_buffer_m")
    return shape
