"""Where the buses of the demo drive, along its streets, and where they stop: opposite stops, shared between lines.

The ways are the shortest on large roads. The stops of a line that another line passes too are stops of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.demo.network import WIDTH_M, line_ends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

XY = tuple[float, float]
# A place that a line passes is a crossing of large roads where one is so near, m.
_CROSSING_M = 400.0
_LARGE = ("primary", "secondary", "tertiary")
# A stop belongs to a line that passes it so near, m; which way a street runs is seen from so far before and after.
_ON_LINE_M = 0.5
_LOOK_M = 8.0


@dataclass(frozen=True)
class Site:
    """A place at a street with a stop on either side, and the direction of which the first is at the right."""

    middle: XY
    ahead: XY
    platforms: tuple[XY, XY]


@dataclass(frozen=True)
class Route:
    """The way of one line, and its sites with the metres to each from its beginning."""

    line: shapely.LineString
    sites: list[int]
    metres: list[float]
    forward: list[bool]


@dataclass(frozen=True)
class Roads:
    """The streets on which buses drive, as a graph.

    Parameters
    ----------
    lines, width_m, first, last
        Of each street: its line, carriageway, and nodes.
    xy, large
        Of each node: its place, and whether a large road meets it.
    between
        The street between two nodes, the lower first; of several the one that is driven.
    graph
        What it costs to drive from node to node (SciPy's CSR).
    """

    lines: np.ndarray
    width_m: np.ndarray
    first: np.ndarray
    last: np.ndarray
    xy: np.ndarray
    large: np.ndarray
    between: dict[tuple[int, int], int]
    graph: Any

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame, cost_of_kind: Mapping[str, float]) -> Roads:
        """Take the streets of these kinds; a metre of each counts as so many."""
        from scipy.sparse import coo_array

        usable = streets[streets["kind"].isin(list(cost_of_kind))]
        lines, kind = usable.geometry.to_numpy(), usable["kind"].to_numpy()
        first, last = line_ends(lines)
        xy = np.zeros((max(first.max(), last.max()) + 1, 2))
        for node, end in ((first, 0), (last, -1)):
            xy[node] = shapely.get_coordinates(shapely.get_point(lines, end))
        large = np.zeros(len(xy), bool)
        for node in (first, last):
            large[node[np.isin(kind, _LARGE)]] = True
        cost = shapely.length(lines) * np.array([cost_of_kind[value] for value in kind])
        dearest_first = np.argsort(-cost, kind="stable")
        ends = np.sort(np.column_stack([first, last]), axis=1)[dearest_first].tolist()
        between = {(a, b): edge for (a, b), edge in zip(ends, dearest_first.tolist(), strict=True)}
        graph = coo_array((cost[list(between.values())], np.array(list(between)).T), shape=(len(xy),) * 2).tocsr()
        width_m = np.array([WIDTH_M[value] for value in kind])
        return cls(lines, width_m, first, last, xy, large, between, graph)

    def crossing(self, at: XY) -> int:
        """Return the node for a place: the nearest of a large road, or of any where none is near."""
        away = np.hypot(*(self.xy - at).T)
        large = np.where(self.large, away, np.inf)
        return int(np.argmin(large if large.min() <= _CROSSING_M else away))

    def way(self, places: Sequence[XY]) -> shapely.LineString:
        """Return the shortest way through places."""
        from scipy.sparse.csgraph import dijkstra

        nodes = [self.crossing(at) for at in places]
        before = dijkstra(self.graph, directed=False, indices=nodes[:-1], return_predecessors=True)[1]
        course: list[tuple[float, float]] = []
        for source, (a, b) in enumerate(pairwise(nodes)):
            at, pieces = b, []
            while at != a:
                previous = int(before[source, at])
                edge = self.between[min(previous, at), max(previous, at)]
                points = shapely.get_coordinates(self.lines[edge])
                pieces.append(points if self.first[edge] == previous else points[::-1])
                at = previous
            for point in map(tuple, np.concatenate(pieces[::-1]).tolist()):
                if course[-1:] == [point]:
                    continue
                if course[-2:-1] == [point]:  # out and back again: the place lies beside the way, which passes on
                    course.pop()
                else:
                    course.append(point)
        return shapely.LineString(course)


def make_routes(
    roads: Roads, lines: Sequence[Sequence[XY]], *, apart_m: float, beside_m: float
) -> tuple[list[Route], list[Site]]:
    """Lay the lines along the roads one after another, each through its places, with a stop at each place.

    Parameters
    ----------
    lines
        The places of each line.
    apart_m
        Metres between stops along a line, about.
    beside_m
        Metres from the edge of the carriageway to a stop.
    """
    sites: list[Site] = []
    tree = shapely.STRtree(roads.lines)
    routes = []
    for places in lines:
        way = roads.way(places)
        middles = np.array([shapely.Point(site.middle) for site in sites], dtype=object)
        passed = np.flatnonzero(shapely.dwithin(middles, way, _ON_LINE_M)) if sites else np.zeros(0, int)
        at = {float(shapely.line_locate_point(way, middles[number])): int(number) for number in passed}
        stations = {float(way.project(shapely.Point(roads.xy[roads.crossing(place)]))) for place in places}
        for place in sorted(stations):
            if min((abs(place - other) for other in at), default=np.inf) > apart_m / 3:
                at[place] = -1
        ordered = sorted(at)
        for a, b in pairwise(ordered):
            pieces = max(1, round((b - a) / apart_m))
            at.update(dict.fromkeys((a + (b - a) * np.arange(1, pieces) / pieces).tolist(), -1))
        numbers, forward = [], []
        for metres in sorted(at):
            number = at[metres]
            if number < 0:
                number = len(sites)
                sites.append(_site(way, metres, roads, tree, beside_m))
            numbers.append(number)
            forward.append(float(np.dot(_ahead(way, metres), sites[number].ahead)) >= 0)
        routes.append(Route(way, numbers, sorted(at), forward))
    return routes, sites


def _ahead(way: shapely.LineString, metres: float) -> np.ndarray:
    """Return the direction of a way at a place, a vector of length 1."""
    ends = shapely.line_interpolate_point(way, [max(metres - _LOOK_M, 0.0), min(metres + _LOOK_M, way.length)])
    step = np.subtract(*shapely.get_coordinates(ends)[::-1])
    return np.asarray(step / np.hypot(*step))


def _site(way: shapely.LineString, metres: float, roads: Roads, tree: shapely.STRtree, beside_m: float) -> Site:
    middle = shapely.line_interpolate_point(way, metres)
    ahead = _ahead(way, metres)
    aside = np.array([ahead[1], -ahead[0]]) * (roads.width_m[tree.nearest(middle)] / 2 + beside_m)
    xy = shapely.get_coordinates(middle)[0]
    platforms: Any = tuple(tuple(np.round(xy + side * aside, 1).tolist()) for side in (1, -1))
    return Site(tuple(xy.tolist()), tuple(ahead.tolist()), platforms)
