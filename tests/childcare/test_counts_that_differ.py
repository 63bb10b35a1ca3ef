"""Trend, outlook and expansion rest on the same counts as the gaps: where these differ, they say so or are unknown."""

from __future__ import annotations

import math

import pytest
from childcare_town import frame, layers, location
from shapely import Point

from kortrijk_geo.childcare import analyse, compare_years, expand, look_ahead, with_outlook

FEW_IN_CITY = 84.0  # the areas count 100: 16 % apart


def boundary(children):
    return layers()["boundary"].assign(children_0_2=children)


def test_a_trend_leaves_out_the_year_whose_counts_differ(town):
    packs = [(2016, town(boundary=boundary(100.0))), (2017, town(boundary=boundary(FEW_IN_CITY)))]
    found = compare_years(packs)
    assert found.chart["series"][0]["values"] == [62.0, None]  # 62 places for 100 children; never 62 for 84
    city = found.table[found.table["area_id"] == "city"].set_index("year")
    assert city["shortage_places"].isna().tolist() == [False, True]
    assert city["status"].tolist() == ["haalt 60", "onbekend"]
    assert any(note.startswith("2017: De wijken tellen 100 kinderen") and "84" in note for note in found.notes)
    assert found.chart["series"][1]["values"] == [75.0, 75.0]  # of an area nothing contradicts its own count


def test_an_outlook_of_counts_that_differ_is_unknown_for_the_city_and_known_for_its_areas(town):
    city = town(boundary=boundary(FEW_IN_CITY))
    ahead = look_ahead(city, years=[2040])
    whole = ahead.table[ahead.table["area_id"] == "city"].set_index("year")
    for column in ("places_needed", "shortage_places", "shortage_places_decided", "shortage_places_all"):
        assert whole[column].isna().tolist() == [True, True]
    assert whole["children_0_2"].tolist()[0] == FEW_IN_CITY
    assert math.isnan(whole["children_0_2"][2040])
    assert whole["shortage_places_areas"][2040] == 15  # the areas: 0, 6 and 9, as without the difference
    assert [target["needed_extra_places"] for target in ahead.targets] == [None]
    result = with_outlook(analyse(city), ahead)
    assert next(one for one in result.headlines if one.key == "shortage_places_2040").value is None
    assert result.areas["shortage_places_2040"].tolist() == [0, 6, 9, 0]
    assert len([note for note in result.notes if note.startswith("De wijken tellen 100 kinderen")]) == 1
    by_dwellings = look_ahead(city, years=[2040], new_dwellings={"C": 30, "D": 10}).table.set_index(["year", "area_id"])
    assert math.isnan(by_dwellings["places_needed"][2040, "A"])  # shares in the growth of a city of unknown children


def test_an_expansion_over_homes_that_hold_other_children_tells_no_figure_that_rests_on_them(town):
    # The homes hold 50 children, the areas 100: the count by area stands, what follows from the homes is unknown.
    homes = layers()["homes"].assign(children_0_2=[20.0, 20.0, 10.0, 10.0])
    spots = frame([{"name": "plek", "geometry": Point(1_500, 0)}])
    result = expand(town(boundary=boundary(100.0), homes=homes), places=4, unit=4, candidates=spots)
    figures = {figure.key: figure for figure in result.headlines}
    for key in ("objective_value", "children_over_norm", "children_over_norm_after"):
        assert (figures[key].value, figures[key].low) == (None, None), key
    assert figures["objective_value"].reason == "de woningen tellen 50 kinderen van 0 tot 2 jaar, de wijken 100"
    assert math.isnan(result.city["children_over_norm_after"])
    assert result.areas["catchment_places_per_100_children_after"].isna().all()
    assert result.layers["sites"][["children_in_reach", "children_below_norm_in_reach"]].isna().all(axis=None)
    assert (result.options["plan"]["value"], result.options["phases"][0]["value"]) == (None, None)
    assert result.areas["places_per_100_children_after"].tolist()[1] == pytest.approx(60.0)  # B: 24 places, 40 children
    assert len([note for note in result.notes if note.startswith("De woningen tellen 50")]) == 1


def test_an_expansion_of_a_city_whose_counts_differ_has_no_rate_of_the_city(town):
    spots = frame([{"name": "plek", "geometry": Point(1_500, 0)}])
    city = town(boundary=boundary(FEW_IN_CITY), childcare=frame([location("ka", 400, 30.0)]))
    result = expand(city, places=4, unit=4, candidates=spots, objective="area_shortage")
    assert math.isnan(result.city["places_per_100_children_after"])
    assert math.isnan(result.city["shortage_places_after"])
    assert result.city["shortage_places_areas_after"] == 20 + 12  # B 24 less 4, C 12
    assert next(one for one in result.headlines if one.key == "objective_value").value == 4
