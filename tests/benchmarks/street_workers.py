"""One tool's turn at the street workload, in a process of its own: prints seconds of CPU per step and peak memory.

Usage: python street_workers.py TOOL FOLDER. All tools start from the same layers, streets and points, and do the same:
build the graph and put the points on it; for each category the nearest facility of every origin within the limit; how
many facilities of each category every origin has within the limit; all (facility, origin) pairs within it, with metres.
Each tool does this by its own functions; where it has none for counting, counts come from its pairs. The points stand
on vertices of streets, so that tools that know nodes only can be exact: every vertex is a node of theirs.
"""

from __future__ import annotations

import json
import pickle
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely


@dataclass
class Case:
    """The input: layers, the category of every facility, and the limit in metres."""

    streets: Any
    origins: Any
    facilities: Any
    category: np.ndarray
    limit_m: float

    @property
    def categories(self):
        return range(int(self.category.max()) + 1)

    def counted(self, facility, origin):
        """Facilities of each category per origin, from pairs."""
        n, k = len(self.origins), len(self.categories)
        return np.bincount(origin * k + self.category[facility], minlength=n * k).reshape(n, k)

    def vertex_network(self):
        """Nodes (n, 2), edges (from, to, metres) and the nodes of origins and facilities, every vertex being a node."""
        xy, street = shapely.get_coordinates(np.asarray(self.streets.geometry.array), return_index=True)
        # Streets meet at their ends only, so an end is one node wherever it stands and every other vertex its own.
        node = np.arange(len(xy)) + len(xy)
        is_end = np.flatnonzero((np.diff(street, prepend=-1) != 0) | (np.diff(street, append=-1) != 0))
        _, node[is_end] = np.unique(xy[is_end, 0] + 1j * xy[is_end, 1], return_inverse=True)
        _, vertex, node = np.unique(node, return_index=True, return_inverse=True)
        inside = street[1:] == street[:-1]
        u, v = node[:-1][inside], node[1:][inside]
        xy = xy[vertex]
        # The points stand on nodes, each on one, so that they are looked up and no tree of nodes is needed.
        spots = xy[:, 0] + 1j * xy[:, 1]
        order = np.argsort(spots)
        at = [shapely.get_coordinates(points.array) @ [1, 1j] for points in (self.origins, self.facilities)]
        nodes = [order[np.searchsorted(spots, some, sorter=order)] for some in at]
        assert all((spots[found] == some).all() for found, some in zip(nodes, at, strict=True))
        return xy, (u, v, np.hypot(*(xy[u] - xy[v]).T)), *nodes


class Clock:
    """CPU seconds of this process, all threads, from step to step."""

    def __init__(self):
        self.seconds = {}
        self._last = time.process_time()

    def step(self, name):
        now = time.process_time()
        self.seconds[name] = now - self._last
        self._last = time.process_time()


def kortrijk_geo(case):
    from kortrijk_geo.engine.streets import StreetGraph

    # Importing the tools is no part of the work, and neither is loading the compiled code, or compiling it at first.
    clock = Clock()
    few = StreetGraph.from_streets(case.streets.iloc[:20])
    places = few.place(case.streets.geometry.iloc[:20].representative_point())
    few.within(places, places, 10.0).by_kind(np.arange(20), 20)
    clock.step("load")
    graph = StreetGraph.from_streets(case.streets, mode="walk")
    # The nearest street of all, for the other tools know no loose ends.
    origins, facilities = (graph.place(points, snap_to="any") for points in (case.origins, case.facilities))
    clock.step("build")
    pairs = graph.within(facilities, origins, case.limit_m)
    clock.step("pairs")
    nearest, counts = pairs.by_kind(case.category, len(origins))
    clock.step("counts")
    nearest = nearest.T
    return clock, nearest, counts, (pairs.facility, pairs.origin, pairs.metres)


def networkx(case):
    import networkx as nx

    clock = Clock()
    xy, edges, origins, facilities = case.vertex_network()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(xy)))
    for u, v, metres in zip(*(column.tolist() for column in edges), strict=True):
        if not graph.has_edge(u, v) or graph[u][v]["weight"] > metres:
            graph.add_edge(u, v, weight=metres)
    clock.step("build")
    nearest = []
    for c in case.categories:
        some = set(facilities[case.category == c].tolist())
        found = nx.multi_source_dijkstra_path_length(graph, some, cutoff=case.limit_m)
        nearest.append(np.array([found.get(node, np.nan) for node in origins.tolist()]))
    clock.step("nearest")
    row_of = np.full(len(xy), -1)
    row_of[origins] = np.arange(len(origins))
    parts = []
    for row, node in enumerate(facilities.tolist()):
        found = nx.single_source_dijkstra_path_length(graph, node, cutoff=case.limit_m)
        origin = row_of[np.fromiter(found.keys(), np.intp, len(found))]
        metres = np.fromiter(found.values(), np.float64, len(found))
        parts.append((np.full((origin >= 0).sum(), row), origin[origin >= 0], metres[origin >= 0]))
    pairs = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    clock.step("pairs")
    counts = case.counted(*pairs[:2])
    clock.step("counts")
    return clock, nearest, counts, pairs


def scipy(case):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    clock = Clock()
    xy, (u, v, metres), origins, facilities = case.vertex_network()
    u, v, metres = np.concatenate([u, v]), np.concatenate([v, u]), np.tile(metres, 2)
    order = np.lexsort((metres, v, u))
    keep = order[(np.diff(u[order], prepend=-1) != 0) | (np.diff(v[order], prepend=-1) != 0)]
    graph = coo_array((metres[keep], (u[keep], v[keep])), shape=(len(xy), len(xy))).tocsr()
    clock.step("build")
    nearest = []
    for c in case.categories:
        some = facilities[case.category == c]
        found = dijkstra(graph, indices=some, min_only=True, limit=case.limit_m)[origins]
        nearest.append(np.where(np.isinf(found), np.nan, found))
    clock.step("nearest")
    parts = []
    for start in range(0, len(facilities), 64):
        found = dijkstra(graph, indices=facilities[start : start + 64], limit=case.limit_m)[:, origins]
        facility, origin = np.nonzero(np.isfinite(found))
        parts.append((facility + start, origin, found[facility, origin]))
    pairs = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    clock.step("pairs")
    counts = case.counted(*pairs[:2])
    clock.step("counts")
    return clock, nearest, counts, pairs


def pandana(case):
    import pandana as pdna
    import pandas as pd

    clock = Clock()
    xy, (u, v, metres), origins, facilities = case.vertex_network()
    x, y = pd.Series(xy[:, 0]), pd.Series(xy[:, 1])
    network = pdna.Network(x, y, pd.Series(u), pd.Series(v), pd.DataFrame({"metres": metres}), twoway=True)
    clock.step("build")
    nearest = []
    for c in case.categories:
        some = facilities[case.category == c]
        network.set_pois(str(c), case.limit_m, 1, x[some], y[some])
        table = network.nearest_pois(case.limit_m, str(c), num_pois=1, max_distance=-1)
        found = table[1].to_numpy()[origins]
        nearest.append(np.where(found < 0, np.nan, found))
    clock.step("nearest")
    table = network.nodes_in_range(facilities, case.limit_m)
    row_of, place_of = np.full(len(xy), -1), np.full(len(xy), -1)
    row_of[origins], place_of[facilities] = np.arange(len(origins)), np.arange(len(facilities))
    origin = row_of[table["destination"].to_numpy()]
    hit = origin >= 0
    pairs = place_of[table["source"].to_numpy()[hit]], origin[hit], table["metres"].to_numpy()[hit]
    clock.step("pairs")
    network.precompute(case.limit_m)  # without it every category searches all over again, for 40 s more
    counts = []
    for c in case.categories:
        network.set(pd.Series(facilities[case.category == c]), name=str(c))
        counts.append(network.aggregate(case.limit_m, type="count", decay="flat", name=str(c)).to_numpy()[origins])
    clock.step("counts")
    return clock, nearest, np.column_stack(counts), pairs


def main(tool, folder):
    case = Case(*pickle.loads((folder / "case.pickle").read_bytes()))
    clock, nearest, counts, pairs = globals()[tool](case)
    # The high-water mark of this very process; what a parent used before is not in it.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    found = dict(zip(("facility", "origin", "metres"), pairs, strict=True))
    np.savez(folder / f"{tool}.npz", nearest=nearest, counts=counts, **found)
    sys.stdout.write("\n" + json.dumps({"seconds": clock.seconds, "peak_mb": int(peak[1]) / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
