"""Classes of figures: limits by hand, and what holds for any figures: none is empty, all covered, goals kept."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from kortrijk_geo.mapping.legend import class_colours, class_numbers, scale_classes
from kortrijk_geo.results import Column, Scale, ThemeResult
from kortrijk_geo.scale import CLASSES, class_limits, roundest

FIGURES = st.lists(st.floats(0, 1e6) | st.integers(0, 50).map(float) | st.just(float("nan")), max_size=60)
UNITS = st.sampled_from(["share", "number", "whole"])


def sizes(values: list[float], limits: tuple[float, ...]) -> list[int]:
    numbers = class_numbers(np.array(values, float), limits)
    return np.bincount(numbers[numbers >= 0], minlength=len(limits) + 1).tolist()


@pytest.mark.parametrize(
    ("values", "unit", "goals", "limits"),
    [
        # Ten figures, two in each class, cut at the roundest number between them.
        ([1, 2, 11, 12, 21, 22, 31, 32, 41, 42], "whole", (), (10, 20, 30, 40)),
        # A goal is a limit where figures lie on both sides, whatever its digits.
        ([0.11, 0.12, 0.21, 0.22, 0.31, 0.32], "share", (0.213,), (0.12, 0.2, 0.213, 0.3)),
        # A goal that nobody reaches would make an empty class.
        ([10, 20], "whole", (60,), (20,)),
        # A figure on a limit is in the class above it, so a goal that all reach splits nothing.
        ([60, 70], "whole", (60,), (70,)),
        # No figure lies between 33 and 35: the goal that is named first stays.
        ([10, 40], "number", (35, 33), (35,)),
        ([10, 40], "number", (33, 35), (33,)),
        # One figure, or none, is one class.
        ([7, 7, 7], "whole", (), ()),
        ([float("nan")], "whole", (5,), ()),
        # Nobody reads a class of 0.001 to 0.002.
        ([0.001, 0.002], "number", (), ()),
        # Counts are cut at whole numbers.
        ([0, 0, 0, 1, 2], "whole", (), (1, 2)),
    ],
)
def test_limits_by_hand(values, unit, goals, limits):
    assert class_limits(np.array(values, float), unit, goals) == limits


@given(FIGURES, UNITS, st.lists(st.floats(0, 100), max_size=2))
def test_no_class_is_empty_and_goals_that_split_are_limits(values, unit, goals):
    limits = class_limits(np.array(values, float), unit, goals)
    counts = sizes(values, limits)
    known = [value for value in values if not np.isnan(value)]
    assert list(limits) == sorted(set(limits))
    assert len(limits) < CLASSES
    assert sum(counts) == len(known)
    assert min(counts, default=0) > 0 or not known
    splitting = [goal for goal in goals if known and min(known) < goal <= max(known)]
    assert splitting[:1] == [] or splitting[0] in limits
    assert class_limits(np.array(values[::-1], float), unit, goals) == limits
    free = [limit for limit in limits if limit not in goals]
    if unit == "whole":
        assert all(limit == round(limit) for limit in free)


@given(st.lists(st.integers(0, 10_000).map(float), min_size=14, max_size=14, unique=True))
def test_fourteen_different_counts_never_fall_together(values):
    limits = class_limits(np.array(values), "whole")
    assert len(limits) == CLASSES - 1
    assert max(sizes(values, limits)) <= 6


@pytest.mark.parametrize(
    ("low", "high", "finest", "number"),
    [(3, 8, 1, 5), (8, 12, 1, 10), (14, 21, 1, 20), (97, 140, 1, 100), (0.021, 0.034, 1e-4, 0.03), (3, 3.5, 1, None),
     (0, 0.00001, 1e-4, None), (41, 42, 1, 42)],
)  # fmt: skip
def test_the_roundest_number_of_a_gap(low, high, finest, number):
    assert roundest(low, high, finest) == number


def test_one_family_shares_its_limits_and_follows_the_areas():
    areas = gpd.GeoDataFrame(
        {"name": list("abcd"), "now": [10.0, 20, 30, 40], "then": [50.0, 60, 70, 80], "alone": [1.0, 2, 3, 4]},
        geometry=[box(n, 0, n + 1, 1) for n in range(4)], crs=31370,
    )  # fmt: skip
    columns = [
        Column("now", "nu", scale=Scale.of_data("whole", family="rate", goals=[("doel", 45)])),
        Column("then", "dan", scale=Scale.of_data("whole", family="rate", goals=[("doel", 45)])),
        Column("alone", "apart", scale=Scale.of_data("whole")),
        Column("declared", "vast", scale=Scale((1.0,), "whole")),
    ]
    result = ThemeResult("t", "p", "stad", areas, {}, [], columns)
    now, then, alone, declared = (column.scale for column in result.columns)
    assert now == then
    assert 45 in now.limits
    assert alone.limits == (2, 3, 4)
    assert declared == columns[3].scale
    assert Scale.of_data("whole", goals=[("doel", 45)]).fitted(pd.Series([44.0]), pd.Series([46.0])).limits == (45,)


def test_a_scale_that_turns_has_each_colour_on_its_own_side():
    red, light_red, _, light_blue, blue = class_colours("RdBu", 5)
    turned = Scale((20.0, 60.0, 70.0), "number", "RdBu", turn=60.0)
    assert [one["colour"] for one in scale_classes(turned)] == [red, light_red, light_blue, blue]
    # One class above: it is next to the turn, and so light.
    above = Scale((20.0, 60.0), "number", "RdBu", turn=60.0)
    assert [one["colour"] for one in scale_classes(above)] == [red, light_red, light_blue]
    reds = scale_classes(Scale((20.0, 40.0), "number", "RdBu", turn=60.0))
    blues = scale_classes(Scale((70.0, 80.0), "number", "RdBu", turn=60.0))
    assert all(int(one["colour"][1:3], 16) > int(one["colour"][5:7], 16) for one in reds)
    assert all(int(one["colour"][1:3], 16) < int(one["colour"][5:7], 16) for one in blues)
