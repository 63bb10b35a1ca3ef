"""Distances over streets by networkx, on the streets as they are, cut at every place: what the engine must equal.

Written apart from the engine: shapely finds where a point lies along a street, networkx finds the way. Only one thing
is taken from the engine: which of several equally near streets a point was given to; that they are is checked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, pairwise

import networkx as nx
import numpy as np
import shapely

from kortrijk_geo.engine.streets import StreetGraph

SAME_M = 1e-7


@dataclass(frozen=True)
class Street:
    """A street: its line, the nodes at both ends, its cost, and whether one may travel along and against it."""

    line: shapely.LineString
    tail: object
    head: object
    length_m: float
    forward: bool
    backward: bool


def streets_of(frame, mode) -> list[Street]:
    """Streets of a streets layer; rows that the mode may not use are there but cannot be travelled."""
    ways = ("walk", "walk") if mode == "walk" else ("cycle_forward", "cycle_backward")
    return [
        Street(line, line.coords[0][:2], line.coords[-1][:2], line.length, bool(ahead), bool(back))
        for line, ahead, back in zip(frame.geometry, frame[ways[0]], frame[ways[1]], strict=True)
    ]


def largest_parts(streets) -> list[set[int]]:
    """Rows of the streets of the part with the most metres in which every node has a way to every other; ties too."""
    graph = nx.DiGraph()
    for street in streets:
        graph.add_edges_from([(street.tail, street.head)] if street.forward else [])
        graph.add_edges_from([(street.head, street.tail)] if street.backward else [])
    number = {node: i for i, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes}
    parts = {}
    for row, street in enumerate(streets):
        if (street.forward or street.backward) and number[street.tail] == number[street.head]:
            parts.setdefault(number[street.tail], set()).add(row)
    metres = {part: sum(streets[row].length_m for row in rows) for part, rows in parts.items()}
    most = max(metres.values(), default=0.0)
    longest = [parts[part] for part in parts if most > 0 and math.isclose(metres[part], most, rel_tol=1e-9)]
    return longest or [set()]


def _check(right, points, what):
    wrong = np.flatnonzero(~right)
    assert not len(wrong), f"{points[wrong[0]]} {what}"


class Oracle:
    """Exact trips between points over streets.

    Parameters
    ----------
    streets
        All streets, in the order of the rows that the engine names.
    named_points
        For every set of points: the points, and the street (row) that the engine gave each, -1 for none.
    max_snap_m
        Farther points are not placed.
    snap_to
        "largest": a point belongs on the nearest street of the largest part of the network, on one of another part only
        where the largest has none within ``max_snap_m``; "any": on the nearest of all.
    """

    def __init__(self, streets: list[Street], max_snap_m: float = 100.0, snap_to="largest", **named_points) -> None:
        self.streets = streets
        usable = [row for row, street in enumerate(streets) if street.forward or street.backward]
        parts = largest_parts(streets) if snap_to == "largest" else [set()]
        for part in parts:  # several only where parts are equally long: then all points belong on the same one
            try:
                self.places = {
                    name: self._place(np.asarray(points), np.asarray(rows), usable, sorted(part), max_snap_m)
                    for name, (points, rows) in named_points.items()
                }
                break
            except AssertionError:
                if part is parts[-1]:
                    raise
        self.against = self._against(usable)

    def _place(self, points, rows, usable, part, max_snap_m):
        """Node and snap distance of each point, None when it is too far."""
        away = self._metres_to(usable, points)
        near = away <= max_snap_m
        _check(near == (rows >= 0), points, "is not placed where a street is near, or placed where none is")
        to_part = self._metres_to(part, points)
        in_part = to_part <= max_snap_m
        _check(~in_part | np.isin(rows, part), points, "was given to a street outside the largest part")
        away = np.where(in_part, to_part, away)
        lines = np.array([self.streets[row].line if row >= 0 else None for row in rows.tolist()], dtype=object)
        apart = np.abs(shapely.distance(lines, points) - away)
        _check(~near | (apart <= SAME_M), points, "was not given to its nearest street")
        along = shapely.line_locate_point(lines, points)
        return [
            (self._node(row, round(at, 7)), metres) if placed else None
            for row, at, metres, placed in zip(rows.tolist(), along.tolist(), away.tolist(), near.tolist(), strict=True)
        ]

    def _metres_to(self, rows, points):
        """Metres from each point to the nearest of some streets."""
        if not rows:
            return np.full(len(points), np.inf)
        tree = shapely.STRtree([self.streets[row].line for row in rows])
        return shapely.distance(tree.geometries[tree.nearest(points)], points)

    def _node(self, row, along):
        """The node at a place along a street."""
        street = self.streets[row]
        if street.length_m == 0:  # where nothing costs anything, all is where travel begins
            return street.tail if street.forward else street.head
        if along <= SAME_M:
            return street.tail
        if along >= street.line.length - SAME_M:
            return street.head
        return ("cut", row, along)

    def _against(self, usable):
        """Arcs against the direction of travel; of several streets between the same nodes the shortest."""
        cuts = {row: set() for row in usable}
        for node, _ in filter(None, chain.from_iterable(self.places.values())):
            if node[0] == "cut":
                cuts[node[1]].add(node[2])
        against = nx.DiGraph()

        def arc(start, end, metres):
            if not against.has_edge(end, start) or metres < against[end][start]["weight"]:
                against.add_edge(end, start, weight=metres)

        for row in usable:
            street = self.streets[row]
            stops = [
                (0.0, street.tail),
                *((at, ("cut", row, at)) for at in sorted(cuts[row])),
                (street.line.length, street.head),
            ]
            cost = street.length_m / street.line.length if street.line.length else 1.0
            for (begin, start), (stop, end) in pairwise(stops):
                if street.forward:
                    arc(start, end, (stop - begin) * cost)
                if street.backward:
                    arc(end, start, (stop - begin) * cost)
        return against

    def metres(self, origins: str, facilities: str, rows=None) -> np.ndarray:
        """Trips from every origin to the facilities (all, or these rows): array (facilities, origins), NaN for none."""
        rows = range(len(self.places[facilities])) if rows is None else rows
        table = np.full((len(rows), len(self.places[origins])), np.nan)
        for i, row in enumerate(rows):
            if (facility := self.places[facilities][row]) is None:
                continue
            found = nx.single_source_dijkstra_path_length(self.against, facility[0])
            for j, origin in enumerate(self.places[origins]):
                if origin is not None and origin[0] in found:
                    table[i, j] = found[origin[0]] + facility[1] + origin[1]
        return table


def check_city(city, mode, limit_m, *, n_facilities) -> None:
    """Compare nearest, within and k nearest with the oracle: all homes of a city, and some of its amenities."""
    graph = StreetGraph.from_streets(city.streets, mode)
    step = max(1, len(city.amenities) // n_facilities)
    shops = city.amenities.geometry.iloc[::step]
    homes = city.homes.geometry
    origins, facilities = graph.place(homes), graph.place(shops)
    oracle = Oracle(streets_of(city.streets, mode), homes=(homes, origins.street), shops=(shops, facilities.street))
    expected = oracle.metres("homes", "shops")
    order = np.sort(np.where(np.isnan(expected), np.inf, expected), axis=0)[:3].T
    order = np.where(np.isinf(order), np.nan, order)
    exact = {"rtol": 0, "atol": 1e-6, "equal_nan": True}
    np.testing.assert_allclose(graph.nearest(origins, facilities)[1], order[:, 0], **exact)
    np.testing.assert_allclose(graph.k_nearest(origins, facilities, 3)[1], order, **exact)
    pairs = graph.within(facilities, origins, limit_m)
    found = np.full(expected.shape, np.nan)
    found[pairs.facility, pairs.origin] = pairs.metres
    clear = ~(np.abs(expected - limit_m) < 1e-6)
    np.testing.assert_allclose(found[clear], np.where(expected > limit_m, np.nan, expected)[clear], **exact)
    assert np.isfinite(expected).sum() > 0.5 * expected.size, "most trips exist, so that much was compared"
