"""A street graph that OSMnx saved as GraphML, kept as an OSM file so that the same tag rules make streets of it."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.osm_rules import load_rules
from kortrijk_geo.ingest.services import write_osm

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

# Way tags that the tag rules look at and that OSMnx keeps on edges, some only when asked to.
_SIDES = ("cycleway", "sidewalk")
_TAGS = (
    "highway", "access", "foot", "bicycle", "vehicle", "name", "service", "width", "tunnel", "bridge", "layer",
    "junction", "area", "motorroad", "oneway:bicycle", "bicycle:forward", "bicycle:backward",
    *(f"{side}{place}" for side in _SIDES for place in ("", ":left", ":right", ":both")),
)  # fmt: skip
# Tags of which it does not matter which part of an edge has them.
_OF_NO_WEIGHT = frozenset({"name", "service"})
_ONE_WAY = frozenset({"true", "yes", "1", "1.0"})
_BOTH_WAYS = frozenset({"false", "no", "0", "0.0", "none"})
# What is counted beside tags that have several values.
NO_STREET, ODD_ONE_WAY = "no highway", "odd oneway"


def graphml_to_osm(path: Path, out: Path) -> Counter[str]:
    """Write the streets of an OSMnx GraphML file as an OSM file.

    Edges that stand twice, once in each direction, become one way; an edge that OSMnx marks as one-way keeps its
    direction. Simplified edges join streets, and have a list where these differ: such an edge is one-way where all its
    parts are, closed to whom one part is closed, and for the rest as its first part is.

    Returns
    -------
    Counter
        Number of edges of which a tag that matters has several values, by tag; and of those with a ``oneway`` that is
        neither true nor false, or without a ``highway``.

    Raises
    ------
    DataError
        When the file is no GraphML of OSMnx, or has no edges.
    CrsError
        When the graph does not say its CRS.
    """
    nodes, edges = _load(path)
    numbers = {label: number for number, label in enumerate(nodes.index, 1)}
    elements: list[dict[str, Any]] = [
        {"type": "node", "id": numbers[label], "lon": x, "lat": y}
        for label, x, y in zip(nodes.index, nodes.geometry.x, nodes.geometry.y, strict=True)
    ]
    seen: set[tuple[int, int, bytes]] = set()
    mixed: Counter[str] = Counter()
    closed = load_rules().streets.forbid
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
        tags = _tags(edge, closed, mixed)
        elements.append({"type": "way", "id": way, "nodes": [numbers[start], *between, numbers[end]], "tags": tags})
    write_osm(elements, out)
    return mixed


def _load(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return nodes and edges in degrees."""
    import osmnx

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = osmnx.load_graphml(path, edge_dtypes={"oneway": str, "reversed": str})
            placed = bool(graph.graph.get("crs"))
            if graph.number_of_edges() and placed:
                nodes, edges = (frame.to_crs(4326) for frame in osmnx.graph_to_gdfs(graph))
    except Exception as error:
        # Parsing runs through networkx, XML, pyproj and osmnx, each with its own errors; all mean the same here.
        text = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise DataError(f"{path.name}: is not a GraphML file that OSMnx saved ({text})") from error
    if not graph.number_of_edges():
        raise DataError(f"{path.name}: the graph has no edges")
    if not placed:
        raise CrsError(f"{path.name}: the graph has no crs attribute; save it with osmnx.save_graphml")
    nowhere = ~np.isfinite(nodes.geometry.bounds.to_numpy()).all(axis=1)
    if nowhere.any():
        raise DataError(
            f"{path.name}: node {nodes.index[nowhere][0]} has no coordinates ({int(nowhere.sum()):,} such nodes)"
        )
    strange = (edges.geom_type != "LineString") | ~np.isfinite(edges.geometry.bounds.to_numpy()).all(axis=1)
    if strange.any():
        raise DataError(
            f"{path.name}: the edge {edges.index[strange][0][:2]} is not a line ({int(strange.sum()):,} such edges)"
        )
    return nodes, edges


def _turned_twin(start: int, end: int, line: Any, seen: set[tuple[int, int, bytes]]) -> bool:
    """Whether the same street, drawn the other way, was met before."""
    if (end, start, line.reverse().wkb) in seen:
        return True
    seen.add((start, end, line.wkb))
    return False


def _tags(edge: pd.Series, closed: frozenset[str], mixed: Counter[str]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for key in _TAGS:
        values = _values(edge.get(key))
        if not values:
            continue
        mixed[key] += len(set(values)) > 1 and key not in _OF_NO_WEIGHT
        tags[key] = next((value for value in values if value in closed), values[0])
    mixed[NO_STREET] += "highway" not in tags
    values = [value.casefold() for value in _values(edge.get("oneway"))]
    mixed[ODD_ONE_WAY] += not _ONE_WAY.union(_BOTH_WAYS).issuperset(values)
    directions = {value in _ONE_WAY for value in values}
    mixed["oneway"] += len(directions) > 1
    if directions == {True}:
        tags["oneway"] = "yes"
    return tags


def _values(value: object) -> list[str]:
    """Return the values of an edge: those of a list, also of one written as text."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        text = value
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return [text]
    several = value if isinstance(value, (list, tuple, set)) else [value]
    return [str(item) for item in several if isinstance(item, (str, bool, int, float)) and str(item) not in {"", "nan"}]
