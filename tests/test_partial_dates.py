"""A date known to the year or the month means its last day, in whatever counts with it."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from childcare_town import CRS, write_town
from shapely import Point

from kortrijk_geo.childcare.gaps import find_gaps
from kortrijk_geo.engine.rates import by_day, existing_on
from kortrijk_geo.errors import DataError
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.rules import load_categories
from kortrijk_geo.text.dates import last_day


def test_the_last_day_of_a_year_a_month_and_a_day():
    assert last_day("2024") == dt.date(2024, 12, 31)
    assert last_day("2024-02") == dt.date(2024, 2, 29)
    assert last_day(" 2024-02-03 ") == dt.date(2024, 2, 3)
    for wrong in ("vorig jaar", "2024-13", "24", ""):
        with pytest.raises(ValueError, match=r".+"):
            last_day(wrong)


@pytest.mark.parametrize(("opens", "there"), [("2024", False), ("2024-06", True), ("2024-06-30", True), (None, True)])
def test_what_opened_in_a_period_is_there_from_its_last_day(opens, there):
    location = pd.DataFrame({"opens": [opens], "closes": [None], "standing": [None]})
    assert existing_on(location, dt.date(2024, 6, 30)).tolist() == [there]
    assert existing_on(location, dt.date(2024, 12, 31)).tolist() == [True]
    assert existing_on(location.assign(opens=None, closes=opens), dt.date(2024, 12, 31)).tolist() == [opens is None]


def test_a_date_that_is_none_is_refused_by_name():
    with pytest.raises(DataError, match="layer childcare: opens is 'binnenkort', must be a date"):
        by_day(pd.Series(["2024", "binnenkort"], name="opens"), dt.date(2024, 1, 1))


def test_a_layer_of_a_year_counts_the_same_locations_in_gaps_and_in_reach(tmp_path):
    city = write_town(
        tmp_path / "pack", reference_date="2022", amenities=gpd.GeoDataFrame(
            {"amenity_id": ["a"], "category": ["shop=bakery"], "tags": ["{}"]}, geometry=[Point(10, 10)], crs=CRS)
    )  # fmt: skip
    opened = city.childcare.assign(opens="2022-03-01", closes=None, standing="existing")
    city = city.replace(childcare=opened)
    counted = find_gaps(city).locations
    used = find_facilities(city, load_categories(), max_snap_m=100)
    in_reach = set(used.frame.loc[used.rows("childcare"), "place_id"])
    assert in_reach == set(counted.loc[counted["counted"], "location_id"]) == set(opened["location_id"])
