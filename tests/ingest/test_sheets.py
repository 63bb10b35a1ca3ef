"""A map in sheets: ``file`` of a source, of rows or of pixels, may be a list."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import LineString, box

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.pack.city import open_city

X, Y = 72_000, 168_000
RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
[sources.wijken]
file = ["wijken_1.gpkg", "wijken_2.gpkg"]
source = "us"
licence = "CC0"
reference_date = "2025-01-01"
[sources.bbk]
file = ["bbk_1.tif", "bbk_2.tif"]
legend = "bbk"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
from = "wijken"
columns = { area_id = "code", name = "naam" }
[[layers.areas.tables]]
file = "mensen.csv"
key = "wijk"
on = "area_id"
columns = { population = "inwoners" }
[layers.water]
reader = "vector"
file = ["water_1.gpkg", "water_2.gpkg"]
columns = { water_id = "id", kind = "soort" }
source = "us"
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()

    def write(name: str, shapes: list[object], **columns: list[str]) -> None:
        gpd.GeoDataFrame(columns, geometry=shapes, crs=31370).to_file(folder / name)

    write("wijken_1.gpkg", [box(X, Y, X + 500, Y + 500)], code=["a"], naam=["Oost"])
    write("wijken_2.gpkg", [box(X + 500, Y, X + 1000, Y + 500)], code=["b"], naam=["West"])
    (folder / "mensen.csv").write_text("wijk,inwoners\na,100\nb,50\n")
    brook = LineString([(X + 400, Y + 100), (X + 600, Y + 100)])
    pond, pool = box(X + 10, Y + 10, X + 30, Y + 30), box(X + 900, Y + 10, X + 930, Y + 30)
    write("water_1.gpkg", [pond, brook], id=["1", "2"], soort=["pond", "stream"])
    write("water_2.gpkg", [brook, pool], id=["2", "3"], soort=["stream", "pond"])
    return folder


def build(files: Path, recipe: str = RECIPE) -> tuple[list[str], Path]:
    path = files.parent / "dorp.toml"
    path.write_text(recipe.replace('[sources.bbk]\nfile = ["bbk_1.tif", "bbk_2.tif"]\nlegend = "bbk"\n', ""))
    report = build_pack(path, files, files.parent / "pack")
    return [finding.message for finding in report.findings], files.parent / "pack"


def test_sheets_become_one_layer_with_its_tables_joined_once(files: Path) -> None:
    messages, out = build(files)
    city = open_city(out)
    assert city.areas.set_index("area_id")["population"].to_dict() == {"a": 100.0, "b": 50.0}
    assert sorted(city.water["water_id"]) == ["1", "2", "3"]
    assert "water_1.gpkg, water_2.gpkg: 1 rows stand alike on several sheets: kept once" in messages
    assert city.info.layers["areas"].reference_date == "2025-01-01"


def test_what_differs_under_one_id_is_refused(files: Path) -> None:
    west = {"code": ["a"], "naam": ["West"]}
    gpd.GeoDataFrame(west, geometry=[box(X + 500, Y, X + 900, Y + 500)], crs=31370).to_file(files / "wijken_2.gpkg")
    with pytest.raises(DataError, match=r"\[layers.areas\]: 1 values of area_id stand on more than one row: a"):
        build(files)


@pytest.mark.parametrize(
    ("list_", "message"),
    [
        ("[]", "must be the name of a file, or of several"),
        ('["water_1.gpkg", 3]', "must be the name of a file, or of several"),
        ('["water_1.gpkg", "water_1.gpkg"]', "names the tile 'water_1.gpkg' twice"),
    ],
)
def test_a_list_that_is_none_is_refused(files: Path, list_: str, message: str) -> None:
    with pytest.raises(DataError, match=r"\[layers.water\].*" + message):
        build(files, RECIPE.replace('["water_1.gpkg", "water_2.gpkg"]', list_))


def test_a_sheet_that_is_missing_is_named(files: Path) -> None:
    (files / "water_2.gpkg").unlink()
    with pytest.raises(MissingFileError, match=r"\[layers.water\]: file 'water_2.gpkg' is not in"):
        build(files)


def test_the_tiles_of_a_source_become_one_raster(files: Path) -> None:
    for number, left in ((1, X), (2, X + 500)):
        place = {"width": 100, "height": 100, "count": 1, "dtype": "float32", "crs": "EPSG:31370"}
        with rasterio.open(files / f"h{number}.tif", "w", transform=from_origin(left, Y + 500, 5, 5), **place) as tile:
            tile.write(np.full((100, 100), 10.0 * number, dtype="float32"), 1)
    source = '[sources.hoogte]\nfile = ["h1.tif", "h2.tif"]\nsource = "us"\n[study_area]'
    recipe = RECIPE.replace("[study_area]", source) + '[rasters.elevation]\nreader = "raster"\nfrom = "hoogte"\n'
    _, out = build(files, recipe)
    with rasterio.open(out / "elevation.tif") as made:
        values = made.read(1)
    assert values.shape == (100, 200)
    assert set(np.unique(values[:, :100])) == {10.0}
    assert set(np.unique(values[:, 100:])) == {20.0}


def test_the_parts_of_a_list_know_their_table(files: Path) -> None:
    path = files.parent / "dorp.toml"
    path.write_text(RECIPE.replace('legend = "bbk"\n', ""))
    parts = load_recipe(path).layers
    assert [part.get("file") for part in parts["areas"]] == ["wijken_1.gpkg", "wijken_2.gpkg"]
    assert [len(part.get("tables")) for part in parts["areas"]] == [1, 0]
