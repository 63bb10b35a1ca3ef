"""What is a home: the rules of [homes] in osm_tags.toml, one by one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.homes import homes_from_osm
from kortrijk_geo.pack.validation import validate

CRS = "EPSG:31370"
TOWN = shapely.box(0, 0, 1000, 1000)


def _buildings(*rows):
    """Rows of (id, x, use, dwellings, landuse, place): 10 m squares on the line y = 100."""
    ids, x, use, dwellings, landuse, place = zip(*rows, strict=True)
    columns = {
        "building_id": ids,
        "use": use,
        "dwellings": np.array(dwellings, dtype=float),
        "landuse": landuse,
        "place": place,
    }
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(at, 100, at + 10, 110) for at in x], crs=CRS)


def _addresses(*rows):
    """Rows of (id, x, y, street, number, place)."""
    ids, x, y, street, number, place = zip(*rows, strict=True) if rows else ((), (), (), (), (), ())
    columns = {"address_id": ids, "street": street, "house_number": number, "postcode": [None] * len(ids)}
    return gpd.GeoDataFrame(columns | {"place": place}, geometry=list(shapely.points(x, y)), crs=CRS)


def _areas():
    west, east = shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 900, 1000)
    return gpd.GeoDataFrame({"area_id": ["west", "east"]}, geometry=[west, east], crs=CRS)


def _homes(buildings, addresses):
    homes, findings = homes_from_osm(buildings, addresses, _areas(), boundary=TOWN)
    validate("homes", homes, crs=CRS, origin="test")
    assert homes.residents.isna().all()
    assert homes.children_0_2.isna().all()
    return homes.set_index("home_id"), findings


def test_residential_use_makes_a_home_and_another_use_does_not():
    homes, _ = _homes(
        _buildings(
            ("w1", 0, "house", np.nan, None, None),
            ("w2", 20, "industrial", np.nan, "residential", None),
            ("w3", 40, "apartments", 12, "industrial", None),
            ("w4", 60, "retail", 3, None, "shop=supermarket"),
        ),
        _addresses(("n1", 25, 105, "Markt", "1", None)),
    )
    assert homes.dwellings.to_dict() == {"w1": 1, "w3": 12, "w4": 3}


def test_unknown_use_needs_an_address_or_residential_land():
    homes, findings = _homes(
        _buildings(
            ("w1", 0, None, np.nan, None, None),
            ("w2", 20, None, np.nan, None, None),
            ("w3", 40, None, np.nan, "industrial", None),
            ("w4", 60, None, np.nan, "residential", None),
            ("w5", 80, None, np.nan, "residential", "amenity=school"),
            ("w6", 100, None, np.nan, None, None),
        ),
        _addresses(
            ("n2", 25, 105, "Markt", "1", None),
            ("n3", 45, 105, "Kaai", "1", None),
            ("n6", 105, 105, "Markt", "3", "shop=bakery"),
        ),
    )
    assert list(homes.index) == ["w2", "w4"]
    assert "homes: 4 buildings of unknown use are taken for no home (no address, or land of another use)" in findings


def test_a_shed_in_residential_land_is_too_small_for_a_home():
    shed = _buildings(("w1", 0, None, np.nan, "residential", None))
    shed.geometry = [shapely.box(0, 100, 6, 106)]
    homes, _ = _homes(shed, _addresses())
    assert homes.empty


def test_dwellings_are_the_different_addresses_when_no_flats_are_tagged():
    homes, _ = _homes(
        _buildings(
            ("w1", 0, "apartments", np.nan, None, None),
            ("w2", 20, "apartments", 4, None, None),
            ("w3", 40, "house", np.nan, None, None),
        ),
        _addresses(
            ("n1", 1, 105, "Markt", "1", None),
            ("n2", 2, 105, "Markt", "2;4", None),
            ("n3", 3, 105, "Markt", "1", None),
            ("n4", 4, 105, "Markt", "9", "shop=bakery"),
            ("n5", 25, 105, "Markt", "6", None),
            ("n6", 45, 98, "Markt", "8", None),
        ),
    )
    assert homes.dwellings.to_dict() == {"w1": 3, "w2": 4, "w3": 1}


def test_an_address_belongs_to_the_nearest_building_within_reach_and_to_one_only():
    homes, _ = _homes(
        _buildings(("w1", 0, None, np.nan, None, None), ("w2", 12, None, np.nan, None, None)),
        _addresses(("n1", 10.5, 105, "Markt", "1", None)),
    )
    assert list(homes.index) == ["w1"]


def test_an_address_in_no_building_is_a_home_once_per_street_and_number():
    homes, findings = _homes(
        _buildings(("w1", 0, "house", np.nan, None, None)),
        _addresses(
            ("n1", 5, 105, "Markt", "1", None),
            ("n2", 300, 300, "Markt", "1", None),
            ("n3", 310, 300, "Markt", "3;5", None),
            ("n4", 320, 300, "MARKT", "5", None),
            ("n5", 330, 300, None, "7", None),
            ("n6", 340, 300, None, "7", None),
            ("n7", 350, 300, "Kaai", "1", "amenity=cafe"),
        ),
    )
    assert homes.dwellings.to_dict() == {"w1": 1, "n3": 2, "n5": 1, "n6": 1}
    assert "homes: 3 are addresses in no building" in findings


def test_homes_know_their_area_and_the_first_one_on_a_border():
    homes, findings = _homes(
        _buildings(
            ("w1", 100, "house", np.nan, None, None),
            ("w2", 495, "house", np.nan, None, None),
            ("w3", 600, "house", np.nan, None, None),
            ("w4", 950, "house", np.nan, None, None),
            ("w5", 2000, "house", np.nan, None, None),
        ),
        _addresses(),
    )
    assert homes.area_id.fillna("").tolist() == ["west", "west", "east", "", ""]
    assert "homes: 1 lie in the study area but in none of its areas: they belong to no area" in findings


def test_buildings_from_elsewhere_need_no_landuse_or_place():
    buildings = _buildings(("w1", 0, "house", np.nan, None, None)).drop(columns=["landuse", "place", "dwellings"])
    homes, _ = _homes(buildings, _addresses().drop(columns="place"))
    assert homes.dwellings.tolist() == [1]
    assert homes.footprint_m2.tolist() == [100]


def test_without_addresses_use_alone_decides_and_a_lacking_column_is_named():
    buildings = _buildings(("w1", 0, "house", np.nan, None, None), ("w2", 20, None, np.nan, None, None))
    nothing = gpd.GeoDataFrame({"street": []}, geometry=[], crs=CRS)
    homes, _ = _homes(buildings, nothing)
    assert list(homes.index) == ["w1"]
    with pytest.raises(DataError, match="addresses: column house_number is missing"):
        _homes(buildings, _addresses(("n1", 5, 105, "Markt", "1", None)).drop(columns="house_number"))
