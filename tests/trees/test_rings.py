"""Samples along rings and the lines they make, and sums around cells: by hand and beside independent ways."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from kortrijk_geo.engine.surfaces import disc
from kortrijk_geo.trees.rings import lines_along, sample_rings
from kortrijk_geo.trees.surroundings import _convolved

SQUARE = shapely.box(0, 0, 10, 10)
HOLED = shapely.box(20, 0, 40, 20).difference(shapely.box(25, 5, 35, 15))


def rings(*shapes: shapely.Polygon):
    return sample_rings(np.array(shapes, dtype=object), step_m=2, aside_m=0.5)


def test_samples_lie_on_either_side_of_the_ring_and_add_to_its_length() -> None:
    ring = rings(SQUARE, HOLED)
    assert np.bincount(ring.shape, ring.weight_m) == pytest.approx([40, 80 + 40])
    shapes = np.array([SQUARE, HOLED])[ring.shape]
    assert shapely.contains_xy(shapes, *ring.inside.T).all()
    assert not shapely.intersects_xy(shapes, *ring.outside.T).any()


def test_a_whole_ring_is_one_closed_line_with_its_own_corners() -> None:
    ring = rings(SQUARE, HOLED)
    lines, keys = lines_along(ring, ring.shape)
    assert keys.tolist() == [0, 1, 1]
    assert shapely.is_closed(lines).all()
    assert shapely.get_num_coordinates(lines).tolist() == [5, 5, 5]
    assert shapely.Polygon(lines[0]).equals(SQUARE)


def test_a_line_runs_on_where_the_ring_happens_to_start() -> None:
    ring = rings(SQUARE)
    south = shapely.get_coordinates(SQUARE.exterior)
    key = np.where(ring.inside[:, 0] > 9, 7, np.where(ring.inside[:, 1] < 1, 7, -1))
    lines, keys = lines_along(ring, key)
    assert (keys.tolist(), len(south)) == ([7], 5)
    assert lines[0].length == pytest.approx(20)
    assert shapely.get_num_coordinates(lines[0]) == 3


@given(fits=st.lists(st.integers(-1, 1), min_size=80, max_size=80))
def test_lines_are_as_long_as_what_they_are_made_of(fits: list[int]) -> None:
    ring = rings(SQUARE, HOLED)
    key = np.array(fits)
    lines, keys = lines_along(ring, key)
    lengths = np.bincount(keys, shapely.length(lines), 2) if len(keys) else np.zeros(2)
    assert lengths == pytest.approx([ring.weight_m[key == 0].sum(), ring.weight_m[key == 1].sum()])
    borders = shapely.boundary(shapely.union_all([SQUARE, HOLED]))
    assert shapely.covered_by(lines, shapely.buffer(borders, 1e-9)).all()
    # No two lines of one key meet end to end on one ring: they would be one line.
    for number in (0, 1):
        ends = shapely.get_coordinates(shapely.get_point(lines[keys == number][:, None], [0, -1]).ravel())
        opened = ~shapely.is_closed(lines[keys == number])
        ends = ends.reshape(-1, 2, 2)[opened].reshape(-1, 2).round(6)
        assert len(np.unique(ends, axis=0)) == len(ends)


@settings(max_examples=40)
@given(rows=st.integers(1, 700), columns=st.integers(1, 90), radius=st.sampled_from([4.0, 30.0, 100.0]))
def test_sums_around_cells_are_those_of_scipy(rows: int, columns: int, radius: float) -> None:
    values = np.random.default_rng(rows).random((rows, columns), dtype=np.float32)
    kernel = disc(radius, 5)
    np.testing.assert_allclose(
        _convolved(values, kernel), signal.fftconvolve(values.astype(float), kernel, mode="full")[
            len(kernel) // 2 : len(kernel) // 2 + rows, len(kernel) // 2 : len(kernel) // 2 + columns
        ], rtol=1e-5, atol=1e-5 * kernel.sum(),
    )  # fmt: skip


def test_samples_lie_inside_whichever_way_a_ring_runs() -> None:
    both_ways = np.array([SQUARE, shapely.reverse(SQUARE), shapely.reverse(HOLED), shapely.MultiPolygon([HOLED])])
    ring = sample_rings(both_ways, step_m=2, aside_m=0.5)
    assert shapely.contains_xy(both_ways[ring.shape], *ring.inside.T).all()
    assert not shapely.intersects_xy(both_ways[ring.shape], *ring.outside.T).any()
