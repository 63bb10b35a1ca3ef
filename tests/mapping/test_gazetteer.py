"""Addresses in a page: every one at its place and in its area, in few bytes, and never in a neighbouring area."""

from __future__ import annotations

from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kortrijk_geo.mapping import gazetteer as room
from kortrijk_geo.mapping.gazetteer import gazetteer
from kortrijk_geo.text.safe import json_block


def places_of(street: dict) -> np.ndarray:
    return np.cumsum(np.array(street["steps"]).reshape(-1, 2), axis=0) * 1e-5


def test_every_address_is_at_its_place_and_in_its_area(samples: ModuleType) -> None:
    addresses, areas = samples.addresses(), samples.areas()
    found = gazetteer(addresses, areas)
    assert found["numbered"]
    assert sum(len(street["numbers"]) for street in found["streets"]) == len(addresses)
    inside = gpd.sjoin(addresses, areas.reset_index()[["area_id", "geometry"]], how="left")
    rows = {area_id: row for row, area_id in enumerate(areas.index)}
    truth = {
        (street, number): (-1 if pd.isna(area) else rows[area], place)
        for street, number, area, place in zip(
            inside["street"],
            inside["house_number"],
            inside["area_id"],
            inside.to_crs("EPSG:4326").geometry,
            strict=True,
        )
    }
    for street in found["streets"]:
        of = street["areas"]
        for number, (place, (x, y)) in enumerate(zip(street["numbers"], places_of(street), strict=True)):
            area, point = truth[street["name"], place]
            assert (of if isinstance(of, int) else of[number]) == area
            assert abs(point.x - x) <= 0.6e-5
            assert abs(point.y - y) <= 0.6e-5


def test_house_numbers_stand_in_the_order_of_the_street(samples: ModuleType) -> None:
    streets = {street["name"]: street for street in gazetteer(samples.addresses(), samples.areas())["streets"]}
    assert streets["Sint-Élooisstraat"]["numbers"] == [*"1234567", "7A", "8", "9", "10", "11", "12"]
    assert streets["Verweg"]["areas"] == -1
    assert streets["Verweg"]["place"] == "8500 Voorbeeldstad"


def test_an_address_on_a_border_belongs_to_the_first_area() -> None:
    areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], crs="EPSG:31370")
    at = gpd.GeoDataFrame(
        {"street": ["Grens"], "house_number": ["1"]}, geometry=[shapely.Point(10, 5)], crs="EPSG:31370"
    )
    assert gazetteer(at, areas)["streets"][0]["areas"] == 0
    assert gazetteer(at, areas.iloc[::-1])["streets"][0]["areas"] == 0
    assert gazetteer(at, areas)["streets"][0]["place"] == ""


def test_the_order_of_the_rows_does_not_matter(samples: ModuleType) -> None:
    addresses = samples.addresses()
    mixed = addresses.sample(frac=1, random_state=4)
    assert gazetteer(mixed, samples.areas()) == gazetteer(addresses, samples.areas())


def test_a_pack_without_a_single_address_has_no_streets(samples: ModuleType) -> None:
    assert gazetteer(samples.addresses().iloc[:0], samples.areas()) == {"streets": [], "numbered": True}


def test_beyond_the_limit_streets_remain(samples: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    every = gazetteer(samples.addresses(), samples.areas())
    monkeypatch.setattr(room, "MOST_ADDRESSES", 50)
    found = gazetteer(samples.addresses(), samples.areas())
    assert not found["numbered"]
    assert [street["numbers"] for street in found["streets"]] == [[]] * 7
    whole = [street["areas"] for street in every["streets"]]
    for street, areas in zip(found["streets"], whole, strict=True):
        assert len(places_of(street)) == 1
        assert street["areas"] == (areas if isinstance(areas, int) else list(dict.fromkeys(areas)))


def test_thirty_thousand_addresses_take_less_than_half_a_megabyte(samples: ModuleType) -> None:
    found = gazetteer(samples.addresses(streets=600, houses=50), samples.areas())
    assert len(json_block(found)) < 500_000
