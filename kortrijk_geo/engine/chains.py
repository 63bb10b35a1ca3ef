"""Contract chains of streets: runs between which nobody can turn off become one edge, exactly.

A node is passed through when exactly two street ends meet there and both streets may be travelled in the same
directions; a one-way street of cost 0, whose ends are one spot one way only, is left alone. Every run of streets over
such nodes becomes one edge; a ring without a junction keeps one node. Lengths add up and a place keeps its position
along the edge, so no distance changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.components import connected

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chains:
    """Edges made of chains of streets.

    Parameters
    ----------
    tail, head
        Nodes of the streets between which each edge runs.
    length_m
        Cost of each edge.
    forward, backward
        Whether each edge may be travelled from tail to head, and from head to tail.
    edge
        Edge of each street.
    base_m
        Where on its edge each street begins, from the tail.
    flipped
        Whether each street runs against its edge.
    """

    tail: Ints
    head: Ints
    length_m: Floats
    forward: Flags
    backward: Flags
    edge: Ints
    base_m: Floats
    flipped: Flags


def contract(tail: Ints, head: Ints, length_m: Floats, forward: Flags, backward: Flags) -> Chains:
    """Contract the streets ``tail``-``head`` (any number between two nodes, self-loops too) into edges.

    A dart is a street with a direction of travel: dart ``2 s`` runs street ``s`` from tail to head, ``2 s + 1`` back.
    Every chain is a linked list of darts, found whole by pointer jumping: each round doubles how far is looked back.
    """
    n_streets = len(tail)
    starts = np.empty(2 * n_streets, np.int32)
    starts[0::2], starts[1::2] = tail, head
    dart_length = np.repeat(length_m, 2)
    before = _dart_before(starts, forward, backward, (length_m > 0) | (forward & backward))
    root = np.where(before < 0, np.arange(2 * n_streets), before)
    offset = np.where(before < 0, 0.0, dart_length[before])
    while True:
        further = root[root]
        if np.array_equal(further, root):
            break
        offset = offset + offset[root]
        root = further
    flipped = root[1::2] < root[0::2]
    dart = 2 * np.arange(n_streets) + flipped
    roots, edge = np.unique(root[dart], return_inverse=True)
    base_m = offset[dart]
    edge_length = np.zeros(len(roots))
    np.maximum.at(edge_length, edge, base_m + length_m)
    against = (roots % 2).astype(bool)
    ends = np.empty(len(roots), np.int32)
    ends[edge] = starts[root[dart ^ 1]]
    first = roots // 2
    return Chains(
        tail=starts[roots],
        head=ends,
        length_m=edge_length,
        forward=np.where(against, backward[first], forward[first]),
        backward=np.where(against, forward[first], backward[first]),
        edge=edge.astype(np.int32),
        base_m=base_m,
        flipped=flipped,
    )


def _dart_before(starts: Ints, forward: Flags, backward: Flags, joins: Flags) -> npt.NDArray[np.intp]:
    """Give for each dart the dart before it in its chain, or -1 where a chain begins."""
    allowed = np.empty(len(starts), bool)
    allowed[0::2], allowed[1::2] = forward, backward
    order = np.argsort(starts, kind="stable")
    sorted_starts = starts[order]
    first = np.flatnonzero(np.diff(sorted_starts, prepend=-1))
    two = first[np.diff(first, append=len(starts)) == 2]
    # The two darts that leave the node; each arrives as the other direction of its street.
    dart, other = order[two], order[two + 1]
    through = (dart // 2 != other // 2) & (allowed[dart ^ 1] == allowed[other]) & (allowed[other ^ 1] == allowed[dart])
    through &= joins[dart // 2] & joins[other // 2]
    dart, other = dart[through], other[through]
    keep = ~_closes_a_ring(dart // 2, other // 2, len(starts) // 2)
    dart, other = dart[keep], other[keep]
    before = np.full(len(starts), -1, np.intp)
    before[other] = dart ^ 1
    before[dart] = other ^ 1
    return before


def _closes_a_ring(street: npt.NDArray[np.intp], other: npt.NDArray[np.intp], n_streets: int) -> Flags:
    """Mark one link of every ring in which each street is linked on both sides."""
    n_chains, chain = connected(n_streets, street, other)
    n_links = np.bincount(chain[street], minlength=n_chains)
    ring = (n_links == np.bincount(chain, minlength=n_chains))[chain[street]]
    closing = np.zeros(len(street), bool)
    at = np.flatnonzero(ring)
    _, first = np.unique(chain[street[at]], return_index=True)
    closing[at[first]] = True
    return closing
