"""Pieces become streets: straight on over junctions, from the end near the centre, with a left and a right side."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from kortrijk_geo.demo.addresses import house_numbers, streets_of
from kortrijk_geo.demo.courses import find_courses

CENTRE = shapely.Point(0, 0)


def courses(*lines, group=None):
    groups = np.array(group or ["street"] * len(lines), dtype=object)
    return find_courses(np.array([shapely.LineString(line) for line in lines]), groups, CENTRE)


def streets(found):
    """Pieces of each street, as sets."""
    return {frozenset(np.flatnonzero(found.course == number).tolist()) for number in np.unique(found.course)}


def points(*xy):
    return shapely.points(np.array(xy, dtype=float))


CROSSING = (
    [(0, 0), (100, 0)],
    [(200, 0), (100, 0)],
    [(100, 0), (100, 100)],
    [(100, -100), (100, 0)],
)


def test_streets_go_straight_on_over_a_crossing():
    assert streets(courses(*CROSSING)) == {frozenset({0, 1}), frozenset({2, 3})}


def test_a_street_is_measured_from_the_end_near_the_centre_whichever_way_its_pieces_are_drawn():
    found = courses(*CROSSING)
    assert found.turned[:2].tolist() == [False, True]
    assert found.start_m[:2].tolist() == [0, 100]
    metres, left = found.place(points((30, 5), (130, 5), (130, -5)), np.array([0, 1, 1]))
    assert metres.tolist() == [30, 130, 130]
    assert left.tolist() == [True, True, False]


def test_the_side_is_right_at_both_ends_of_a_piece():
    found = courses(CROSSING[0])
    metres, left = found.place(points((-5, 2), (0, 2), (0, -2), (100, 2), (104, -2)), np.zeros(5, dtype=int))
    assert metres.tolist() == [0, 0, 0, 100, 100]
    assert left.tolist() == [True, True, False, True, False]


def test_a_side_street_is_a_street_of_its_own():
    assert streets(courses(*CROSSING[:3])) == {frozenset({0, 1}), frozenset({2})}


def test_the_straightest_goes_on():
    fork = ([(0, 0), (100, 0)], [(100, 0), (200, 30)], [(100, 0), (200, 5)])
    assert streets(courses(*fork)) == {frozenset({0, 2}), frozenset({1})}


@pytest.mark.parametrize(("degrees", "count"), [(30, 1), (70, 2)])
def test_a_street_ends_where_it_turns_off(degrees, count):
    turn = np.radians(degrees)
    away = (100 + 100 * np.cos(turn), 100 * np.sin(turn))
    assert len(streets(courses([(0, 0), (100, 0)], [(100, 0), away]))) == count


def test_a_path_is_not_the_rest_of_a_street():
    assert len(streets(courses(*CROSSING[:2], group=["street", "path"]))) == 2


def test_a_ring_is_one_street():
    corner = 100 * np.exp(1j * np.linspace(0, 2 * np.pi, 13))
    xy = np.column_stack([corner.real, corner.imag]) + 500
    found = courses(*(xy[at : at + 2] for at in range(12)))
    assert len(streets(found)) == 1
    assert sorted(found.start_m) == pytest.approx(np.arange(12) * shapely.length(found.lines[0]))


def test_odd_numbers_stand_on_the_left_and_ascend():
    found = courses(*CROSSING[:2])
    at = points((130, -9), (10, 9), (40, 9), (40, -9), (160, 9), (10, -9))
    metres, left = found.place(at, np.array([1, 0, 0, 0, 1, 0]))
    assert house_numbers(np.zeros(6, dtype=int), metres, left).tolist() == [6, 1, 3, 4, 5, 2]


def test_a_corner_house_at_an_empty_side_street_belongs_to_the_next_street():
    found = courses(*CROSSING[:3])
    row = [(x, 15) for x in (10, 30, 50, 70)]
    lonely, far = (108, 20), (108, 80)
    assert streets_of(points(*row, lonely), found).tolist() == [0, 0, 0, 0, 1]
    assert streets_of(points(*row, lonely, far), found).tolist() == [0, 0, 0, 0, 1, 2]
    built_up = [(108, y) for y in (30, 50, 70, 90)]
    assert streets_of(points(*row, *built_up, lonely), found).tolist() == [0, 0, 0, 0, 2, 2, 2, 2, 2]
