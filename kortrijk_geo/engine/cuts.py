"""Cut the edges of a graph at places, so that every place is a node and every other place lies between two nodes.

Cutting makes all the special cases one: a place between two facilities on one edge, a facility and an origin on the
same edge of a one-way street, several places at one point. Whole edges stay beside their parts: they cost the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Edges:
    """The edges of a graph: tail and head node, cost, and whether travel is allowed each way."""

    tail: Ints
    head: Ints
    length_m: Floats
    forward: Flags
    backward: Flags
    n_nodes: int

    @property
    def both_ways(self) -> bool:
        """Whether travel is allowed both ways on every edge."""
        return bool(self.forward.all() and self.backward.all())

    def arcs(self, *, reverse: bool) -> Arcs:
        """Return the shortest arc between every two neighbouring nodes; in ``reverse``, against the travel."""
        ahead, back = np.flatnonzero(self.forward), np.flatnonzero(self.backward)
        start = np.concatenate([self.tail[ahead], self.head[back]])
        end = np.concatenate([self.head[ahead], self.tail[back]])
        if reverse:
            start, end = end, start
        cost = self.length_m[np.concatenate([ahead, back])]
        both = start * np.int64(self.n_nodes) + end
        order = np.argsort(both)
        begins = np.flatnonzero(np.diff(both[order], prepend=-1))
        cost = np.minimum.reduceat(cost[order], begins) if len(begins) else cost
        start, end = start[order[begins]], end[order[begins]]
        keep = start != end
        first = np.concatenate([[0], np.cumsum(np.bincount(start[keep], minlength=self.n_nodes))]).astype(np.int32)
        return Arcs(first, end[keep], cost[keep])


@dataclass(frozen=True)
class Arcs:
    """Arcs by their first node: ``end`` and ``cost_m`` of node ``i`` stand from ``first[i]`` to ``first[i + 1]``."""

    first: Ints
    end: Ints
    cost_m: Floats

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1

    @property
    def arrays(self) -> tuple[Ints, Ints, Floats]:
        """The arcs as compiled code takes them."""
        return self.first, self.end, self.cost_m

    def adding(self, start: Ints, end: Ints, cost_m: Floats, n_new: int) -> Arcs:
        """Return these arcs and further ones over ``n_new`` further nodes."""
        order = np.argsort(start, kind="stable")
        more = np.bincount(start, minlength=self.n_nodes + n_new)
        first = np.concatenate([self.first, np.full(n_new, self.first[-1])])
        at = first[1:][start[order]]
        return Arcs(
            first=(first + np.concatenate([[0], np.cumsum(more)])).astype(np.int32),
            end=np.insert(self.end, at, end[order]),
            cost_m=np.insert(self.cost_m, at, cost_m[order]),
        )


@dataclass(frozen=True)
class Ends:
    """The two nodes between which each place lies, and the cost between place and node (infinite: not allowed)."""

    left: Ints
    right: Ints
    left_m: Floats
    right_m: Floats

    @property
    def arrays(self) -> tuple[Ints, Ints, Floats, Floats]:
        """The ends as compiled code takes them."""
        return self.left, self.right, self.left_m, self.right_m


@dataclass(frozen=True)
class Cut:
    """A graph cut at places.

    Nodes are first those of the graph, then one per cut, then one per place from which a search starts; the arc from
    a start to its node on the street costs the snap distance.

    Parameters
    ----------
    edges
        The edges that are cut.
    towards
        True when trips go towards the places, so that arcs point against the travel.
    arcs
        All arcs.
    edge, offset_m
        Edge and position of every cut, sorted by both.
    place
        Row of the place of every start.
    node
        Node on the street of every start.
    """

    edges: Edges
    towards: bool
    arcs: Arcs
    edge: Ints
    offset_m: Floats
    place: Index
    node: Ints

    @property
    def starts(self) -> Ints:
        """Node from which the search of each placed place starts."""
        return np.arange(self.arcs.n_nodes - len(self.place), self.arcs.n_nodes, dtype=np.int32)

    def ends(self, edge: Ints, offset_m: Floats, snap_m: Floats) -> Ends:
        """Return where other places lie between the nodes; costs are in the direction of the trips, snap included.

        A place exactly on a node costs nothing but its snap distance, whatever the one-way rule; on an edge of cost 0
        that node is the tail. Places with edge -1 reach nothing.
        """
        placed = edge >= 0
        at = np.where(placed, edge, 0)
        left, right = self.edges.tail[at], self.edges.head[at]
        begin, end = np.zeros(len(at)), self.edges.length_m[at].copy()
        touched = np.flatnonzero(placed & np.isin(at, self.edge)) if len(self.edge) else np.zeros(0, np.intp)
        if len(touched):
            last = self._last_cut(at[touched], offset_m[touched])
            same = (last >= 0) & (self.edge[np.maximum(last, 0)] == at[touched])
            rows, cuts = touched[same], last[same]
            left[rows], begin[rows] = self.edges.n_nodes + cuts, self.offset_m[cuts]
            after = np.minimum(last + 1, len(self.edge) - 1)
            same = (last + 1 < len(self.edge)) & (self.edge[after] == at[touched])
            rows, cuts = touched[same], after[same]
            right[rows], end[rows] = self.edges.n_nodes + cuts, self.offset_m[cuts]
        to_left, to_right = offset_m - begin, end - offset_m
        leftward, rightward = self.edges.backward[at], self.edges.forward[at]
        at_head = (to_right == 0) & (offset_m > 0)
        if not self.towards:
            leftward, rightward = rightward, leftward
        return Ends(
            left=left,
            right=right,
            left_m=np.where(placed & (leftward | (to_left == 0)), to_left + snap_m, np.inf),
            right_m=np.where(placed & (rightward | at_head), to_right + snap_m, np.inf),
        )

    def _last_cut(self, edge: Ints, offset_m: Floats) -> Index:
        """Give for each position the last cut at or before it, in the order of edge and offset; -1 for none."""
        n_cuts = len(self.edge)
        is_place = np.repeat([0, 1], [n_cuts, len(edge)])
        order = np.lexsort((is_place, np.concatenate([self.offset_m, offset_m]), np.concatenate([self.edge, edge])))
        seen = np.empty(len(order), np.intp)
        seen[order] = np.cumsum(order < n_cuts) - 1
        return seen[n_cuts:]


def cut_at(edges: Edges, arcs: Arcs, edge: Ints, offset_m: Floats, snap_m: Floats, *, towards: bool) -> Cut:
    """Cut ``edges`` at places; ``arcs`` must be ``edges.arcs(reverse=towards)``. Places with edge -1 are left out."""
    place = np.flatnonzero(edge >= 0)
    e, at = edge[place], offset_m[place]
    node = np.where(at <= 0, edges.tail[e], edges.head[e]).astype(np.int32)
    inner = np.flatnonzero((at > 0) & (at < edges.length_m[e]))
    order = inner[np.lexsort((at[inner], e[inner]))]
    new = (np.diff(e[order], prepend=-1) != 0) | (np.diff(at[order], prepend=-1.0) != 0)
    node[order] = edges.n_nodes + np.cumsum(new) - 1
    cut_edge, cut_offset = e[order][new], at[order][new]
    start, end, cost = _parts(edges, cut_edge, cut_offset)
    if towards:
        start, end = end, start
    first_start = edges.n_nodes + len(cut_edge)
    starts = np.arange(first_start, first_start + len(place), dtype=np.int32)
    cut_arcs = arcs.adding(
        np.concatenate([start, starts]).astype(np.int32),
        np.concatenate([end, node]).astype(np.int32),
        np.concatenate([cost, snap_m[place]]),
        len(cut_edge) + len(place),
    )
    return Cut(edges, towards, cut_arcs, cut_edge, cut_offset, place, node)


def _parts(edges: Edges, edge: Ints, offset_m: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the arcs, in the direction of travel, of the parts of cut edges."""
    nodes = (edges.n_nodes + np.arange(len(edge))).astype(np.int32)
    opens = np.diff(edge, prepend=-1) != 0
    closes = np.diff(edge, append=-1) != 0
    # One part before every cut, and one after the last cut of every edge.
    on = np.concatenate([edge, edge[closes]])
    left = np.concatenate([np.where(opens, edges.tail[edge], nodes - 1), nodes[closes]])
    right = np.concatenate([nodes, edges.head[edge[closes]]])
    begin = np.concatenate([np.where(opens, 0.0, np.roll(offset_m, 1)), offset_m[closes]])
    length = np.concatenate([offset_m, edges.length_m[edge[closes]]]) - begin
    ahead, back = edges.forward[on], edges.backward[on]
    return (
        np.concatenate([left[ahead], right[back]]).astype(np.int32),
        np.concatenate([right[ahead], left[back]]).astype(np.int32),
        np.concatenate([length[ahead], length[back]]),
    )
