"""Places per 100 children: what counts on a day, where it lies, and exact comparisons with the norm."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.engine.rates import (
    area_of,
    below_norm,
    exact_rate,
    exact_shortage,
    existing_on,
    places_by_area,
    rate,
    shortage,
)

DAY = dt.date(2020, 12, 31)
AREAS = gpd.GeoDataFrame(
    {"area_id": ["B", "A", "C"]},
    geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(20, 0, 30, 10)],
    crs="EPSG:31370",
)


def locations(*rows: dict) -> gpd.GeoDataFrame:
    usual = {"kind": "group", "places": 10.0, "income_related_places": 0.0, "opens": None, "closes": None, "x": 5.0}
    frame = pd.DataFrame([{**usual, "standing": "existing", **row} for row in rows])
    text = {name: frame[name].astype("str") for name in ("opens", "closes", "standing")}
    points = shapely.points(frame["x"].to_numpy(dtype="float64"), 5.0)
    return gpd.GeoDataFrame(frame.drop(columns="x").assign(**text), geometry=points, crs="EPSG:31370")


def test_what_exists_on_the_day():
    found = existing_on(
        locations(
            {"opens": "2020-12-31"},
            {"opens": "2021-01-01"},
            {"opens": None},
            {"closes": "2020-12-31"},
            {"closes": "2021-01-01"},
            {"standing": "decided", "opens": "2019-01-01"},
            {"standing": "under study"},
            {"standing": None},
        ),
        DAY,
    )
    assert found.tolist() == [True, False, True, False, True, False, False, True]


def test_without_dates_and_standing_every_location_exists():
    frame = locations({}, {}).drop(columns=["opens", "closes", "standing"])
    assert existing_on(frame, DAY).all()
    assert places_by_area(frame, AREAS, on=DAY).loc["B", ["places", "unknown_opens"]].tolist() == [20, 2]


def test_places_by_kind_and_area():
    found = places_by_area(
        locations(
            {"places": 14.0, "income_related_places": 7.0, "opens": "2001-01-01"},
            {"kind": "family", "places": 8.0, "income_related_places": 8.0},
            {"x": 15.0, "places": 20.0},
            {"x": 99.0, "places": 500.0},
        ),
        AREAS,
        on=DAY,
    )
    assert found.index.tolist() == ["B", "A", "C"]
    assert found.loc["B"].to_dict() == {
        "places": 22.0,
        "places_group": 14.0,
        "places_family": 8.0,
        "income_related_places": 15.0,
        "locations": 2,
        "unknown_places": 0,
        "unknown_opens": 1,
    }
    assert found["places"].tolist() == [22.0, 20.0, 0.0], "outside every area counts nowhere; none at all is 0"


def test_unknown_places_are_unknown_and_counted():
    found = places_by_area(
        locations({"places": np.nan, "income_related_places": np.nan}, {"kind": "family", "places": 8.0}), AREAS, on=DAY
    ).loc["B"]
    assert np.isnan(found["places"])
    assert np.isnan(found["places_group"])
    assert found["places_family"] == 8.0
    assert found["unknown_places"] == 1


def test_an_area_without_locations_counts_none_of_any_kind():
    found = places_by_area(locations({}), AREAS, on=DAY)
    assert found[["locations", "unknown_places", "unknown_opens"]].to_numpy().tolist() == [[1, 0, 1], [0] * 3, [0] * 3]


def test_a_location_on_a_border_counts_once():
    frame = locations({"x": 10.0})
    assert area_of(frame, AREAS).tolist() == ["A"]
    assert places_by_area(frame, AREAS, on=DAY)["places"].sum() == 10.0


def test_no_locations_at_all():
    found = places_by_area(locations({}).iloc[:0], AREAS, on=DAY)
    assert found["places"].tolist() == [0.0, 0.0, 0.0]


def test_published_check_values_of_2011():
    children = [0.6 * 232, 0.6 * 523, 0.6 * 45]
    assert np.round(rate([44, 116, 0], children), 1).tolist() == [31.6, 37.0, 0.0]
    assert shortage([44, 116, 0], children, 60).tolist() == [40, 73, 17], "39.52, 72.28 and 16.2, rounded up"


def test_float_dust_does_not_make_a_place():
    children = sum([0.1] * 1000)  # 99.9999999999986
    assert exact_shortage(60, children, 60) == 0
    assert exact_shortage(60, 100.00000000000001, 60) == 0
    assert below_norm([60.0], [children], 60).tolist() == [False]
    assert exact_shortage(59, 100, 60) == 1
    assert exact_shortage(60, 100.01, 60) == 1


def test_unknown_and_no_children():
    assert np.isnan(rate([np.nan, 1, 1, 0], [1, np.nan, 0, 0])).all()
    assert np.isnan(shortage([np.nan, 1], [1, np.nan], 60)).all()
    assert shortage([3, 0], [0, 0], 60).tolist() == [0, 0]
    assert below_norm([np.nan, 1], [1, 0], 60).isna().all()


@given(st.integers(0, 2000), st.integers(1, 4000), st.sampled_from([50, 60, 62.5]))
def test_below_the_norm_is_the_same_as_being_short_of_places(places, children, norm):
    exact = exact_rate(places, children)
    short = exact_shortage(places, children, norm)
    assert exact == Fraction(100 * places, children)
    assert (short > 0) == bool(below_norm([places], [children], norm)[0])
    assert exact_shortage(places + short, children, norm) == 0, "the shortage, once filled, is gone"
    assert short == 0 or exact_shortage(places + short - 1, children, norm) == 1
