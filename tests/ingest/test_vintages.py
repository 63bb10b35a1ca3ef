"""Tables and areas of two divisions of a city are not joined, unless all their codes are the same."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

X, Y = 72000, 168000
RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "sectoren.gpkg"
vintage = "2025"
[[layers.areas.tables]]
file = "huishoudens.csv"
vintage = "{vintage}"
key = "sector"
not_located = ["ZZZZ"]
columns = {{ households_private = "huishoudens" }}
"""


def build(folder: Path, codes: list[str], *, vintage: str) -> Path:
    shapes = [box(X + 100 * n, Y, X + 100 * n + 100, Y + 100) for n in range(10)]
    names = [f"S{n}" for n in range(10)]
    gpd.GeoDataFrame({"area_id": names, "name": names}, geometry=shapes, crs="EPSG:31370").to_file(
        folder / "sectoren.gpkg"
    )
    rows = [f"{code},{10 + n}" for n, code in enumerate([*codes, "ZZZZ"])]
    (folder / "huishoudens.csv").write_text("\n".join(["sector,huishoudens", *rows]) + "\n")
    (folder / "dorp.toml").write_text(RECIPE.format(vintage=vintage))
    build_pack(folder / "dorp.toml", folder, folder / "pack")
    return folder / "pack"


def test_one_code_that_changed_refuses_the_whole_table_with_the_match_rate(tmp_path: Path) -> None:
    codes = [*(f"S{n}" for n in range(9)), "T9"]
    with pytest.raises(DataError, match=r"\.csv: is of vintage 2024.*codes of 2025: 9 of 10 codes have a row"):
        build(tmp_path, codes, vintage="2024")
    assert not (tmp_path / "pack").exists()


def test_nearly_all_codes_changed_as_in_lendelede(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 of 10 codes have a row in it, and 1 of its 11 codes are known"):
        build(tmp_path, ["S0", *(f"T{n}" for n in range(10))], vintage="2024")


def test_a_division_of_which_all_codes_stayed_is_joined_as_in_kortrijk(tmp_path: Path) -> None:
    pack = build(tmp_path, [f"S{n}" for n in range(10)], vintage="2024")
    city = open_city(pack)
    assert city.areas["households_private"].tolist() == [10.0 + n for n in range(10)]
    assert city.info.layers["areas"].vintage == "2025"


def test_of_one_vintage_a_code_that_is_absent_is_told_as_before(tmp_path: Path) -> None:
    pack = build(tmp_path, [*(f"S{n}" for n in range(9)), "T9"], vintage="2025")
    assert open_city(pack).areas["households_private"].isna().tolist() == [False] * 9 + [True]
