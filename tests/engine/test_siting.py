"""Location models: every small question is also answered by trying all plans; what cannot be is explained."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from kortrijk_geo.engine import siting_program
from kortrijk_geo.engine.siting import GAP, Limits, Rows, best_worst, most_filled, most_gain, most_gain_then
from kortrijk_geo.errors import DataError, OptionError

slow = settings(max_examples=25)


def plans(n, units):
    """All ways to place so many units on n candidates."""
    for bars in combinations(range(units + n - 1), n - 1):
        edges = np.array([-1, *bars, units + n - 1])
        yield np.diff(edges) - 1


def keeps(plan, limits):
    used = np.flatnonzero(plan)
    gaps = np.linalg.norm(limits.points[used][:, None] - limits.points[used][None], axis=2)
    near = gaps[np.triu_indices(len(used), 1)] < limits.min_distance_m
    return (
        (plan <= limits.capacity).all()
        and (limits.max_sites is None or len(used) <= limits.max_sites)
        and not near.any()
    )


def best_of_all(worth, limits):
    values = [worth(plan) for plan in plans(limits.candidates, limits.units) if keeps(plan, limits)]
    return max(values) if values else None


def question(seed):
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(2, 7)), int(draw.integers(1, 8))
    gain = draw.uniform(0, 10, (m, n)) * (draw.random((m, n)) < 0.5)
    limits = Limits(
        units=int(draw.integers(1, 5)),
        points=draw.uniform(0, 1_000, (n, 2)),
        capacity=draw.integers(0, 4, n),
        max_sites=None if draw.random() < 0.4 else int(draw.integers(1, n + 1)),
        min_distance_m=0.0 if draw.random() < 0.5 else float(draw.uniform(0, 700)),
    )
    return gain, draw.uniform(0, 12, m) * (draw.random(m) < 0.9), draw.uniform(0, 3, m), limits


def check(plan, worth, limits):
    assert plan.units.sum() == limits.units
    assert keeps(plan.units, limits)
    assert plan.value == pytest.approx(worth(plan.units))
    best = best_of_all(worth, limits)
    assert plan.bound >= best - 1e-6
    assert plan.proven
    assert plan.value >= best * (1 - GAP) - 1e-6


@slow
@given(st.integers(0, 100_000))
def test_most_gain_is_the_best_of_all_plans(seed):
    gain, room, value, limits = question(seed)

    def worth(plan):
        return float(value @ np.minimum(room, gain @ plan))

    if best_of_all(worth, limits) is None:
        with pytest.raises(OptionError):
            most_gain(sparse.csr_array(gain), room, value, limits)
        return
    check(most_gain(sparse.csr_array(gain), room, value, limits), worth, limits)


@slow
@given(st.integers(0, 100_000))
def test_most_filled_is_the_best_of_all_plans(seed):
    gain, room, value, limits = question(seed)

    def worth(plan):
        return float(value[gain @ plan >= room * (1 - 1e-9)].sum())

    if best_of_all(worth, limits) is not None:
        check(most_filled(sparse.csr_array(gain), room, value, limits), worth, limits)


@slow
@given(st.integers(0, 100_000))
def test_best_worst_is_the_best_of_all_plans(seed):
    gain, base, _, limits = question(seed)

    def worth(plan):
        return float((base + gain @ plan).min())

    if best_of_all(worth, limits) is not None:
        check(best_worst(sparse.csr_array(gain), base, limits), worth, limits)


def row(n, step_m=100.0):
    return np.stack([np.arange(n) * step_m, np.zeros(n)], axis=1)


def test_a_bonus_decides_between_equal_plans():
    gain = sparse.csr_array(np.ones((1, 4)))
    limits = Limits(1, row(4), np.ones(4, dtype=int))
    plan = most_gain(gain, np.array([1.0]), np.array([1.0]), limits, bonus=np.array([0, 1e-4, 2e-4, 0]))
    assert plan.units.tolist() == [0, 0, 1, 0]
    assert plan.value == 1
    plan = best_worst(gain, np.zeros(1), limits, bonus=np.array([0, 0, 0, 1e-4]))
    assert plan.units.tolist() == [0, 0, 0, 1]


def test_nothing_to_win_is_a_plan_all_the_same():
    limits = Limits(2, row(3), np.ones(3, dtype=int))
    plan = most_gain(sparse.csr_array((2, 3)), np.ones(2), np.ones(2), limits)
    assert (plan.units.sum(), plan.value, plan.gap, plan.method) == (2, 0, 0, "exact")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(5, row(0).reshape(0, 2), np.ones(0, dtype=int)), "no candidate is left"),
        (
            Limits(5, row(4), np.ones(4, dtype=int)),
            "too few candidates: 4 candidates hold 4 units together, 5 are asked",
        ),
        (Limits(5, row(4), np.full(4, 2), max_sites=2), "the limit of 2 sites binds: the 2 largest candidates hold 4"),
        (
            Limits(5, row(4), np.full(4, 2), min_distance_m=250),
            "minimum distance of 250 m binds: .*at most 4 units fit",
        ),
        (
            Limits(5, row(9), np.full(9, 2), max_sites=3, min_distance_m=450),
            "minimum distance of 450 m binds: with it and 3 sites at most 4 units fit",
        ),
    ],
)
def test_what_makes_it_impossible_is_said(limits, message):
    gain = sparse.csr_array(np.ones((1, limits.candidates)))
    for solve in (
        lambda: most_gain(gain, np.ones(1), np.ones(1), limits),
        lambda: most_filled(gain, np.ones(1), np.ones(1), limits),
        lambda: best_worst(gain, np.ones(1), limits),
    ):
        with pytest.raises(OptionError, match=message):
            solve()


def test_a_distance_at_which_a_clumsy_choice_fails_is_still_possible():
    # The middle candidate is the largest and blocks both others, which together hold more.
    limits = Limits(4, row(3), np.array([2, 3, 2]), min_distance_m=150)
    plan = most_gain(sparse.csr_array(np.ones((1, 3))), np.array([9.0]), np.ones(1), limits)
    assert plan.units.tolist() == [2, 0, 2]


def test_sites_at_the_minimum_distance_are_allowed():
    limits = Limits(2, row(2, 500.0), np.ones(2, dtype=int), min_distance_m=500)
    assert most_gain(sparse.csr_array(np.ones((1, 2))), np.ones(1), np.ones(1), limits).units.tolist() == [1, 1]


def test_a_search_that_is_stopped_says_so(monkeypatch):
    """Without time for the proof the plan is the greedy one, with the bound of the relaxation."""
    draw = np.random.default_rng(3)
    n, m = 60, 80
    gain = sparse.csr_array(draw.uniform(0, 10, (m, n)) * (draw.random((m, n)) < 0.2))
    limits = Limits(8, draw.uniform(0, 1_000, (n, 2)), np.full(n, 8), max_sites=4)
    monkeypatch.setattr(siting_program.Program, "solve", lambda *_: (None, np.inf))
    plan = most_gain(gain, np.full(m, 12.0), np.ones(m), limits)
    assert plan.method == "heuristic"
    assert not plan.proven
    assert plan.gap > GAP
    assert keeps(plan.units, limits)
    monkeypatch.undo()
    proven = most_gain(gain, np.full(m, 12.0), np.ones(m), limits)
    assert proven.method == "exact"
    assert plan.value <= proven.value <= proven.bound <= plan.bound + 1e-6


def test_a_question_too_large_with_a_limit_on_sites(monkeypatch):
    monkeypatch.setattr(siting_program, "_MOST_NUMBERS", 10)
    limits = Limits(5, row(4), np.full(4, 5), max_sites=2)
    with pytest.raises(OptionError, match="too large with a limit on sites"):
        most_gain(sparse.csr_array(np.ones((2, 4))), np.ones(2), np.ones(2), limits)


@pytest.mark.parametrize(
    "wrong", [{"units": 0}, {"max_sites": 0}, {"min_distance_m": -1.0}, {"min_distance_m": np.nan}]
)
def test_limits_that_cannot_be(wrong):
    with pytest.raises(OptionError):
        Limits(**{"units": 1, "points": row(2), "capacity": np.ones(2, dtype=int), **wrong})


def test_arrays_that_do_not_fit():
    limits = Limits(1, row(2), np.ones(2, dtype=int))
    with pytest.raises(DataError, match="gain is 1 x 3"):
        most_gain(sparse.csr_array(np.ones((1, 3))), np.ones(1), np.ones(1), limits)
    with pytest.raises(DataError, match="room holds a number"):
        most_gain(sparse.csr_array(np.ones((1, 2))), np.array([np.nan]), np.ones(1), limits)
    with pytest.raises(DataError, match="no row to lift"):
        best_worst(sparse.csr_array((0, 2)), np.ones(0), limits)
    with pytest.raises(DataError, match="capacity"):
        Limits(1, row(2), np.array([1, -1]))


@slow
@given(st.integers(0, 100_000))
def test_of_the_plans_that_gain_as_much_the_one_with_most_of_the_second_is_found(seed):
    gain, room, value, limits = question(seed)
    draw = np.random.default_rng(seed)
    areas = draw.integers(0, 3, limits.candidates)
    by_area = np.zeros((3, limits.candidates))
    by_area[areas, np.arange(limits.candidates)] = 4.0
    short = draw.integers(0, 13, 3).astype(float)

    def worth(plan):
        return (float(np.minimum(short, by_area @ plan).sum()), float(value @ np.minimum(room, gain @ plan)))

    best = best_of_all(worth, limits)
    if best is None:
        return
    first = Rows(sparse.csr_array(by_area), short, np.ones(3))
    plan, proven = most_gain_then(first, Rows(sparse.csr_array(gain), room, value), limits)
    most, then = worth(plan.units)
    assert keeps(plan.units, limits)
    assert proven
    assert most == plan.value == best[0]
    assert then >= best[1] * (1 - 2 * GAP) - 1e-6
