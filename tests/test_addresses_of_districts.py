"""A deelgemeente in an address without postcode narrows where the pack has districts; never to a wrong house."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from district_list import ASKED, DISTRICTS, X, Y, districts, house_points
from shapely.geometry import box

from kortrijk_geo.errors import OptionError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.mapping.gazetteer import gazetteer
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, AddressMiss, with_districts
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo
from kortrijk_geo.premium.address import place_in_city

RECIPE = """
name = "Kortrijk"
crs = "EPSG:31370"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
[layers.districts]
reader = "vector"
file = "districts.gpkg"
[layers.addresses]
reader = "vector"
file = "addresses.gpkg"
[layers.childcare]
reader = "table-addresses"
file = "creches.csv"
ids_from_rows = true
columns = { name = "adres" }
values = { kind = "group" }
"""


@pytest.mark.parametrize(("text", "row"), ASKED)
def test_a_district_narrows_and_a_doubt_is_none(text: str, row: int | None) -> None:
    answer = AddressBook(with_districts(house_points(), districts())).find(text)
    if row is None:
        assert isinstance(answer, AddressMiss), answer
        assert answer.nearest
    else:
        assert isinstance(answer, AddressMatch), answer
        assert answer.row == row


@pytest.mark.parametrize(("text", "row"), ASKED)
def test_without_a_municipality_no_other_house_is_found(text: str, row: int | None) -> None:
    houses = house_points().drop(columns=["municipality", "postcode"])
    answer = AddressBook(with_districts(houses, districts())).find(text)
    named = [name for name in DISTRICTS if name.casefold() in text.casefold()]
    if isinstance(answer, AddressMatch) and named:
        assert DISTRICTS[int((answer.x - X) // 1000)] in named or "Heulle" in text


def test_without_districts_the_place_decides_only_what_is_unique() -> None:
    unknown = AddressBook(house_points().drop(columns=["municipality", "postcode"]))
    answer = unknown.find("Dorpsplein 1, Marke")
    assert isinstance(answer, AddressMatch)
    several = unknown.find("Kerkplein 3, Heule")
    assert isinstance(several, AddressMiss)
    assert several.reason == "several"
    own = AddressBook(house_points().assign(municipality=["Kortrijk", "Heule", *["Bissegem"] * 2, "Heule", *["x"] * 3]))
    answer = own.find("Kerkplein 3, Heule")
    assert isinstance(answer, AddressMatch)
    assert answer.row == 1


def test_the_premium_and_a_table_of_creches_find_the_same(tmp_path: Path) -> None:
    info = PackInfo("Kortrijk (test)", "EPSG:31370", layers={"addresses": LayerRecord("x", "2024-12-31")})
    city = City(Path("test"), info, {"addresses": house_points(), "districts": districts()})
    place = place_in_city("Kerkplein 3, Heule", city)
    assert (place.x, place.y) == (X + 1100, Y + 60)
    with pytest.raises(OptionError, match="Kerkplein 3, 8500 Kortrijk; Kerkplein 3, 8501 Kortrijk"):
        place_in_city("Kerkplein 3", city)

    texts = [text for text, row in ASKED if row is not None]
    pd.DataFrame({"adres": texts, "soort": "x"}).to_csv(tmp_path / "creches.csv", sep="|", index=False)
    house_points().to_file(tmp_path / "addresses.gpkg")
    districts().to_file(tmp_path / "districts.gpkg")
    square = [box(X, Y - 500, X + 4000, Y + 500)]
    areas = gpd.GeoDataFrame({"area_id": ["1"], "name": ["Stad"]}, geometry=square, crs="EPSG:31370")
    areas.to_file(tmp_path / "areas.gpkg")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    build_pack(tmp_path / "recipe.toml", tmp_path, tmp_path / "pack")
    placed = open_city(tmp_path / "pack").childcare.set_index("name").geometry
    points = house_points().geometry
    assert {text: placed[text] for text in texts} == {text: points[row] for text, row in ASKED if row is not None}


def test_the_districts_travel_with_the_streets_of_a_page() -> None:
    areas = gpd.GeoDataFrame({"area_id": ["1"]}, geometry=[box(X, Y - 500, X + 4000, Y + 500)], crs="EPSG:31370")
    streets = {
        (street["name"], street["place"]): street
        for street in gazetteer(with_districts(house_points(), districts()), areas)["streets"]
    }
    assert streets["Dorpsplein", "8510 Kortrijk"]["districts"] == "Marke"
    crossing = streets["Kerkplein", "8501 Kortrijk"]
    assert sorted(zip(crossing["numbers"], crossing["districts"], strict=True)) == [
        ("3", "Heule"), ("5", "Bissegem"), ("7", "Bissegem"), ("7", "Heule"),
    ]  # fmt: skip
    assert "districts" not in gazetteer(house_points(), areas)["streets"][0]
