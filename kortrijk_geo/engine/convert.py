"""Streets from and to networkx graphs as osmnx makes them: nodes with x and y, edges with length and geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    from pyproj import CRS

_ORIGIN = "networkx graph"


@dataclass(frozen=True)
class StreetTable:
    """Streets as arrays, one row per street: the common ground of a streets layer and of a networkx graph.

    Parameters
    ----------
    crs
        Projected CRS in metres, or its authority code.
    lines
        LineString of every street.
    length_m
        Cost of every street.
    tail, head
        Node at the begin and the end of every street.
    forward, backward
        Whether the street may be travelled along, and against, its line.
    node_xy
        Coordinates (n, 2) of the nodes.
    row
        Row of each street in the input.
    label
        What the input calls each street.
    kind
        OSM highway value of each street.
    """

    crs: CRS | str
    lines: npt.NDArray[np.object_]
    length_m: npt.NDArray[np.float64]
    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    forward: npt.NDArray[np.bool_]
    backward: npt.NDArray[np.bool_]
    node_xy: npt.NDArray[np.float64]
    row: npt.NDArray[np.int32]
    label: Sequence[object] | npt.NDArray[np.object_]
    kind: npt.NDArray[np.object_]


def from_networkx(graph: nx.Graph[Any], *, both_ways: bool) -> StreetTable:
    """Read streets from a networkx graph, directed or not, with or without parallel edges.

    Two opposite edges of the same length along the same line are one street. A missing ``geometry`` is the straight
    line between the nodes, a missing ``length`` the length of the geometry.

    Parameters
    ----------
    graph
        ``graph.graph["crs"]`` names a projected CRS in metres; nodes have ``x`` and ``y``.
    both_ways
        Ignore the direction of edges.

    Raises
    ------
    DataError
        When a node has no coordinates or an edge has a length that is negative or not a number.
    CrsError
        When the CRS is missing or not in metres.
    """
    crs = check_crs(graph.graph.get("crs"), origin=_ORIGIN)
    number = {node: i for i, node in enumerate(graph.nodes)}
    node_xy = np.array([_node_xy(node, data) for node, data in graph.nodes(data=True)], dtype=np.float64).reshape(-1, 2)
    one_way = graph.is_directed() and not both_ways
    # Opposite edges with the same nodes, length and line wait here for each other.
    waiting: dict[tuple[int, int, float, bytes], list[int]] = {}
    rows: list[tuple[int, int, float, shapely.LineString, list[bool], object, str]] = []
    for start, end, data in graph.edges(data=True):
        u, v = number[start], number[end]
        line = data.get("geometry")
        if line is None:
            line = shapely.LineString([node_xy[u], node_xy[v]])
        length = _length(data, line, start, end)
        back = (v, u, length, line.reverse().wkb)
        if graph.is_directed() and waiting.get(back):
            rows[waiting[back].pop()][4][1] = True
            continue
        waiting.setdefault((u, v, length, line.wkb), []).append(len(rows))
        rows.append((u, v, length, line, [True, not one_way], (start, end), _kind(data)))
    if not rows:
        raise DataError(f"{_ORIGIN}: has no edges")
    lines = np.empty(len(rows), dtype=object)
    lines[:] = [row[3] for row in rows]
    length_m = np.array([row[2] for row in rows], dtype=np.float64)
    tail = np.array([row[0] for row in rows], dtype=np.int32)
    head = np.array([row[1] for row in rows], dtype=np.int32)
    return StreetTable(
        crs=crs,
        lines=lines,
        length_m=length_m,
        tail=tail,
        head=head,
        forward=np.array([row[4][0] for row in rows], dtype=bool),
        backward=np.array([row[4][1] for row in rows], dtype=bool),
        node_xy=node_xy,
        row=np.arange(len(rows), dtype=np.int32),
        label=[row[5] for row in rows],
        kind=np.array([row[6] for row in rows], dtype=object),
    )


def to_networkx(streets: StreetTable) -> nx.MultiDiGraph[int]:
    """Return the streets as osmnx does: a MultiDiGraph with one edge per street and allowed direction."""
    import networkx as nx

    crs = check_crs(streets.crs, origin=_ORIGIN).to_string()
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=crs, simplified=True)
    graph.add_nodes_from((i, {"x": float(x), "y": float(y)}) for i, (x, y) in enumerate(streets.node_xy))
    for i, line in enumerate(streets.lines):
        u, v = int(streets.tail[i]), int(streets.head[i])
        ahead, back = bool(streets.forward[i]), bool(streets.backward[i])
        data = {
            "osmid": streets.label[i],
            "highway": streets.kind[i],
            "length": float(streets.length_m[i]),
            "oneway": ahead != back,
        }
        if ahead:
            graph.add_edge(u, v, **data, reversed=False, geometry=line)
        if back:
            graph.add_edge(v, u, **data, reversed=True, geometry=line.reverse())
    return graph


def _node_xy(node: object, data: dict[str, Any]) -> tuple[float, float]:
    try:
        x, y = float(data["x"]), float(data["y"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{_ORIGIN}: node {node!r} has no x and y; give every node both, in metres") from error
    if not (np.isfinite(x) and np.isfinite(y)):
        raise DataError(f"{_ORIGIN}: node {node!r} has x {x} and y {y}, must be finite numbers of metres")
    return x, y


def _length(data: dict[str, Any], line: shapely.LineString, start: object, end: object) -> float:
    if line.geom_type != "LineString" or line.is_empty:
        raise DataError(f"{_ORIGIN}: the geometry of edge {start!r}-{end!r} is not a line")
    try:
        length = float(data.get("length", line.length))
    except (TypeError, ValueError):
        length = float("nan")
    if not (0 <= length < np.inf):
        raise DataError(f"{_ORIGIN}: edge {start!r}-{end!r} has length {data.get('length')!r}, must be metres from 0")
    return length


def _kind(data: dict[str, Any]) -> str:
    kind = data.get("highway", "")
    return str(kind[0] if isinstance(kind, list) and kind else kind)
