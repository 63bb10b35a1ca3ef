"""Where one enters green: where walkable streets cross its edge, else at the points of its edge nearest to streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection

M2_PER_HA = 10_000.0
# A street that runs along the edge is entered every so many metres, and points this close together are one entrance.
ALONG_EDGE_M = 50.0
SAME_POINT_M = 0.5


def green_places(green: gpd.GeoDataFrame, *, min_ha: float, kinds: Collection[str]) -> gpd.GeoDataFrame:
    """Merge public green that overlaps or shares an edge, and keep what is large enough.

    A park that is mapped as several polygons is one place, and nothing is counted twice in its size.

    Parameters
    ----------
    green
        Layer ``green``.
    min_ha
        Least size, ha.
    kinds
        Values of ``kind`` that count.

    Returns
    -------
    geopandas.GeoDataFrame
        ``place_id`` (the green_id of its largest part), ``name`` (of its largest named part), ``hectares``, polygon.
    """
    parts = green[green["public"] & green["kind"].isin(list(kinds))]
    merged = shapely.get_parts(shapely.union_all(parts.geometry.to_numpy()))
    merged = merged[shapely.get_dimensions(merged) == 2]
    inside = shapely.STRtree(merged).query(shapely.point_on_surface(parts.geometry.to_numpy()), predicate="intersects")
    size = parts.geometry.area.to_numpy()[inside[0]]
    members = pd.DataFrame(
        {
            "merged": inside[1],
            "size": size,
            "place_id": parts["green_id"].to_numpy()[inside[0]],
            "name": parts["name"].to_numpy()[inside[0]] if "name" in parts.columns else None,
        }
    ).sort_values(["merged", "size", "place_id"], ascending=[True, False, True])
    first = members.groupby("merged", sort=True)[["place_id", "name"]].first()  # first that is not empty, per column
    shapes = merged[first.index.to_numpy()]
    hectares = shapely.area(shapes) / M2_PER_HA
    places = gpd.GeoDataFrame(
        {"place_id": first["place_id"].to_numpy(), "name": first["name"].to_numpy(), "hectares": hectares},
        geometry=shapes,
        crs=green.crs,
    )
    return places[places["hectares"] >= min_ha].reset_index(drop=True)


def green_entrances(
    green: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    *,
    min_ha: float,
    kinds: Collection[str],
    max_street_m: float,
) -> gpd.GeoDataFrame:
    """Return the points where public green is entered, several per place.

    Where walkable streets cross or touch the edge of a place, these crossings; a street that runs along the edge gives
    a point at least every 50 m. A place that no street crosses gets, for every walkable street within
    ``max_street_m``, the point of its edge nearest to that street; without such a street the one point nearest to any.

    Parameters
    ----------
    green, streets
        Layers of one pack (CRS in metres).
    min_ha, kinds
        See `green_places`.
    max_street_m
        How far a street may lie from a place that none crosses, m.

    Returns
    -------
    geopandas.GeoDataFrame
        ``place_id``, ``name``, point.
    """
    places = green_places(green, min_ha=min_ha, kinds=kinds)
    lines = streets.geometry[streets["walk"]].to_numpy()
    if places.empty or not len(lines):
        return gpd.GeoDataFrame({"place_id": [], "name": []}, geometry=[], crs=green.crs)
    place, points = entrances(places.geometry.to_numpy(), lines, max_street_m=max_street_m)
    return gpd.GeoDataFrame(
        {"place_id": places["place_id"].to_numpy()[place], "name": places["name"].to_numpy()[place]},
        geometry=points,
        crs=green.crs,
    )


def entrances(shapes: np.ndarray, lines: np.ndarray, *, max_street_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the points where polygons are entered from streets, and of which polygon each is; ordered by polygon.

    Parameters
    ----------
    shapes
        Polygons, at least one.
    lines
        Streets that may be walked, at least one.
    max_street_m
        See `green_entrances`; with 0 a polygon that no street crosses has the one point nearest to any.

    Returns
    -------
    place, points
        Row of the polygon and the point.
    """
    edges = shapely.boundary(shapes)
    tree = shapely.STRtree(lines)
    place, points = _crossings(edges, lines, tree)
    rest = np.setdiff1d(np.arange(len(edges)), place)
    near_place, near_points = _nearest_points(edges, rest, lines, tree, max_street_m)
    place, points = np.concatenate([place, near_place]), np.concatenate([points, near_points])
    grid = np.round(shapely.get_coordinates(points) / SAME_POINT_M).astype(np.int64)
    _, keep = np.unique(np.column_stack([place, grid]), axis=0, return_index=True)
    return place[keep], points[keep]


def _crossings(edges: np.ndarray, lines: np.ndarray, tree: shapely.STRtree) -> tuple[np.ndarray, np.ndarray]:
    edge, line = tree.query(edges, predicate="intersects")
    shared = shapely.intersection(edges[edge], lines[line])
    parts, of_pair = shapely.get_parts(shared, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    parts[is_line] = shapely.segmentize(parts[is_line], ALONG_EDGE_M)
    coordinates, of_part = shapely.get_coordinates(parts, return_index=True)
    return edge[of_pair[of_part]], np.atleast_1d(np.asarray(shapely.points(coordinates), dtype=object))


def _nearest_points(
    edges: np.ndarray, rest: np.ndarray, lines: np.ndarray, tree: shapely.STRtree, max_street_m: float
) -> tuple[np.ndarray, np.ndarray]:
    edge, line = tree.query(edges[rest], predicate="dwithin", distance=max_street_m)
    far = np.setdiff1d(np.arange(len(rest)), edge)
    edge, line = np.concatenate([edge, far]), np.concatenate([line, tree.nearest(edges[rest[far]])])
    return rest[edge], shapely.get_point(shapely.shortest_line(edges[rest[edge]], lines[line]), 0)
