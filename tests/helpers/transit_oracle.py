"""Trips by public transport by networkx: Dijkstra forward over all events of a day. What the engine must equal.

Written apart from the engine: no profile, no backward scan, no stacks. Nodes are departures and arrivals of hops and
the moments at which one can still board; edges are riding, staying aboard, waiting, changing and walking.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import networkx as nx

NEVER = 2**31 - 1


class Day:
    """The events of a day from ``from_s`` on, to the places of one kind.

    Parameters
    ----------
    hops
        (from stop, to stop, leaves, arrives, trip, boards, alights) of each, those of one trip in their order.
    footpaths
        Of every stop a dict of stops and seconds.
    to_place_s
        Of every stop the seconds to a place, `NEVER` for none.
    """

    def __init__(  # noqa: C901 - all events of a day, one kind of edge after another
        self, hops, footpaths, to_place_s, slack_s, from_s=0
    ) -> None:
        self.slack_s = slack_s
        self.graph = graph = nx.DiGraph()
        graph.add_node("place")
        hops = [hop for hop in hops if hop[2] >= from_s]
        self.boardings = {stop: set() for stop in range(len(to_place_s))}
        trips = {}
        for i, (start, _, leaves, arrives, trip, boards, _) in enumerate(hops):
            graph.add_edge(("leaves", i), ("arrives", i), weight=arrives - leaves)
            trips.setdefault(trip, []).append(i)
            if boards:
                self.boardings[start].add(leaves)
                graph.add_edge(("waits", start, leaves), ("leaves", i), weight=0, rides=1)
        for rides in trips.values():
            for i, j in pairwise(rides):
                graph.add_edge(("arrives", i), ("leaves", j), weight=hops[j][2] - hops[i][3])
        self.boardings = {stop: sorted(times) for stop, times in self.boardings.items()}
        for stop, times in self.boardings.items():
            for earlier, later in pairwise(times):
                graph.add_edge(("waits", stop, earlier), ("waits", stop, later), weight=later - earlier)
        for i, (_, end, _, arrives, _, _, alights) in enumerate(hops):
            if not alights:
                continue
            if to_place_s[end] != NEVER:
                graph.add_edge(("arrives", i), "place", weight=int(to_place_s[end]), on_foot=int(to_place_s[end]))
            for onward, walk_s in footpaths[end].items():
                self._walk(("arrives", i), arrives, onward, walk_s)

    def _walk(self, node, at, stop, walk_s) -> None:
        """Walk to a stop and wait there for the first vehicle that the slack leaves time for."""
        times = self.boardings[stop]
        next_one = bisect_left(times, at + walk_s + self.slack_s)
        if next_one < len(times):
            self.graph.add_edge(node, ("waits", stop, times[next_one]), weight=times[next_one] - at, on_foot=walk_s)

    def seconds(self, leave_s, walks, direct_s) -> int:
        """Seconds from a home, left at ``leave_s``, with ``walks`` (stop: seconds) and the walk to a place itself."""
        return self._least("weight", leave_s, walks, direct_s)

    def best(self, leave_s, walks, direct_s):
        """Seconds, rides and seconds on foot of the journey that is best by the first, then the second, then the third.

        None where there is no way.
        """

        def cost(_, __, edge):
            return (edge["weight"] * 1_000 + edge.get("rides", 0)) * 100_000 + edge.get("on_foot", 0)

        least = self._least(cost, leave_s, walks, direct_s)
        if least == NEVER:
            return None
        rest, on_foot = divmod(least, 100_000)
        return (*divmod(rest, 1_000), on_foot)

    def _least(self, weight, leave_s, walks, direct_s) -> int:
        self.graph.add_node("home")
        if direct_s != NEVER:
            self.graph.add_edge("home", "place", weight=int(direct_s), on_foot=int(direct_s))
        for stop, walk_s in walks.items():
            self._walk("home", leave_s, stop, walk_s)
        try:
            return nx.dijkstra_path_length(self.graph, "home", "place", weight=weight)
        except nx.NetworkXNoPath:
            return NEVER
        finally:
            self.graph.remove_node("home")
