"""Sums over places and homes against plain sets, and what must hold of them whatever the town."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_arrays

from kortrijk_geo.engine.sweep import Pairs
from kortrijk_geo.sites.overlap import PlaceSums, count_within, sum_places

USES = 3


@st.composite
def towns(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which homes reach which place, the use of every place (-1 none), and the people of every home in two groups."""
    places, homes = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    reaches = draw(of_arrays.arrays(bool, (places, homes)))
    use = draw(of_arrays.arrays(np.intp, places, elements=st.integers(-1, USES - 1)))
    # Eighths of people, so that every order of adding gives the same sum.
    people = draw(of_arrays.arrays(np.float64, (homes, 2), elements=st.integers(0, 80))) / 8
    return reaches, use, people


def batches(reaches: np.ndarray) -> list[Pairs]:
    """The pairs of a town, in two batches."""
    place, home = np.nonzero(reaches)
    half = len(reaches) // 2
    parts = (place < half, place >= half)
    return [
        Pairs(place[part].astype(np.int32), home[part].astype(np.int32), np.zeros(int(part.sum()))) for part in parts
    ]


def measured(reaches: np.ndarray, use: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, PlaceSums]:
    counts = count_within(batches(reaches), use, USES, people.shape[0])
    return counts, sum_places(batches(reaches), use, counts, people, np.ones(len(people)))


def without(reaches: np.ndarray, use: np.ndarray, closed: set[int], of: int) -> set[int]:
    """Homes that have a place of a use when some are closed."""
    open_places = [place for place in range(len(use)) if use[place] == of and place not in closed]
    return {home for place in open_places for home in np.flatnonzero(reaches[place])}


@given(towns())
@settings(max_examples=200)
def test_reach_overlap_loss_and_lacking_are_those_of_plain_sets(
    town: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    reaches, use, people = town
    _, sums = measured(*town)
    for place in range(len(use)):
        reached = set(np.flatnonzero(reaches[place]))
        left = without(reaches, use, {place}, use[place]) if use[place] >= 0 else reached
        assert sums.reach[place].tolist() == people[sorted(reached)].sum(axis=0).tolist()
        assert sums.loss[place].tolist() == people[sorted(reached - left)].sum(axis=0).tolist()
        assert sums.overlap[place].tolist() == people[sorted(reached & left)].sum(axis=0).tolist()
        for other in range(USES):
            lacks = reached - without(reaches, use, set(), other)
            assert sums.lacking[place, other] == people[sorted(lacks), 0].sum()


@given(towns())
@settings(max_examples=200)
def test_closing_two_costs_at_least_what_either_costs(town: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    reaches, use, people = town
    _, sums = measured(*town)
    assert (sums.loss <= sums.reach).all()
    assert (sums.overlap >= 0).all()
    for one in range(len(use)):
        for other in range(len(use)):
            if one == other or use[one] != use[other] or use[one] < 0:
                continue
            had = without(reaches, use, set(), use[one])
            lost = had - without(reaches, use, {one, other}, use[one])
            both = people[sorted(lost)].sum(axis=0)
            assert (both >= np.maximum(sums.loss[one], sums.loss[other])).all()


@given(towns(), st.integers(0, 5))
def test_another_of_the_same_use_never_raises_a_loss(
    town: tuple[np.ndarray, np.ndarray, np.ndarray], which: int
) -> None:
    reaches, use, people = town
    row = which % len(use)
    more = np.vstack([reaches, reaches[row]]), np.append(use, use[row]), people
    before, after = measured(*town)[1], measured(*more)[1]
    assert (after.loss[:-1] <= before.loss).all()
    if use[row] >= 0:
        assert (after.loss[row] == 0).all()


def test_unknown_people_add_nothing_and_are_told() -> None:
    reaches, use = np.ones((1, 3), bool), np.array([0])
    people = np.array([[2.0, np.nan], [3.0, np.nan], [np.nan, 1.0]])
    counts = count_within(batches(reaches), use, USES, 3)
    sums = sum_places(batches(reaches), use, counts, people, np.array([2.0, 3.0, 2.5]))
    assert sums.reach.tolist() == [[5.0, 1.0]]
    assert sums.known.tolist() == [[5.0, 2.5]]
    assert sums.weight.tolist() == [pytest.approx(7.5)]
