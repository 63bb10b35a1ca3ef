"""A figure of a part does not pass for that of the whole: people who are unknown, sources that know some places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import service_town
from tiny_city import frame, point

import kortrijk_geo as kg
from kortrijk_geo.pack.amenities import covers_all
from kortrijk_geo.pack.city import City
from kortrijk_geo.services.decided import with_places


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


def test_a_headline_of_a_part_of_the_people_is_unknown_and_says_why(town):
    homes = town.homes
    homes.loc[homes.index[:6], ["age_65_79", "age_80_plus"]] = np.nan
    result = kg.services.analyse(town.replace(homes=homes), kind="residential_care")
    figure = result.headline("share_beyond_residential_care_walk")
    assert figure.value is None
    assert figure.known_share == pytest.approx(36 / 42)
    assert "slechts van 85 % van de 65-plussers" in figure.reason
    assert any("Van 6 woningen is niet bekend hoeveel 65-plussers er wonen" in note for note in result.notes)
    assert not result.sensitivity


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (("leisure=pitch",), True),  # a source of pitches alone does not tell that there is no sports hall
        (("sport",), False),
        (("*",), False),
    ],
)
def test_nobody_has_a_kind_only_where_a_source_covers_all_of_it(town, words, unknown):
    record = replace(town.info.layers["amenities"], covers=words)
    city = City(town.folder, replace(town.info, layers={**town.info.layers, "amenities": record}))
    result = kg.services.analyse(city, kind="sport")
    share = result.city["share_beyond_sport_walk"]
    assert np.isnan(share) if unknown else share == 1


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (["amenity=library"], False),  # museums and galleries are of the kind too
        (["amenity=library", "amenity=arts_centre", "amenity=theatre", "amenity=cinema"], False),
        (["amenity=library", "amenity=arts_centre", "amenity=theatre", "amenity=cinema", "tourism=museum",
          "tourism=gallery"], True),
        (["library_culture"], True),
        (["*"], True),
        ([], False),
    ],
)  # fmt: skip
def test_a_kind_is_covered_whole_by_itself_or_by_all_its_rules(words, whole):
    from kortrijk_geo.reach.rules import load_categories

    kind = next(category for category in load_categories().categories if category.key == "library_culture")
    assert covers_all(words, kind) is whole


def test_both_pages_say_which_places_they_count(tmp_path):
    sites = frame([point(500, 500)], site_id=["s1"], name=["Zaal"], use=["ontmoetingscentrum"])
    town = service_town.write_town(tmp_path, city_sites=sites)
    notes = kg.services.analyse(town, kind="meeting_place").notes
    assert any("(laag city_sites), tellen hier niet mee" in note for note in notes)
    assert "De pagina Voorzieningen telt enkel de laag amenities" in kg.sites.spec(kg.sites.analyse(town)).method


def test_the_citys_own_list_of_a_kind_is_not_counted_on_top_of_what_others_know_of_it(town):
    before = kg.services.analyse(town, kind="residential_care")
    assert before.city["locations_residential_care"] > 1
    mine = town.amenities.iloc[:1].assign(
        amenity_id="own", category="residential_care", name="Eigen lijst", tags="{}", capacity=30.0
    )
    mine = mine.set_geometry([town.areas.geometry.iloc[0].representative_point()], crs=town.crs)
    both = pd.concat([town.amenities, mine], ignore_index=True)
    result = kg.services.analyse(town.replace(amenities=both), kind="residential_care")
    assert result.city["locations_residential_care"] == 1
    assert result.city["capacity_residential_care"] == 30
    assert any("alleen de eigen lijst telt (1 plekken)" in note for note in result.notes)
    more = with_places(town.replace(amenities=both), result.kinds[0], mine[["name", "capacity", "geometry"]])
    assert kg.services.analyse(more, kind="residential_care").city["capacity_residential_care"] == 60
