"""Counts of the same people agree, or the figures that rest on them say so and, from 5 % on, are unknown."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from childcare_town import layers, write_town
from small_town import layers as town_layers
from small_town import write_town as write_whole_town

from kortrijk_geo import childcare, housing, reach
from kortrijk_geo.housing import columns as housing_columns
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.gate import Difference, Total, area_differences, differences, sums
from kortrijk_geo.results import Figure, ThemeResult

WALK, CYCLE = "catchment_places_per_100_children", "catchment_cycle_places_per_100_children"


def changed(name: str, **columns: object) -> dict[str, gpd.GeoDataFrame]:
    return {name: layers()[name].assign(**columns)}


def agreeing() -> dict[str, gpd.GeoDataFrame]:
    """The town without its five children who cannot be located."""
    return changed("boundary", children_0_2=100.0)


def headline(result: ThemeResult, key: str) -> Figure:
    return next(figure for figure in result.headlines if figure.key == key)


def test_counts_that_agree_are_not_spoken_of(tmp_path: Path) -> None:
    city = write_town(tmp_path, **agreeing())
    assert differences(city) == ()
    result = childcare.analyse(city)
    assert result.city["places_per_100_children"] == 62.0
    assert result.city[WALK] > 0
    assert not [note for note in result.notes if "tellen" in note and "stad als geheel" in note]
    assert {figure.reason for figure in result.headlines} == {""}


def test_homes_that_hold_half_the_children_give_no_catchment(tmp_path: Path) -> None:
    homes = changed("homes", children_0_2=[20.0, 20.0, 10.0, 10.0])
    result = childcare.analyse(write_town(tmp_path, **agreeing(), **homes))
    figure = headline(result, WALK)
    assert figure.value is None
    assert figure.reason == "de woningen tellen 50 kinderen van 0 tot 2 jaar, de wijken 100"
    assert (figure.low, figure.high) == (None, None)
    assert math.isnan(result.city[WALK])
    assert math.isnan(result.city[CYCLE])
    assert result.areas[WALK].isna().all()
    assert result.layers["homes"][WALK].isna().all()
    assert result.layers["locations"]["children_in_reach_walk"].isna().all()
    assert result.city["places_per_100_children"] == 62.0, "the count by area rests on the areas alone"
    assert any("De woningen tellen 50 kinderen van 0 tot 2 jaar, de wijken 100" in note for note in result.notes)


def test_a_city_that_counts_fewer_children_than_its_areas_has_no_rate(tmp_path: Path) -> None:
    result = childcare.analyse(write_town(tmp_path, **changed("boundary", children_0_2=84.0)))
    for key in ("places_per_100_children", "shortage_places"):
        figure = headline(result, key)
        assert figure.value is None
        assert figure.reason == "de wijken tellen 100 kinderen van 0 tot 2 jaar, de stad als geheel 84"
        assert math.isnan(result.city[key])
    assert math.isnan(result.city["children_not_located"]), "never minus sixteen"
    assert result.areas["places_per_100_children"].notna().sum() == 3, "of an area nothing contradicts its own count"
    assert headline(result, WALK).value is not None


def test_a_small_difference_is_told_beside_the_figure(tmp_path: Path) -> None:
    result = childcare.analyse(write_town(tmp_path))  # 105 children in the city, 100 in its areas: 4.8 %
    figure = headline(result, "places_per_100_children")
    assert figure.value == pytest.approx(100 * 62 / 105)
    assert figure.reason == "de wijken tellen 100 kinderen van 0 tot 2 jaar, de stad als geheel 105"
    assert figure.record()["reason"] == figure.reason


@pytest.mark.parametrize(("total", "told"), [(101.0, False), (101.1, True)])
def test_what_is_told_begins_above_one_in_a_hundred(tmp_path: Path, total: float, told: bool) -> None:  # noqa: FBT001
    result = childcare.analyse(write_town(tmp_path, **changed("boundary", children_0_2=total)))
    assert bool(headline(result, "places_per_100_children").reason) is told


def test_only_the_area_that_differs_is_unknown(tmp_path: Path) -> None:
    homes = changed("homes", children_0_2=[40.0, 40.0, 16.0, 10.0])
    result = childcare.analyse(write_town(tmp_path, **agreeing(), **homes))
    assert result.areas[WALK].isna().to_dict() == {"A": False, "B": False, "C": True, "D": True}
    figure = headline(result, WALK)
    assert figure.value is not None, "4 of 100 are told, and are no reason to know nothing"
    assert "de woningen tellen 96" in figure.reason
    assert any("Wijk C" in note and "onbekend" in note for note in result.notes)
    city = write_town(tmp_path / "again", **agreeing(), **homes)
    assert [str(one) for one in area_differences(city, "C")] == [
        "Wijk C: de woningen tellen 16 kinderen van 0 tot 2 jaar, de wijk 20"
    ]
    assert area_differences(city, "A") == ()


def test_what_is_unknown_in_some_rows_is_a_bound_and_no_difference(tmp_path: Path) -> None:
    areas = changed("areas", children_0_2=[40.0, 40.0, np.nan, 0.0])
    assert differences(write_town(tmp_path / "less", **areas)) == (), "80 and an unknown number may well be 105"
    found = differences(write_town(tmp_path / "more", **areas, **changed("boundary", children_0_2=60.0)))
    assert [str(one) for one in found] == [
        "de wijken tellen minstens 80 kinderen van 0 tot 2 jaar, de stad als geheel 60"
    ]


def test_homes_are_held_against_the_city_where_areas_know_nothing(tmp_path: Path) -> None:
    areas = changed("areas", children_0_2=np.nan)
    found = differences(write_town(tmp_path, **areas, **changed("boundary", children_0_2=50.0)))
    assert [(one.layer, one.other_layer, one.share) for one in found] == [("homes", "boundary", 0.5)]


def whole_town(tmp_path: Path, **changed: object) -> City:
    return write_whole_town(tmp_path, **{name: town_layers()[name].assign(**more) for name, more in changed.items()})


def test_the_whole_town_agrees(tmp_path: Path) -> None:
    assert differences(whole_town(tmp_path)) == ()


def test_reach_of_inhabitants_who_are_not_all_there_is_unknown(tmp_path: Path) -> None:
    result = reach.analyse(whole_town(tmp_path, homes={"residents": 5.0}))
    assert headline(result, "share_all_walk_15").value is None
    assert result.areas["share_all_walk_15"].isna().all()
    assert headline(result, "share_all_walk_15").reason.startswith("de woningen tellen 160 inwoners, de wijken 1.080")


def test_sectors_and_areas_that_differ_have_no_density(tmp_path: Path) -> None:
    households = town_layers()["subareas"]["households_private"].to_list()
    households[0] += 20.0
    result = housing.analyse(whole_town(tmp_path, subareas={"households_private": households}), reach=False)
    density = result.areas["social_per_100_households"]
    assert density.isna().sum() == 1
    assert math.isnan(density["W0"])
    assert headline(result, "social_per_100_households").reason == (
        "de statistische sectoren tellen 368 private huishoudens, de wijken 348"
    )
    assert headline(result, "social_per_100_households").value is None


def test_what_is_held_against_the_city_is_unknown_everywhere(tmp_path: Path) -> None:
    result = housing.analyse(whole_town(tmp_path, boundary={"households_private": 300.0}), reach=False)
    assert result.areas["location_quotient"].isna().all()
    assert result.areas["social_per_100_households"].notna().all()
    assert "location_quotient" in housing_columns.RESTS


def test_the_limits_are_data(tmp_path: Path) -> None:
    assert (sums().tell_share, sums().unknown_share) == (0.01, 0.05)
    assert sums().standing
    one = Difference("population", "homes", Total(95.0, whole=True), "areas", Total(100.0, whole=True))
    assert one.share == pytest.approx(0.05)
    assert not one.too_large, "five in a hundred itself is told, not hidden"
