"""Addresses as people write them: one house, or none and why; the premium and tables of addresses answer alike."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from address_list import FOUND, HOUSES, MISSED, X, Y, house_points, place_of
from shapely.geometry import Point, box

from kortrijk_geo.errors import OptionError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.address_text import HouseNumber, likeness, street_key, whole_number
from kortrijk_geo.pack.addresses import AddressBook, AddressMatch, AddressMiss, told
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
[layers.addresses]
reader = "vector"
file = "addresses.gpkg"
[layers.childcare]
reader = "table-addresses"
file = "creches.csv"
ids_from_rows = true
most_left_out = 0.9
columns = { name = "adres" }
values = { kind = "group" }
"""


@pytest.fixture(scope="module")
def book() -> AddressBook:
    return AddressBook(house_points())


@pytest.fixture(scope="module")
def city() -> City:
    info = PackInfo("Kortrijk (test)", "EPSG:31370", layers={"addresses": LayerRecord("x", "2024-12-31")})
    return City(Path("test"), info, {"addresses": house_points()})


@pytest.mark.parametrize(("text", "label", "remark"), FOUND)
def test_what_is_meant_is_found_and_what_differs_is_told(
    book: AddressBook, city: City, text: str, label: str, remark: str
) -> None:
    answer = book.find(text)
    assert isinstance(answer, AddressMatch), answer
    assert answer.address == label
    assert Point(answer.x, answer.y) == place_of(label)
    assert (remark in told(answer)) if remark else (told(answer) == "")
    place = place_in_city(text, city)
    assert (place.x, place.y, place.address, place.remark) == (answer.x, answer.y, label, told(answer))
    # Another house, or a street read otherwise than written, is for whoever decides to look at.
    assert place.is_near == any(word in told(answer) for word in ("dichtstbijzijnde", "anders geschreven"))


@pytest.mark.parametrize(("text", "reason"), MISSED)
def test_what_is_no_house_is_none_and_says_why(book: AddressBook, city: City, text: str, reason: str) -> None:
    answer = book.find(text)
    assert isinstance(answer, AddressMiss), answer
    assert answer.reason == reason
    with pytest.raises(OptionError) as refused:
        place_in_city(text, city)
    assert all(near in str(refused.value) for near in answer.nearest)


def test_a_table_of_addresses_gets_the_same_places(tmp_path: Path, book: AddressBook) -> None:
    texts = [text for text, *_ in (*FOUND, *MISSED) if text.strip()]
    pd.DataFrame({"adres": texts, "soort": "x"}).to_csv(tmp_path / "creches.csv", sep="|", index=False)
    house_points().to_file(tmp_path / "addresses.gpkg")
    square = [box(X - 500, Y - 500, X + 500, Y + 500)]
    areas = gpd.GeoDataFrame({"area_id": ["1"], "name": ["Dorp"]}, geometry=square, crs="EPSG:31370")
    areas.to_file(tmp_path / "areas.gpkg")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    build_pack(tmp_path / "recipe.toml", tmp_path, tmp_path / "pack")
    placed = open_city(tmp_path / "pack").childcare.set_index("name").geometry
    for text in texts:
        answer = book.find(text)
        if isinstance(answer, AddressMatch):
            assert placed[text.strip()] == Point(answer.x, answer.y)
        else:
            assert text not in placed.index


def test_the_nearest_of_an_unknown_street_are_named(city: City) -> None:
    with pytest.raises(
        OptionError, match=r"adres niet gevonden: 'Groeningestraat 2'.*nearest: Groeninge(kaai|laan), 8500"
    ):
        place_in_city("Groeningestraat 2", city)
    with pytest.raises(OptionError, match=r"niet eenduidig: Kerkstraat 1, 8500 Kortrijk; Kerkstraat 1, 8501 Kortrijk"):
        place_in_city("Kerkstraat 1", city)
    with pytest.raises(OptionError, match="add the house number"):
        place_in_city("Meensesteenweg", city)


def test_a_house_of_the_neighbours_is_not_in_the_city() -> None:
    frame = pd.concat(
        [house_points(), house_points().iloc[:1].assign(address_id="b", municipality="Menen", postcode="8930")]
    )
    info = PackInfo("Kortrijk", "EPSG:31370", layers={"addresses": LayerRecord("x", "2024-12-31")})
    city = City(Path("test"), info, {"addresses": frame.reset_index(drop=True)})
    assert place_in_city("Meensesteenweg 12", city).municipality == "Kortrijk"
    with pytest.raises(OptionError, match="niet in Kortrijk maar in Menen"):
        place_in_city("Meensesteenweg 12, Menen", city)


def test_an_unknown_postcode_or_town_of_the_pack_refuses_nothing() -> None:
    book = AddressBook(house_points().drop(columns=["postcode", "municipality"]))
    answer = book.find("Meensesteenweg 12, 8500 Kortrijk")
    assert isinstance(answer, AddressMatch)
    assert answer.address == "Meensesteenweg 12"


def test_parts_of_an_address_are_read_as_the_whole(book: AddressBook) -> None:
    parts = book.find_parts("Meense stwg", "12 bus 3", postcode="8500", municipality="Kortrijk")
    assert isinstance(parts, AddressMatch)
    assert parts.level == "without box"
    assert isinstance(book.find_parts("Meensesteenweg 12", "", postcode="8500"), AddressMatch)
    for number in ("2024-03-12", "12-mrt", "mrt-12", "twaalf", "0x12"):
        miss = book.find_parts("Meensesteenweg", number)
        assert isinstance(miss, AddressMiss)
        assert miss.reason == "unreadable"
    twice = book.find_parts("Meensesteenweg 12", "7")
    assert isinstance(twice, AddressMiss)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", HouseNumber(12)),
        ("12b", HouseNumber(12, "b")),
        ("12 bis", HouseNumber(12, "bis")),
        ("12-14", HouseNumber(12, last=14)),
        ("12 + 14", HouseNumber(12, last=14)),
        ("12-3", HouseNumber(12, box="3")),
        ("12/3", HouseNumber(12, box="3")),
        ("12 b 3", HouseNumber(12, box="3")),
        ("12A bte 4", HouseNumber(12, "a", box="4")),
        ("nr. 12 app. 2.01", HouseNumber(12, box="2.01")),
        ("12 winkel", None),
        ("", None),
        ("123456", None),
    ],
)
def test_house_numbers_are_taken_apart(text: str, number: HouseNumber | None) -> None:
    assert whole_number(text) == number


def test_likeness_counts_what_stands_before_the_ending() -> None:
    assert street_key("Meense  Stwg.") == street_key("MEENSESTEENWEG") == "meensesteenweg"
    assert likeness("kerstraat", "kerkstraat") == pytest.approx(1 - 1 / 7)
    assert likeness("menesesteenweg", "meensesteenweg") == pytest.approx(1 - 1 / 12)
    # Other streets: another ending, another first letter, another figure, another letter in a short name.
    for asked, known in [
        ("groeningestraat", "groeningelaan"), ("kerkstraat", "berkstraat"), ("2ekapelstraat", "3ekapelstraat"),
        ("beekstraat", "beerstraat"),
    ]:  # fmt: skip
        assert likeness(asked, known) < 0.85


def test_every_house_is_found_by_its_own_address(book: AddressBook) -> None:
    for row, (street, number, postcode) in enumerate(HOUSES):
        answer = book.find(f"{street} {number}, {postcode} Kortrijk")
        assert isinstance(answer, AddressMatch)
        assert (answer.row, answer.level, answer.same_street) == (row, "same", True)
