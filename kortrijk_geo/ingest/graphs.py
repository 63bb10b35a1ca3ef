"""A street graph that OSMnx saved as GraphML, kept as an OSM file so that the same tag rules make streets of it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.services import write_osm

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

# Way tags that OSMnx keeps on edges and that the tag rules look at.
_TAGS = (
    "highway",
    "access",
    "foot",
    "bicycle",
    "vehicle",
    "name",
    "service",
    "width",
    "tunnel",
    "junction",
    "area",
    "motorroad",
)


def graphml_to_osm(path: Path, out: Path) -> int:
    """Write the streets of an OSMnx GraphML file as an OSM file.

    Edges that stand twice, once in each direction, become one way; an edge that OSMnx marks as one-way keeps its
    direction. Where a simplified edge joins streets of several kinds, the first kind is taken.

    Returns
    -------
    int
        Number of edges that join several kinds of street.

    Raises
    ------
    DataError
        When the file is no GraphML of OSMnx, or has no edges.
    CrsError
        When the graph does not say its CRS.
    """
    nodes, edges = _load(path)
    if edges.crs is None:
        raise CrsError(f"{path.name}: the graph has no crs attribute; save it with osmnx.save_graphml")
    nodes, edges = nodes.to_crs(4326), edges.to_crs(4326)
    numbers = {label: number for number, label in enumerate(nodes.index, 1)}
    elements: list[dict[str, Any]] = [
        {"type": "node", "id": numbers[label], "lon": x, "lat": y}
        for label, x, y in zip(nodes.index, nodes.geometry.x, nodes.geometry.y, strict=True)
    ]
    seen: set[tuple[int, int, bytes]] = set()
    mixed = 0
    next_node = len(numbers) + 1
    for way, ((start, end, _), edge) in enumerate(edges.iterrows(), 1):
        line = edge.geometry
        if _turned_twin(numbers[start], numbers[end], line, seen):
            continue
        inner = list(line.coords)[1:-1]
        between = range(next_node, next_node + len(inner))
        next_node += len(inner)
        elements += [
            {"type": "node", "id": number, "lon": point[0], "lat": point[1]}
            for number, point in zip(between, inner, strict=True)
        ]
        tags, several = _tags(edge)
        mixed += several
        elements.append({"type": "way", "id": way, "nodes": [numbers[start], *between, numbers[end]], "tags": tags})
    write_osm(elements, out)
    return mixed


def _load(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    import osmnx

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = osmnx.load_graphml(path)
            if graph.number_of_edges():
                return tuple(osmnx.graph_to_gdfs(graph))
    except Exception as error:
        # Parsing runs through networkx, XML and osmnx, each with its own errors; all mean the same to the reader.
        raise DataError(
            f"{path.name}: is not a GraphML file that OSMnx saved ({type(error).__name__}: {error})"
        ) from error
    raise DataError(f"{path.name}: the graph has no edges")


def _turned_twin(start: int, end: int, line: Any, seen: set[tuple[int, int, bytes]]) -> bool:
    """Whether the same street, drawn the other way, was met before."""
    if (end, start, line.reverse().wkb) in seen:
        return True
    seen.add((start, end, line.wkb))
    return False


def _tags(edge: pd.Series) -> tuple[dict[str, str], bool]:
    tags: dict[str, str] = {}
    several = False
    for key in _TAGS:
        value = edge.get(key)
        if isinstance(value, (list, tuple)):
            several |= key == "highway"
            value = value[0]
        if isinstance(value, str) and value:
            tags[key] = value
    if edge.get("oneway") in {True, "True", "yes"}:
        tags["oneway"] = "yes"
    return tags, several
