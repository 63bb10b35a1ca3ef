"""The parts of a graph are those of scipy, whatever the arcs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from kortrijk_geo.engine.components import connected, strongly_connected
from kortrijk_geo.engine.cuts import Edges


def same_parts(some, others):
    """Whether two numberings tell the same nodes apart."""
    pairs = set(zip(some.tolist(), others.tolist(), strict=True))
    return len(pairs) == len(set(some.tolist())) == len(set(others.tolist()))


def check(n, tail, head, both):
    tail, head = np.array(tail, np.int32), np.array(head, np.int32)
    edges = Edges(tail, head, np.ones(len(tail)), np.ones(len(tail), bool), np.array(both, bool), n)
    arcs = edges.arcs(reverse=False)
    matrix = csr_array((arcs.cost_m, arcs.end, arcs.first), shape=(n, n))
    for (count, part), how in (
        (connected(n, tail, head), {"directed": False}),
        (strongly_connected(arcs), {"directed": True, "connection": "strong"}),
    ):
        expected, numbers = connected_components(matrix, **how)
        assert count == expected
        assert same_parts(part, numbers)


@given(st.data(), st.integers(1, 12))
def test_parts_of_small_graphs(data, n):
    node = st.integers(0, n - 1)
    links = data.draw(st.lists(st.tuples(node, node, st.booleans()), max_size=3 * n))
    check(n, [tail for tail, _, _ in links], [head for _, head, _ in links], [both for _, _, both in links])


@pytest.mark.parametrize("both_ways", [0.0, 0.5, 0.95, 1.0])
def test_parts_of_a_large_one(both_ways):
    draw = np.random.default_rng(4)
    n = 3_000
    tail, head = draw.integers(0, n, (2, 4_000))
    check(n, tail, head, draw.random(len(tail)) < both_ways)


def test_the_parts_of_a_long_chain_are_numbered_by_their_first_node():
    order = np.random.default_rng(5).permutation(5_000)
    count, part = connected(5_001, order[:-1], order[1:])
    assert count == 2
    assert part[[0, 4_999, 5_000]].tolist() == [0, 0, 1]
