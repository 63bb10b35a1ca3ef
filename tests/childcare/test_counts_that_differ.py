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
