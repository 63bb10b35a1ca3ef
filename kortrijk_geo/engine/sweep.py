"""Search from facilities over a street graph: the nearest of them, all pairs within a limit, the k nearest.

Searches run from the facilities, against the travel, on scipy's bounded Dijkstra. The sweep takes facilities in spatial
groups, each on the part of the graph that lies within the limit of the group: exact, because a trip is never shorter
than the straight line, and small, because no matrix of all facilities by all nodes is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.engine.cuts import Cut, Ends
    from kortrijk_geo.engine.places import Places

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Distances held at once by a sweep, in numbers of 8 bytes; a few arrays of this size exist together.
CELLS = 1_000_000
# Side of a group of facilities as a share of the limit: smaller repeats more set-up, larger searches more ground.
_GROUP_SHARE = 1.0
# Straight lines are lengthened by this much, so that rounding never drops a pair at the limit.
_SLACK = 1.0 + 1e-9
_SLACK_M = 1e-3


@dataclass(frozen=True)
class Pairs:
    """All (facility, origin) pairs within a limit, sorted by facility, then origin.

    Parameters
    ----------
    facility, origin
        Rows of the places given.
    metres
        Length of the trip from origin to facility, both snap distances included.
    """

    facility: Ints
    origin: Ints
    metres: Floats

    def __len__(self) -> int:
        return len(self.metres)


def nearest(cut: Cut, ends: Ends, limit_m: float) -> tuple[Ints, Floats]:
    """Return the nearest facility of each origin (-1 for none) and the metres to it (NaN for none)."""
    n = len(ends.left)
    if not len(cut.place):
        return np.full(n, -1, np.int32), np.full(n, np.nan)
    metres, _, source = dijkstra(
        cut.arcs.matrix(), indices=cut.starts, min_only=True, limit=limit_m, return_predecessors=True
    )
    via_left, via_right = metres[ends.left] + ends.left_m, metres[ends.right] + ends.right_m
    best = np.minimum(via_left, via_right)
    reached = np.isfinite(best) & (best <= limit_m)
    start = np.where(via_left <= via_right, source[ends.left], source[ends.right])
    facility = np.full(n, -1, np.int32)
    facility[reached] = cut.place[start[reached] - cut.starts[0]]
    return facility, np.where(reached, best, np.nan)


@dataclass(frozen=True)
class Sweep:
    """One bounded sweep from the facilities, given out group by group.

    Parameters
    ----------
    cut
        The graph cut at the facilities.
    ends
        Where the origins lie on it.
    node_xy
        Coordinates (n, 2) of the nodes of the graph before it was cut.
    facilities, origins
        The places.
    straightness
        The smallest share, 0-1, that the cost of a street has of its straight length.
    """

    cut: Cut
    ends: Ends
    node_xy: Floats
    facilities: Places
    origins: Places
    straightness: float

    def batches(self, limit_m: float) -> Iterator[Pairs]:
        """Yield the pairs within ``limit_m`` in batches; a facility's pairs stand together, by origin."""
        if not len(self.cut.place) or not self.origins.placed.any():
            return
        node_xy = self._all_xy()
        first_start = len(node_xy) - len(self.cut.place)
        nodes = _Box(node_xy[:first_start], np.arange(first_start))
        rows = np.flatnonzero(self.origins.placed)
        origins = _Box(np.column_stack([self.origins.snapped_x, self.origins.snapped_y])[rows], rows)
        reach_m = limit_m * _SLACK / self.straightness + _SLACK_M if self.straightness > 0 else np.inf
        number = np.full(len(node_xy), -1, np.int32)
        for group in self._groups(limit_m):
            at = node_xy[first_start + group]
            low, high = at.min(axis=0) - reach_m, at.max(axis=0) + reach_m
            near = np.sort(origins.inside(low, high))
            if len(near):
                local = np.concatenate([nodes.inside(low, high), first_start + group])
                number[local] = np.arange(len(local), dtype=np.int32)
                yield from self._search(group, local, number, near, limit_m)
                number[local] = -1

    def _all_xy(self) -> Floats:
        """Coordinates of all nodes of the cut graph."""
        snapped = np.column_stack([self.facilities.snapped_x, self.facilities.snapped_y])[self.cut.place]
        n_nodes = self.cut.edges.n_nodes
        cut_xy = np.empty((len(self.cut.edge), 2))
        on_cut = self.cut.node >= n_nodes
        cut_xy[self.cut.node[on_cut] - n_nodes] = snapped[on_cut]
        return np.concatenate([self.node_xy, cut_xy, snapped])

    def _groups(self, limit_m: float) -> Iterator[Index]:
        """Yield the starts in groups that lie close together."""
        place = self.cut.place
        if not np.isfinite(limit_m) or self.straightness <= 0:
            yield np.arange(len(place))
            return
        side = limit_m * _GROUP_SHARE
        column = np.floor(self.facilities.snapped_x[place] / side)
        row = np.floor(self.facilities.snapped_y[place] / side)
        order = np.lexsort((row, column))
        new = (np.diff(column[order]) != 0) | (np.diff(row[order]) != 0)
        yield from np.split(order, np.flatnonzero(new) + 1)

    def _search(self, group: Index, nodes: Index, number: Ints, origins: Index, limit_m: float) -> Iterator[Pairs]:
        """Yield the pairs of a group of starts and ``origins``, on the part of the graph that ``nodes`` span."""
        matrix = self.cut.arcs.among(nodes, number).matrix()
        left, left_m = _local(number, self.ends.left[origins], self.ends.left_m[origins])
        right, right_m = _local(number, self.ends.right[origins], self.ends.right_m[origins])
        step = max(1, CELLS // (len(nodes) + len(origins)))
        first_start = len(nodes) - len(group)
        for at in range(0, len(group), step):
            rows = np.arange(at, min(at + step, len(group)))
            metres = dijkstra(matrix, indices=first_start + rows, limit=limit_m)
            trips = np.take(metres, left, axis=1)
            trips += left_m
            other = np.take(metres, right, axis=1)
            other += right_m
            np.minimum(trips, other, out=trips)
            hit = trips <= limit_m if np.isfinite(limit_m) else np.isfinite(trips)
            facility, origin = np.nonzero(hit)
            yield Pairs(
                self.cut.place[group[rows]][facility].astype(np.int32), origins[origin].astype(np.int32), trips[hit]
            )


class _Box:
    """Points, sorted to find those in a box."""

    def __init__(self, xy: Floats, label: Index) -> None:
        order = np.argsort(xy[:, 0], kind="stable")
        self._x, self._y, self._label = xy[order, 0], xy[order, 1], label[order]

    def inside(self, low: Floats, high: Floats) -> Index:
        """Return the labels of the points inside or on the edge of the box, in no order that matters."""
        begin, end = np.searchsorted(self._x, low[0]), np.searchsorted(self._x, high[0], side="right")
        y = self._y[begin:end]
        labels: Index = self._label[begin:end][(y >= low[1]) & (y <= high[1])]
        return labels


def _local(number: Ints, node: Ints, cost_m: Floats) -> tuple[Ints, Floats]:
    """Return the nodes as numbered in the part of the graph; a node outside it is out of reach."""
    local = number[node]
    return np.maximum(local, 0), np.where(local >= 0, cost_m, np.inf)


def gather(batches: Iterator[Pairs], n_facilities: int) -> Pairs:
    """Put batches together, sorted by facility, then origin."""
    parts = list(batches)
    if not parts:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    facility = np.concatenate([batch.facility for batch in parts])
    counts = np.bincount(facility, minlength=n_facilities)
    goes_to = np.cumsum(counts) - counts
    opens = np.flatnonzero(np.diff(facility, prepend=-1))
    run = np.diff(opens, append=len(facility))
    position = np.arange(len(facility)) + np.repeat(goes_to[facility[opens]] - opens, run)
    origin, metres = np.empty(len(facility), np.int32), np.empty(len(facility))
    origin[position] = np.concatenate([batch.origin for batch in parts])
    metres[position] = np.concatenate([batch.metres for batch in parts])
    return Pairs(np.repeat(np.arange(n_facilities, dtype=np.int32), counts), origin, metres)
