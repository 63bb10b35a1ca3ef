"""What several columns of a published table tell together of few people: areas A, B and C of 100, 200 and 300."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

import kortrijk_geo as kg

PEOPLE = np.array([100.0, 200.0, 300.0])


@pytest.fixture
def published(riding, two_kinds):
    """Publish shares, given by column as the people of each area who lack something."""
    result = kg.reach.analyse_transit(
        riding(0, 20, 40), categories=two_kinds, from_time="07:00", to_time="07:20", minutes=30
    )

    def publish(**lacking):
        shares = {name: 1 - np.array(people) / PEOPLE for name, people in lacking.items()}
        areas = gpd.GeoDataFrame(
            {"name": [*"ABC"], "population": PEOPLE, **shares, "known_share_transit": 1.0},
            geometry=[shapely.box(x, 0, x + 1, 1) for x in range(3)], index=["A", "B", "C"],
        )  # fmt: skip
        city = {name: float(share @ PEOPLE / PEOPLE.sum()) for name, share in shares.items()}
        return replace(
            result, areas=areas, city={"known_share_transit": 1.0, **city}, headlines=[], sensitivity=[], layers={}
        ).published()

    return publish


def unknown(result, name):
    return result.areas.index[result.areas[name].isna()].tolist()


def test_the_same_people_in_another_column_do_not_tell_what_stands_beside_few(published):
    result = published(share_x_transit_30=[3, 20, 30], share_y_transit_30=[40, 20, 50])
    # 53 lack x, 30 of them in C: were the 20 of B told by y, where the same homes lack it, then 3 were those of A.
    assert unknown(result, "share_x_transit_30") == ["A", "B"]
    assert unknown(result, "share_y_transit_30") == ["A", "B"], "and beside B the smallest of y"
    assert result.city["share_y_transit_30"] == pytest.approx(1 - 110 / 600)


def test_what_a_total_tells_stands_beside_nothing(published):
    result = published(share_x_transit_30=[3, 20, 30], share_y_transit_30=[0, 20, 0])
    # Of the city 20 lack y, all of them in B: that hides nothing, so that x is hidden in C as well.
    assert unknown(result, "share_x_transit_30") == ["A", "B", "C"]
    assert unknown(result, "share_y_transit_30") == []


def test_two_limits_that_differ_by_few_are_not_both_told(published):
    result = published(
        share_x_transit_30=[40, 60, 80], share_x_transit_15=[47, 90, 120], share_y_transit_15=[43, 61, 81]
    )
    assert unknown(result, "share_x_transit_30") == [], "the limit that counts stays"
    assert unknown(result, "share_x_transit_15") == ["A", "B"], "7 of A have it within 30 minutes, not within 15"
    assert unknown(result, "share_y_transit_15") == [], "another category"


def test_two_limits_that_differ_by_few_in_the_whole_city_are_not_both_told(published):
    result = published(share_x_transit_30=[40, 60, 80], share_x_transit_15=[42, 62, 84])
    assert np.isnan(result.city["share_x_transit_15"])
    assert result.city["share_x_transit_30"] == pytest.approx(0.7)
    assert unknown(result, "share_x_transit_15") == ["A", "B", "C"]


def test_nothing_more_is_hidden_where_nobody_is_few(published):
    result = published(
        share_x_transit_30=[40, 20, 30], share_y_transit_30=[40, 20, 0], share_y_transit_15=[100, 200, 0]
    )
    assert not result.areas.isna().to_numpy().any()
    assert not np.isnan(list(result.city.values())).any()
