"""Growing, opening, and points that keep their distance: by hand, against brute force, and strip by strip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from kortrijk_geo.engine.morphology import grown, opened, row_spans
from kortrijk_geo.engine.pixel_loops import Marking, mark_near, runs_of
from kortrijk_geo.engine.spacing import clear_around, count_around, spaced_points
from kortrijk_geo.errors import OptionError

MASKS = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=25))
RADII = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 4.0, 6.5])


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile before the first example, which hypothesis would find slow."""
    mask = np.ones((2, 2), dtype=bool)
    grown(mask, 1, pixel_m=(1, 1))
    mark_near(
        runs_of(mask.view(np.uint8), mask[0]), np.array([1]), 0,
        Marking(1, np.array([0]), mask.view(np.uint8), mask[0], True, np.zeros((1, 2, 2), dtype=np.uint8)),
    )  # fmt: skip
    opened(mask, 1)
    points = spaced_points(mask, 1, pixel_m=(1, 1))
    clear_around(mask, points, 1, pixel_m=(1, 1))
    count_around(mask, points, 1, pixel_m=(1, 1))


def test_the_spans_of_a_circle_by_hand() -> None:
    assert row_spans(2, (1, 1)) == [2, 1, 0]
    assert row_spans(2, (1, 1), within=False) == [1, 1]
    assert row_spans(2, (1, 2)) == [2, 0]
    assert row_spans(0, (1, 1)) == [0]
    with pytest.raises(OptionError, match=r"radius of -1 m"):
        row_spans(-1, (1, 1))


@given(mask=MASKS, radius=RADII)
def test_growing_is_what_exact_distances_say(mask: np.ndarray, radius: float) -> None:
    y, x = np.indices(mask.shape)
    rows, columns = np.nonzero(mask)
    near = np.zeros_like(mask)
    for row, column in zip(rows, columns, strict=True):
        near |= np.hypot(x - column, y - row) <= radius
    np.testing.assert_array_equal(grown(mask, radius, pixel_m=(1, 1)), near)


@given(mask=MASKS, radius=RADII, wider=st.integers(0, 2))
def test_marking_near_is_growing_without_the_halo_where_the_group_is_wanted(
    mask: np.ndarray, radius: float, wider: int
) -> None:
    halo = int(np.ceil(radius)) + wider
    codes = np.pad(mask, halo, mode="wrap").astype(np.uint8) * 4
    sought, wanted = np.arange(256) == 4, np.array([True, False])
    group = (np.indices(mask.shape).sum(axis=0) % 2).astype(np.uint8)
    near = grown(codes == 4, radius, pixel_m=(1, 1))[halo : halo + mask.shape[0], halo : halo + mask.shape[1]]
    for chosen, there in ((wanted, near & (group == 0)), (~wanted | wanted, near)):
        marked = np.zeros((3, *mask.shape), dtype=np.uint8)
        reach = np.array(row_spans(radius, (1, 1)))
        marking = Marking(7, np.array([0, 2]), group, chosen, bool(chosen.all()), marked)
        mark_near(runs_of(codes, sought), reach, halo, marking)
        np.testing.assert_array_equal(marked, np.stack([there, np.zeros_like(there), there]) * 7)


@given(mask=MASKS, side=st.integers(1, 4))
def test_opening_is_that_of_scipy_and_wins_nothing(mask: np.ndarray, side: int) -> None:
    kept = opened(mask, side)
    assert (kept <= mask).all()
    expected = np.zeros_like(mask)
    for top in range(mask.shape[0] - side + 1):
        for left in range(mask.shape[1] - side + 1):
            square = np.s_[top : top + side, left : left + side]
            if mask[square].all():
                expected[square] = True
    np.testing.assert_array_equal(kept, expected)
    if side % 2:
        np.testing.assert_array_equal(
            kept, ndimage.binary_opening(np.pad(mask, side), np.ones((side, side)))[side:-side, side:-side]
        )


@given(mask=MASKS, rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_opening_by_a_block_keeps_what_lies_in_one(mask: np.ndarray, rows: int, columns: int) -> None:
    pad = ((rows, rows), (columns, columns))
    expected = ndimage.binary_opening(np.pad(mask, pad), np.ones((rows, columns)))[rows:-rows, columns:-columns]
    np.testing.assert_array_equal(opened(mask, rows, columns), expected)


@given(mask=MASKS, spacing=st.sampled_from([1.0, 2.0, 3.0, 4.5, 7.0]))
def test_points_keep_their_distance_and_none_could_be_added(mask: np.ndarray, spacing: float) -> None:
    rows, columns = spaced_points(mask, spacing, pixel_m=(1, 1))
    assert mask[rows, columns].all()
    apart = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
    np.fill_diagonal(apart, np.inf)
    assert (apart >= spacing).all()
    y, x = np.nonzero(mask)
    nearest = np.hypot(y[:, None] - rows, x[:, None] - columns).min(axis=1, initial=np.inf)
    assert (nearest < spacing).all()


@given(mask=MASKS, spacing=st.sampled_from([2.0, 3.0, 5.0]), height=st.integers(1, 9))
def test_strips_give_the_points_of_the_whole(mask: np.ndarray, spacing: float, height: int) -> None:
    whole = spaced_points(mask, spacing, pixel_m=(1, 1))
    rows, columns = np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    for top in range(0, len(mask), height):
        strip = mask[top : top + height].copy()
        clear_around(strip, (rows - top, columns), spacing, pixel_m=(1, 1))
        found = spaced_points(strip, spacing, pixel_m=(1, 1))
        rows, columns = np.append(rows, found[0] + top), np.append(columns, found[1])
    np.testing.assert_array_equal(rows, whole[0])
    np.testing.assert_array_equal(columns, whole[1])


def test_rows_of_trees_by_hand() -> None:
    rows, columns = spaced_points(np.ones((1, 31), dtype=bool), 10, pixel_m=(1, 1))
    assert columns.tolist() == [0, 10, 20, 30]
    rows, columns = spaced_points(np.ones((11, 1), dtype=bool), 10, pixel_m=(1, 2))
    assert rows.tolist() == [0, 5, 10], "pixels 2 m high: every fifth"


@given(mask=MASKS, radius=RADII)
def test_counting_around_points_is_what_growing_covers(mask: np.ndarray, radius: float) -> None:
    row, column = mask.shape[0] // 2, mask.shape[1] // 3
    spot = np.zeros_like(mask)
    spot[row, column] = True
    expected = (grown(spot, radius, pixel_m=(1, 1)) & mask).sum()
    points = np.array([row]), np.array([column])
    assert count_around(mask, points, radius, pixel_m=(1, 1)).tolist() == [expected]
