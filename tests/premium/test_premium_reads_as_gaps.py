"""One reading of counts: an area has the same rate under the premium as in the gaps of childcare."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from kortrijk_geo.childcare.gaps import find_gaps
from kortrijk_geo.pack.validation import validate


def rates(city) -> dict[str, float]:
    return find_gaps(city).areas["places_per_100_children"].to_dict()


def test_one_location_typed_as_990_places_is_unknown_and_not_a_rate_of_a_thousand(ask, city):
    childcare = city.childcare.copy()
    childcare.loc[childcare["location_id"] == "a", "places"] = 990.0
    decision = ask("45", city=city.replace(childcare=childcare))
    assert np.isnan(rates(city.replace(childcare=childcare))["W45"])
    assert (decision.area.places, decision.area.below_norm) == (None, None)
    assert (decision.status, decision.total_eur) == ("incomplete", None)


@pytest.mark.parametrize("where", ["45", "55", "70"])
def test_the_rate_is_that_of_the_gaps(ask, city, where):
    assert ask(where).area.places_per_100_children == rates(city)[f"W{where}"]


def test_children_are_added_up_from_the_table_of_sectors_where_the_areas_tell_none(ask, city):
    sectors = pd.DataFrame(
        {
            "sector_id": ["s1", "s2", "s3", "s4"],
            "name": ["s1", "s2", "s3", "s4"],
            "area_id": ["W45", "W45", "W55", "W55"],
            "children_0_2": [70.0, 30.0, 200.0, np.nan],
        }
    )
    table = validate("sectors", gpd.GeoDataFrame(sectors), crs=city.crs, origin="test city")
    town = city.replace(areas=city.areas.drop(columns="children_0_2"), sectors=table)
    decision = ask("45", city=town)
    assert (decision.area.children_0_2, decision.area.places_per_100_children) == (100, 45)
    assert decision.area.places_per_100_children == rates(town)["W45"]
    assert ask("55", city=town).area.children_0_2 is None, "one unknown sector makes the area unknown"
