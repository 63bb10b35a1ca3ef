"""Creches by address: placed at their house, and every row that is not exactly there is told by its row."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from address_list import X, Y, house_points, place_of
from shapely.geometry import box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

HEAD = """
name = "Kortrijk"
crs = "EPSG:31370"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
"""
ADDRESSES = '[layers.addresses]\nreader = "vector"\nfile = "addresses.gpkg"\n'
CRECHES = """
[layers.childcare]
reader = "table-addresses"
file = "creches.xlsx"
ids_from_rows = true
columns = { name = "Naam", places = "Plaatsen" }
values = { kind = "group" }
"""
ROWS = [
    ("Bij", 20, "Meense steenweg", "12", "8500", "Kortrijk"),
    ("Mier", 10, "Kerkstraat", 1, 8501, "Heule"),
    ("Vlo", 12, "Meensesteenweg", "18", 8500, "Kortrijk"),
    ("Mug", 14, "Grote Markt", "54 bus 2", 8500, "KORTRIJK"),
    ("Wesp", 16, "Doorniksestraat", 4.0, 8500.0, "Kortrijk"),
    ("Tor", 18, "Groeningestraat", "2", 8500, "Kortrijk"),
]
COLUMNS = ["Naam", "Plaatsen", "Straat", "Huisnr.", "Postcode", "Gemeente"]


@pytest.fixture
def build(tmp_path):
    house_points().to_file(tmp_path / "addresses.gpkg")
    square = [box(X - 500, Y - 500, X + 500, Y + 500)]
    areas = gpd.GeoDataFrame({"area_id": ["1"], "name": ["Dorp"]}, geometry=square, crs="EPSG:31370")
    areas.to_file(tmp_path / "areas.gpkg")

    def built(rows=ROWS, columns=COLUMNS, *, recipe=CRECHES, head=HEAD + ADDRESSES):
        pd.DataFrame(rows, columns=columns).to_excel(tmp_path / "creches.xlsx", index=False)
        (tmp_path / "recipe.toml").write_text(head + recipe, encoding="utf-8")
        report = build_pack(tmp_path / "recipe.toml", tmp_path, tmp_path / "pack")
        said = [(item.level, item.message, item.count) for item in report.findings if item.layer == "childcare"]
        return open_city(tmp_path / "pack").childcare.set_index("name"), said

    built.pack = tmp_path / "pack"
    return built


def test_rows_stand_at_their_house_and_the_others_are_told_by_row(build):
    placed, said = build()
    assert list(placed.index) == ["Bij", "Mier", "Vlo", "Mug", "Wesp"]
    assert placed.geometry["Bij"] == place_of("Meensesteenweg 12, 8500 Kortrijk")
    assert placed.geometry["Mier"] == place_of("Kerkstraat 1, 8501 Kortrijk")
    assert placed.geometry["Vlo"] == place_of("Meensesteenweg 20, 8500 Kortrijk")
    assert placed.geometry["Wesp"] == place_of("Doornikstraat 4, 8500 Kortrijk")
    assert list(placed["places"]) == [20, 10, 12, 14, 16]
    lost, near, reread, boxes = [next(one for one in said if words in one[1]) for words in (
        "without a house", "nearest house number", "nearly theirs", "without box",
    )]  # fmt: skip
    assert lost[0] == near[0] == reread[0] == "warning"
    assert lost[2] == near[2] == reread[2] == boxes[2] == 1
    assert "row 7 'Groeningestraat 2, 8500 Kortrijk' (no such street; nearest: Groeninge" in lost[1]
    assert "row 4 'Meensesteenweg 18, 8500 Kortrijk' at 'Meensesteenweg 20, 8500 Kortrijk'" in near[1]
    assert "row 6 'Doorniksestraat 4, 8500 Kortrijk' at 'Doornikstraat 4" in reread[1]
    assert boxes[0] == "info"
    assert "row 5 at 'Grote Markt 54" in boxes[1]


def test_the_check_of_the_pack_says_it_again(build):
    _, said = build()
    again = [item.message for item in check_pack(build.pack) if item.level == "warning"]
    warnings = [message for level, message, _ in said if level == "warning"]
    assert len(warnings) == 3
    assert set(warnings) <= set(again)


def test_one_column_may_hold_the_whole_address(build):
    rows = [("Bij", "Meensesteenweg 12, 8500 Kortrijk"), ("Mug", "Grote Markt 54\n8500 Kortrijk")]
    recipe = CRECHES.replace(', places = "Plaatsen"', "")
    placed, _ = build(rows, ["Naam", "Adres"], recipe=recipe)
    assert placed.geometry["Mug"] == place_of("Grote Markt 54, 8500 Kortrijk")
    rows = [("Bij", "Kerkstraat 1", "8501", 7), ("Mug", "Kerkstraat 1", "8500", 8)]
    named = recipe + 'address = "Waar"\n'
    placed, _ = build(rows, ["Naam", "Waar", "Postcode", "nr"], recipe=named)
    assert placed.geometry["Bij"] == place_of("Kerkstraat 1, 8501 Kortrijk")
    assert placed.geometry["Mug"] == place_of("Kerkstraat 1, 8500 Kortrijk")


def test_a_column_of_boxes_goes_with_the_number(build):
    rows = [("Bij", "Veldstraat", "12", "2"), ("Mug", "Veldstraat", "12", "1")]
    recipe = CRECHES.replace(', places = "Plaatsen"', "")
    placed, _ = build(rows, ["Naam", "straatnaam", "Huisnummer", "Bus"], recipe=recipe)
    assert placed.geometry["Bij"] == place_of("Veldstraat 12/2, 8500 Kortrijk")
    assert placed.geometry["Mug"] == place_of("Veldstraat 12/1, 8500 Kortrijk")


def test_only_the_rows_that_are_chosen_count(build):
    far = [(f"Ver {n}", 5, "Steenstraat", n, 8000, "Brugge") for n in range(1, 20)]
    placed, _ = build(ROWS + far, recipe=CRECHES + 'where = { Gemeente = ["Kortrijk", "KORTRIJK", "Heule"] }\n')
    assert len(placed) == 5
    with pytest.raises(DataError, match=r"20 of 25 rows have no house .* most_left_out = 0.5 allows: row 7 "):
        build(ROWS + far)
    placed, said = build(ROWS + far, recipe=CRECHES + "most_left_out = 0.9\n")
    assert len(placed) == 5
    assert any(count == 20 for *_, count in said)


def test_a_number_that_a_spreadsheet_made_a_date_is_no_number(build):
    rows = [
        *ROWS[:5],
        ("Date", 5, "Meensesteenweg", dt.date(2024, 3, 12), 8500, "Kortrijk"),
        ("Niets", 5, *[None] * 4),
    ]
    placed, said = build(rows)
    assert "Date" not in placed.index
    lost = next(message for _, message, _ in said if "without a house" in message)
    assert "row 7 'Meensesteenweg 2024-03-12, 8500 Kortrijk' (cannot be read as an address" in lost
    assert "row 8 (has no address)" in lost


@pytest.mark.parametrize(
    ("columns", "recipe", "message"),
    [
        (
            ["Naam", "Plaatsen", "Straat", "Huisnr", "nr", "x"],
            CRECHES,
            "'Huisnr', 'nr' may all be the number; say number",
        ),
        (["Naam", "Plaatsen", "Straat", "Adres", "nr", "x"], CRECHES, "'Adres', 'Straat' are all there; say address ="),
        (
            ["Naam", "Plaatsen", "a", "b", "c", "d"],
            CRECHES,
            "no column of it is called as addresses are; say address =",
        ),
        (COLUMNS, CRECHES + 'street = "Strat"\n', "has no column 'Strat'; did you mean 'Straat'"),
        (COLUMNS, CRECHES + 'address = "Straat"\nnumber = "Huisnr."\n', "leave number out"),
        (COLUMNS, CRECHES + "most_left_out = 2\n", "most_left_out"),
    ],
)
def test_columns_that_are_not_clear_are_refused(build, columns, recipe, message):
    with pytest.raises(DataError) as refused:
        build(columns=columns, recipe=recipe)
    assert message in str(refused.value)


def test_without_addresses_there_is_nothing_to_look_up(build):
    with pytest.raises(DataError, match=r"add a table \[layers.addresses\]"):
        build(head=HEAD)
    with pytest.raises(DataError, match="layer parcels has none"):
        build(recipe=CRECHES.replace("childcare", "parcels"))
    with pytest.raises(DataError, match="layer addresses has none"):
        build(recipe=CRECHES.replace("childcare", "addresses"), head=HEAD)
