"""One tool's turn at the street workload, in a process of its own: prints seconds of CPU per step and peak memory.

Usage: python street_workers.py TOOL FOLDER. The workload, the same for all: build the graph; for each of the categories
the nearest facility of every origin within the limit; how many facilities of each category every origin has within the
limit; all (facility, origin) pairs within the limit with their metres. Counts come from the pairs where that is less
work than asking for them. Ours gets points and snaps them to streets; the others get the nodes they would have to find.
"""

from __future__ import annotations

import json
import pickle
import re
import sys
import time
from pathlib import Path

import numpy as np

STEPS = ("build", "nearest", "pairs", "counts")


class Clock:
    """CPU seconds of this process, all threads, from step to step."""

    def __init__(self):
        self.seconds = {}
        self._last = time.process_time()

    def step(self, name):
        now = time.process_time()
        self.seconds[name] = now - self._last
        self._last = time.process_time()


def kortrijk_geo(case, folder):
    from kortrijk_geo.engine.streets import StreetGraph

    streets, homes, shops = pickle.loads((folder / "layers.pickle").read_bytes())
    clock = Clock()
    graph = StreetGraph.from_streets(streets, mode="walk")
    origins, facilities = graph.place(homes), graph.place(shops)
    clock.step("build")
    nearest = [graph.nearest(origins, facilities[case["category"] == c], case["limit"])[1] for c in case["categories"]]
    clock.step("nearest")
    pairs = graph.within(facilities, origins, case["limit"])
    clock.step("pairs")
    counts = counted(case, pairs.facility, pairs.origin)
    clock.step("counts")
    return clock, nearest, counts, (pairs.facility, pairs.origin, pairs.metres)


def networkx(case, folder):
    import networkx as nx

    clock = Clock()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(case["x"])))
    for u, v, metres in zip(case["u"].tolist(), case["v"].tolist(), case["metres"].tolist(), strict=True):
        if not graph.has_edge(u, v) or graph[u][v]["weight"] > metres:
            graph.add_edge(u, v, weight=metres)
    clock.step("build")
    origins, limit = case["origins"].tolist(), case["limit"]
    nearest = []
    for c in case["categories"]:
        some = set(case["facilities"][case["category"] == c].tolist())
        found = nx.multi_source_dijkstra_path_length(graph, some, cutoff=limit)
        nearest.append(np.array([found.get(node, np.nan) for node in origins]))
    clock.step("nearest")
    row_of = np.full(len(case["x"]), -1)
    row_of[case["origins"]] = np.arange(len(origins))
    parts = []
    for row, node in enumerate(case["facilities"].tolist()):
        found = nx.single_source_dijkstra_path_length(graph, node, cutoff=limit)
        nodes = np.fromiter(found.keys(), np.intp, len(found))
        metres = np.fromiter(found.values(), np.float64, len(found))
        hit = row_of[nodes] >= 0
        parts.append((np.full(hit.sum(), row), row_of[nodes[hit]], metres[hit]))
    pairs = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    clock.step("pairs")
    counts = counted(case, pairs[0], pairs[1])
    clock.step("counts")
    return clock, nearest, counts, pairs


def scipy(case, folder):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    clock = Clock()
    n = len(case["x"])
    u, v = np.concatenate([case["u"], case["v"]]), np.concatenate([case["v"], case["u"]])
    metres = np.tile(case["metres"], 2)
    order = np.lexsort((metres, v, u))
    first = np.append(True, (np.diff(u[order]) != 0) | (np.diff(v[order]) != 0))
    keep = order[first]
    graph = coo_array((metres[keep], (u[keep], v[keep])), shape=(n, n)).tocsr()
    clock.step("build")
    nearest = []
    for c in case["categories"]:
        some = case["facilities"][case["category"] == c]
        found = dijkstra(graph, indices=some, min_only=True, limit=case["limit"])[case["origins"]]
        nearest.append(np.where(np.isinf(found), np.nan, found))
    clock.step("nearest")
    parts = []
    for start in range(0, len(case["facilities"]), 64):
        found = dijkstra(graph, indices=case["facilities"][start : start + 64], limit=case["limit"])[:, case["origins"]]
        facility, origin = np.nonzero(np.isfinite(found))
        parts.append((facility + start, origin, found[facility, origin]))
    pairs = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    clock.step("pairs")
    counts = counted(case, pairs[0], pairs[1])
    clock.step("counts")
    return clock, nearest, counts, pairs


def pandana(case, folder):
    import pandana as pdna
    import pandas as pd

    clock = Clock()
    x, y = pd.Series(case["x"]), pd.Series(case["y"])
    u, v = pd.Series(case["u"]), pd.Series(case["v"])
    network = pdna.Network(x, y, u, v, pd.DataFrame({"metres": case["metres"]}), twoway=True)
    clock.step("build")
    nearest = []
    for c in case["categories"]:
        some = case["facilities"][case["category"] == c]
        network.set_pois(str(c), case["limit"], 1, x[some], y[some])
        table = network.nearest_pois(case["limit"], str(c), num_pois=1, max_distance=-1)
        found = table[1].to_numpy()[case["origins"]]
        nearest.append(np.where(found < 0, np.nan, found))
    clock.step("nearest")
    table = network.nodes_in_range(case["facilities"], case["limit"])
    row_of = np.full(len(case["x"]), -1)
    row_of[case["origins"]] = np.arange(len(case["origins"]))
    place_of = np.full(len(case["x"]), -1)
    place_of[case["facilities"]] = np.arange(len(case["facilities"]))
    facility, origin = place_of[table["source"].to_numpy()], row_of[table["destination"].to_numpy()]
    hit = origin >= 0
    pairs = facility[hit], origin[hit], table["metres"].to_numpy()[hit]
    clock.step("pairs")
    counts = counted(case, pairs[0], pairs[1])
    clock.step("counts")
    return clock, nearest, counts, pairs


def counted(case, facility, origin):
    """Facilities of each category per origin."""
    n, k = len(case["origins"]), len(case["categories"])
    return np.bincount(origin * k + case["category"][facility], minlength=n * k).reshape(n, k)


def main(tool, folder):
    with np.load(folder / "case.npz") as stored:
        case = {name: stored[name] for name in stored.files}
    case["limit"] = float(case["limit"])
    clock, nearest, counts, pairs = globals()[tool](case, folder)
    # The high-water mark of this very process; what a parent used before is not in it.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    np.savez(
        folder / f"{tool}.npz", nearest=nearest, counts=counts, facility=pairs[0], origin=pairs[1], metres=pairs[2]
    )
    sys.stdout.write("\n" + json.dumps({"seconds": clock.seconds, "peak_mb": int(peak[1]) / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
