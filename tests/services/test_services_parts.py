"""A figure of a part does not pass for that of the whole: people who are unknown, sources that know some places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import service_town

import kortrijk_geo as kg
from kortrijk_geo.pack.city import City


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
