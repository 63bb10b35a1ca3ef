"""Which nodes of a graph hang together: either way, and so that each is reached from every other.

It is written in numpy alone: importing the parts of scipy that do this takes longer than the work itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.engine.cuts import Arcs

Index = npt.NDArray[np.intp]
Whole = npt.NDArray[np.integer[Any]]


def connected(n_nodes: int, tail: Whole, head: Whole) -> tuple[int, Index]:
    """Return how many parts the links ``tail``-``head`` make of the nodes, and the part of each, by its first node."""
    root = np.arange(n_nodes)
    while True:
        ends = root[tail], root[head]
        apart = ends[0] != ends[1]
        if not apart.any():
            break
        tail, head = tail[apart], head[apart]
        low, high = np.minimum(*ends)[apart], np.maximum(*ends)[apart]
        np.minimum.at(root, high, low)
        while not np.array_equal(further := root[root], root):
            root = further
    roots, part = np.unique(root, return_inverse=True)
    return len(roots), part


def strongly_connected(arcs: Arcs) -> tuple[int, Index]:
    """Return how many parts there are within which every node is reached from every other, and the part of each.

    What two arcs join both ways is one part at once; only the one-way arcs between such parts are walked.
    """
    n = arcs.n_nodes
    start = np.repeat(np.arange(n), np.diff(arcs.first))
    end = arcs.end.astype(np.intp)
    both_ways = np.isin(start * n + end, end * n + start)
    n_joined, joined = connected(n, start[both_ways], end[both_ways])
    tails, heads = joined[start], joined[end]
    between = np.unique((tails * n_joined + heads)[tails != heads])
    tails, heads = np.divmod(between, max(n_joined, 1))
    onward: dict[int, list[int]] = {}
    against: dict[int, list[int]] = {}
    for tail, head in zip(tails.tolist(), heads.tolist(), strict=True):
        onward.setdefault(tail, []).append(head)
        against.setdefault(head, []).append(tail)
    # Kosaraju's: what is walked back from the nodes that were left last is what leads round (Sharir 1981).
    left = [node for tree in _trees(onward, list(onward)) for node in tree]
    circles = np.arange(n_joined)
    for tree in _trees(against, left[::-1]):
        circles[tree] = tree[-1]
    parts, part = np.unique(circles[joined], return_inverse=True)
    return len(parts), part


def _trees(graph: dict[int, list[int]], firsts: list[int]) -> Iterator[list[int]]:
    """Yield what is walked depth first from each of ``firsts``, each node once, in the order in which it is left."""
    seen: set[int] = set()
    for first in firsts:
        if first in seen:
            continue
        seen.add(first)
        path, left = [(first, iter(graph.get(first, ())))], []
        while path:
            node, following = path[-1]
            head = next((head for head in following if head not in seen), None)
            if head is None:
                left.append(node)
                path.pop()
            else:
                seen.add(head)
                path.append((head, iter(graph.get(head, ()))))
        yield left
