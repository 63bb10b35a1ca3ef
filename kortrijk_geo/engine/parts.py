"""Geometry on the street graph: the street parts within reach of a place, routes for display, isochrone polygons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

from kortrijk_geo.engine.sweep import metres_from

if TYPE_CHECKING:
    from kortrijk_geo.engine.chains import Chains
    from kortrijk_geo.engine.cuts import Cut

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

# Parts shorter than this are points, not lines.
_SHORTEST_M = 1e-6


@dataclass(frozen=True)
class StreetLines:
    """The lines of the streets and where each lies on the edges of the graph.

    Parameters
    ----------
    lines
        LineString of every street.
    length_m
        Cost of every street; positions along it are in cost, spread evenly over the line.
    chains
        Edge, position and direction of every street.
    """

    lines: npt.NDArray[np.object_]
    length_m: Floats
    chains: Chains

    def cut_out(self, edge: Index, begin_m: Floats, end_m: Floats) -> tuple[list[shapely.LineString], Index, Index]:
        """Return the lines of the parts of ``edge`` from ``begin_m`` to ``end_m`` (begin <= end).

        Returns
        -------
        lines, part, street
            One line per part and street, in the direction of the street; its part (row of ``edge``) and its street,
            sorted by part, then position on the edge.
        """
        order = np.lexsort((self.chains.base_m, self.chains.edge))
        first = np.searchsorted(self.chains.edge[order], np.arange(len(self.chains.tail) + 1))
        counts = first[edge + 1] - first[edge]
        part = np.repeat(np.arange(len(edge)), counts)
        nth = np.arange(len(part)) - np.repeat(np.cumsum(counts) - counts, counts)
        street = order[first[edge][part] + nth]
        base, length = self.chains.base_m[street], self.length_m[street]
        low = np.clip(begin_m[part] - base, 0.0, length)
        high = np.clip(end_m[part] - base, 0.0, length)
        flip = self.chains.flipped[street]
        low, high = np.where(flip, length - high, low), np.where(flip, length - low, high)
        keep = high - low > _SHORTEST_M
        part, street, low, high, length = part[keep], street[keep], low[keep], high[keep], length[keep]
        lines = self.lines[street]
        for i in np.flatnonzero((low > 0) | (high < length)):
            lines[i] = shapely.ops.substring(lines[i], low[i] / length[i], high[i] / length[i], normalized=True)
        return list(lines), part, street

    def along(self, edge: int, begin_m: float, end_m: float) -> Floats:
        """Return the coordinates of one part of an edge, in the direction from ``begin_m`` to ``end_m``."""
        low, high = min(begin_m, end_m), max(begin_m, end_m)
        lines, _, street = self.cut_out(np.array([edge]), np.array([low]), np.array([high]))
        if not lines:
            return np.zeros((0, 2))
        runs = [
            shapely.get_coordinates(line)[:: -1 if self.chains.flipped[s] else 1]
            for line, s in zip(lines, street, strict=True)
        ]
        xy: Floats = np.concatenate(runs)
        return xy if begin_m <= end_m else xy[::-1]


def reached(cut: Cut, streets: StreetLines, limit_m: float) -> tuple[list[shapely.LineString], Ints]:
    """Return the street parts within ``limit_m`` of the one place at which ``cut`` is cut, and the street of each."""
    metres, _ = metres_from(cut, limit_m)
    edge, begin, end, left, right = _pieces(cut)
    forward, backward = cut.edges.forward[edge], cut.edges.backward[edge]
    # A point of a piece reaches the left node by travelling backward; away from the place it is the other way round.
    leftward, rightward = (backward, forward) if cut.towards else (forward, backward)
    length = end - begin
    left_over = np.where(np.isfinite(metres), limit_m - metres, 0.0)
    from_left = np.where(leftward, np.clip(left_over[left], 0.0, length), 0.0)
    from_right = np.where(rightward, np.clip(left_over[right], 0.0, length), 0.0)
    whole = from_left + from_right >= length
    from_left = np.where(whole, length, from_left)
    from_right = np.where(whole, 0.0, from_right)
    lines, _, street = streets.cut_out(
        np.concatenate([edge, edge]),
        np.concatenate([begin, end - from_right]),
        np.concatenate([begin + from_left, end]),
    )
    return lines, street.astype(np.int32)


def _pieces(cut: Cut) -> tuple[Index, Floats, Floats, Ints, Ints]:
    """Return edge, begin, end and both nodes of every piece between two neighbouring nodes."""
    edges = cut.edges
    plain = np.flatnonzero(~np.isin(np.arange(len(edges.tail)), cut.edge))
    nodes = (edges.n_nodes + np.arange(len(cut.edge))).astype(np.int32)
    opens = np.diff(cut.edge, prepend=-1) != 0
    closes = np.diff(cut.edge, append=-1) != 0
    last = cut.edge[closes]
    return (
        np.concatenate([plain, cut.edge, last]),
        np.concatenate([np.zeros(len(plain)), np.where(opens, 0.0, np.roll(cut.offset_m, 1)), cut.offset_m[closes]]),
        np.concatenate([edges.length_m[plain], cut.offset_m, edges.length_m[last]]),
        np.concatenate([edges.tail[plain], np.where(opens, edges.tail[cut.edge], nodes - 1), nodes[closes]]),
        np.concatenate([edges.head[plain], nodes, edges.head[last]]),
    )


def route(cut: Cut, streets: StreetLines, edge: Ints, offset_m: Floats, snap_m: Floats) -> tuple[Floats, float]:
    """Return the coordinates and metres of the shortest trip to the place of ``cut`` from another place.

    The other place is given as arrays of one. The coordinates run along the streets only; metres are NaN, and there are
    no coordinates, when there is no way.
    """
    ends = cut.ends(edge, offset_m, snap_m)
    metres, before = metres_from(cut)
    via_left = float(metres[ends.left[0]] + ends.left_m[0])
    via_right = float(metres[ends.right[0]] + ends.right_m[0])
    total = min(via_left, via_right)
    if not np.isfinite(total):
        return np.zeros((0, 2)), float("nan")
    leftward = via_left <= via_right
    node = int(ends.left[0] if leftward else ends.right[0])
    on, at = int(edge[0]), float(offset_m[0])
    runs = [streets.along(on, at, _positions(cut, on, node)[0 if leftward else -1])]
    while before[node] != cut.starts[0]:
        following = int(before[node])
        runs.append(streets.along(*_step(cut, node, following)))
        node = following
    return np.concatenate(runs), total


def _step(cut: Cut, start: int, end: int) -> tuple[int, float, float]:
    """Edge, begin and end position of the shortest way from one node to the next, in the direction of travel."""
    edges, n = cut.edges, cut.edges.n_nodes
    on_cut = [node - n for node in (start, end) if node >= n]
    both = np.isin(edges.tail, (start, end)) & np.isin(edges.head, (start, end))
    candidates = [int(cut.edge[on_cut[0]])] if on_cut else np.flatnonzero(both).tolist()
    ways = [
        (abs(stop - begin), edge, begin, stop)
        for edge in candidates
        for begin in _positions(cut, edge, start)
        for stop in _positions(cut, edge, end)
        if (
            edges.forward[edge]
            if begin < stop or (begin == stop and edges.tail[edge] == start)
            else edges.backward[edge]
        )
    ]
    return min(ways)[1:]


def _positions(cut: Cut, edge: int, node: int) -> list[float]:
    """Positions at which a node lies on an edge: none, one, or, on a loop, two."""
    n = cut.edges.n_nodes
    if node >= n:
        return [float(cut.offset_m[node - n])] if cut.edge[node - n] == edge else []
    at = [0.0] if cut.edges.tail[edge] == node else []
    return [*at, float(cut.edges.length_m[edge])] if cut.edges.head[edge] == node else at


def isochrone_polygon(parts: npt.NDArray[np.object_], buffer_m: float) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the ground within ``buffer_m`` of the street parts, as one geometry; empty when there are no parts."""
    if not len(parts):
        return shapely.Polygon()
    ground = shapely.union_all(shapely.buffer(parts, buffer_m, quad_segs=4))
    return cast("shapely.Polygon | shapely.MultiPolygon", ground)
