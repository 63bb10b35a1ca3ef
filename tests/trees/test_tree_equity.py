"""Published marks and the worked example of the Tree Equity Score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.errors import OptionError
from kortrijk_geo.trees.equity import (
    bounds_of,
    canopy_goal,
    equity_score,
    gap_share,
    mean_of_known,
    scaled,
    weighted_need,
)
from kortrijk_geo.trees.homes import at_least_crowns, known_mean, mark, meets_all
from kortrijk_geo.trees.options import choose
from kortrijk_geo.trees.rules import load_need

NEED = load_need()
NAN = float("nan")


def test_the_published_marks() -> None:
    assert mark(np.array([0.30]), NEED.marks.canopy_share).tolist() == [6]
    assert mark(np.array([100.0, 300.0, 600.0]), NEED.marks.green_m).tolist() == [10, 6, 0]


def test_marks_are_straight_lines_between_and_level_beyond() -> None:
    found = mark(np.array([0.0, 200.0, 450.0, 900.0, NAN]), NEED.marks.green_m)
    assert found[:4].tolist() == [10, 8, 3, 0]
    assert np.isnan(found[4]), "unknown has no mark"


def test_the_worked_example_of_the_tree_equity_score() -> None:
    assert equity_score(np.array([0.349862]), np.array([0.512908])) == pytest.approx([82.055], abs=5e-4)


def test_the_goal_follows_the_density() -> None:
    people = np.array([0, 1999.9, 2000, 3999, 4000, 7999, 8000, 20_000, NAN])
    expected = [0.48, 0.48, 0.40, 0.40, 0.32, 0.32, 0.20, 0.20, NAN]
    assert canopy_goal(people, NEED.equity).tolist() == pytest.approx(expected, nan_ok=True)


def test_a_gap_is_never_negative_and_unknown_stays_unknown() -> None:
    assert gap_share(np.array([0.1, 0.5, NAN]), np.array([0.4, 0.4, 0.4])).tolist() == pytest.approx(
        [0.3, 0.0, NAN], nan_ok=True
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_scores_are_0_to_100_and_a_larger_gap_never_scores_higher(gaps: list[float], needs: list[float]) -> None:
    size = min(len(gaps), len(needs))
    gap, need = np.array(gaps[:size]), np.array(needs[:size])
    score = equity_score(gap, need)
    assert ((score >= 0) & (score <= 100)).all()
    assert (equity_score(np.minimum(1, gap + 0.1), need) <= score).all()


def test_frozen_bounds_make_years_comparable() -> None:
    """An area that stays as it is keeps its score when another becomes poorer, only with the bounds of before."""
    before, after = np.array([20_000.0, 25_000.0, 30_000.0]), np.array([10_000.0, 25_000.0, 30_000.0])
    frozen = bounds_of(np.array([0.1, 0.2, 0.3]), {"income": before}, {})
    assert frozen == {"gap": [0.0, 0.3], "income": [20_000.0, 30_000.0]}
    again = bounds_of(np.array([0.1, 0.2, 0.3]), {"income": after}, frozen)
    assert scaled(after, again["income"], low_needs_more=True).tolist() == [1.0, 0.5, 0.0]
    assert scaled(after, [10_000.0, 30_000.0], low_needs_more=True)[1] == 0.25


def test_an_indicator_that_is_nowhere_known_or_everywhere_the_same_is_left_out() -> None:
    values = {"income": np.array([NAN, NAN]), "heat": np.array([30.0, 30.0]), "children": np.array([0.1, 0.2])}
    bounds = bounds_of(np.array([0.1, 0.2]), values, {})
    assert set(bounds) == {"gap", "children"}
    need, parts = weighted_need(NEED.equity.indicators, values, bounds)
    assert need is not None
    assert need.tolist() == [0.0, 1.0]
    assert set(parts) == {"children"}
    assert weighted_need(NEED.equity.indicators, values, {})[0] is None


def test_an_area_of_which_an_indicator_is_unknown_has_no_score() -> None:
    values = {"income": np.array([20_000.0, NAN, 30_000.0]), "children": np.array([0.1, 0.2, 0.3])}
    need, _ = weighted_need(NEED.equity.indicators, values, bounds_of(np.zeros(3), values, {}))
    assert need is not None
    assert need.tolist() == pytest.approx([0.5, NAN, 0.5], nan_ok=True)


def test_three_crowns_of_which_some_are_unknown() -> None:
    crowns, unknown = np.array([3.0, 2, 2, 0, NAN]), np.array([0.0, 1, 0, 3, NAN])
    assert at_least_crowns(crowns, unknown, 3).tolist() == pytest.approx([1, NAN, 0, NAN, NAN], nan_ok=True)


def test_a_rule_that_surely_fails_decides_whatever_is_unknown() -> None:
    verdicts = np.array([[1, 1, 1], [0, NAN, 1], [1, NAN, 1], [NAN, NAN, NAN]], dtype=float)
    assert meets_all(verdicts).tolist() == pytest.approx([1, 0, NAN, NAN], nan_ok=True)


def test_shares_weigh_homes_and_are_told_where_enough_is_known() -> None:
    values = np.array([1.0, 0.0, 1.0, NAN])
    weights = np.array([3.0, 1.0, 96.0, 4.0])
    area = np.array([0, 0, 1, 1])
    assert known_mean(values, weights, area, 2, least_known=0.5).tolist() == pytest.approx([0.75, 1.0, 0.99])
    strict = known_mean(values, weights, area, 2, least_known=0.97)
    assert strict.tolist() == pytest.approx([0.75, NAN, NAN], nan_ok=True)
    assert np.isnan(known_mean(values, weights, np.zeros(4, int), 2, least_known=0.5)[1]), "no homes, no share"


def test_need_is_the_mean_of_what_is_known() -> None:
    parts = {"a": np.array([1.0, 1.0, NAN]), "b": np.array([0.0, NAN, NAN])}
    assert mean_of_known(parts, (3, 1)).tolist() == pytest.approx([0.75, 1.0, NAN], nan_ok=True)


@pytest.mark.parametrize(
    ("given_options", "message"),
    [
        ({"plant_on": ("roof",)}, "plant_on must be some of"),
        ({"plant_on": "pit"}, "plant_on must be some of"),
        ({"plant_on": ()}, "plant_on must be some of"),
        ({"assumed_crown_m2": -1}, "assumed_crown_m2 must be a number above 0"),
        ({"bounds": {"wealth": (0, 1)}}, "bounds: 'wealth' is not known"),
        ({"bounds": {"gap": (1, 1)}}, "bounds: gap must be two numbers, the least first"),
        ({"target_trees": 0}, "target_trees must be a number above 0"),
        ({"target_trees": 0.5}, "target_trees must be a whole number"),
    ],
)
def test_options_that_cannot_be_used_are_named(given_options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        choose(**given_options)  # type: ignore[arg-type]
