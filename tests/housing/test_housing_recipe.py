"""From raw tables to figures: a table per wijk and one per sector of provincies in cijfers, with suppressed counts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from housing_town import CRS, squares

from kortrijk_geo import housing
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

IDS = ["34022W01", "34022W02", "34022W03"]
HEAD = """
name = "Dorp"
crs = "EPSG:31370"
nis_code = "34022"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
columns = { area_id = "code", name = "naam" }
source = "wij"
licence = "CC0"
reference_date = "2024-12-31"
"""
PER_WIJK = """
[[layers.areas.tables]]
file = "wonen.%s"
key = "geoitem"
decimal = ","
columns = { social_dwellings = "Sociale huurwoningen", households_private = "Private huishoudens" }
"""
PER_SECTOR = """
[layers.sectors]
reader = "table"
file = "sectoren.csv"
columns = { sector_id = "sector", name = "naam", area_id = "wijk" }
source = "wij"
licence = "CC0"
reference_date = "2024-12-31"
[[layers.areas.tables]]
file = "wonen.csv"
key = "sector"
through = { layer = "sectors", key = "sector_id", to = "area_id" }
sum = true
not_located = ["34022ZZZZ"]
columns = { social_dwellings = "sociaal", households_private = "huishoudens" }
"""


@pytest.fixture
def build(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    gpd.GeoDataFrame({"code": IDS, "naam": ["een", "twee", "drie"]}, geometry=squares(3), crs=CRS).to_file(
        files / "areas.gpkg"
    )

    def make(recipe, **tables):
        for name, content in tables.items():
            (files / f"{name}.csv").write_text(content, encoding="utf-8-sig")
        (tmp_path / "dorp.toml").write_text(HEAD + recipe, encoding="utf-8")
        build_pack(tmp_path / "dorp.toml", files, tmp_path / "pack")
        return open_city(tmp_path / "pack")

    make.files = files
    return make


@pytest.mark.parametrize("marker", ["?", "x", "-"])
def test_a_table_per_wijk_with_a_suppressed_count(build, marker):
    table = (
        f"geoitem;Sociale huurwoningen;Private huishoudens\n{IDS[0]};92;1.000\n{IDS[1]};{marker};500\n{IDS[2]};8;200\n"
    )
    result = housing.analyse(build(PER_WIJK % "csv", wonen=table), allocation=False)
    np.testing.assert_allclose(result.areas["social_per_100_households"], [9.2, np.nan, 4.0])
    assert any("onbekend (wijken, 1 van 3): twee" in note for note in result.notes)


def test_a_workbook_per_wijk(build):
    book = openpyxl.Workbook()
    for row in (["geoitem", "Sociale huurwoningen", "Private huishoudens"], [IDS[0], 92, 1000], [IDS[1], "x", 500]):
        book.active.append(row)
    book.save(build.files / "wonen.xlsx")
    result = housing.analyse(build(PER_WIJK % "xlsx"), allocation=False)
    assert result.areas["social_per_100_households"].iloc[0] == 9.2
    assert result.areas["status"].tolist() == ["haalt 9", "onbekend", "onbekend"]


def test_a_table_per_sector_is_summed_to_the_wijk_of_today_whatever_wijk_the_table_says(build):
    sectors = f"sector;naam;wijk\nS1;s1;{IDS[0]}\nS2;s2;{IDS[1]}\nS3;s3;{IDS[1]}\nS4;s4;{IDS[2]}\n"
    # S2 was in the first wijk when the table was made; the sum goes by the pack's own table of sectors.
    table = (
        "sector;wijk;sociaal;huishoudens\nS1;34022WJ;10;100\nS2;34022WJ;5;100\nS3;34022WI;15;100\nS4;34022WF;-;100\n"
        "34022ZZZZ;;3;7\n"
    )
    city = build(PER_SECTOR, sectoren=sectors, wonen=table)
    result = housing.analyse(city, allocation=False)
    np.testing.assert_allclose(result.areas["social_dwellings"], [10, 20, np.nan])
    np.testing.assert_allclose(result.areas["households_private"], [100, 200, 100])
    assert result.city["households_private"] == 407
    assert np.isnan(result.city["social_dwellings"])
