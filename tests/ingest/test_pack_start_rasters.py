"""`pack start` on rasters as people have them: what it proposes builds, with the figures of the file, or tells why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.starting import Started, start_recipe

if TYPE_CHECKING:
    from pathlib import Path

    from affine import Affine
    from numpy.typing import NDArray

LEFT, LOW, SIDE, PIXEL = 72_000, 167_000, 500, 5
PLACE = from_origin(LEFT - 100, LOW + 1100, PIXEL, PIXEL)
DICE = np.random.default_rng(1)
HEIGHTS = (DICE.random((240, 240)) * 20).astype("float32")
CODES = DICE.integers(1, 5, (240, 240)).astype("uint8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dorp"
    made.mkdir()
    corners = [(LEFT + column * SIDE, LOW + row * SIDE) for row in (0, 1) for column in (0, 1)]
    boxes = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    names = {"wijkcode": list("abcd"), "wijknaam": ["Oost", "West", "Noord", "Zuid"]}
    gpd.GeoDataFrame(names, geometry=boxes, crs=31370).to_file(made / "wijken.gpkg")
    return made


def write(
    path: Path, values: NDArray[Any], *, crs: str | None = "EPSG:31370", place: Affine = PLACE, driver: str = "GTiff"
) -> None:
    bands = values if values.ndim == 3 else values[None]
    size = {"width": bands.shape[2], "height": bands.shape[1], "count": bands.shape[0], "dtype": bands.dtype}
    with rasterio.open(path, "w", driver=driver, crs=crs, transform=place, **size) as made:
        made.write(bands)


def in_degrees(columns: int, rows: int) -> Affine:
    around = gpd.GeoSeries([shapely.box(LEFT - 100, LOW - 100, LEFT + 1100, LOW + 1100)], crs=31370)
    west, south, east, north = around.to_crs(4326).total_bounds
    return from_origin(west, north, (east - west) / columns, (north - south) / rows)


def start(folder: Path) -> Started:
    return start_recipe(folder, folder.parent / "dorp.toml")


def built(folder: Path, raster: str) -> NDArray[Any]:
    report = build_pack(folder.parent / "dorp.toml", folder, folder.parent / "pack")
    assert list(report.info.rasters) == [raster]
    with rasterio.open(folder.parent / "pack" / f"{raster}.tif") as made:
        values: NDArray[Any] = made.read(1)
    return values


def said(started: Started, file: str) -> tuple[str, str]:
    texts = [(one.verdict, one.message) for one in started.remarks if one.file.startswith(file)]
    return texts[0][0], " ".join(text for _, text in texts)


@pytest.mark.parametrize(
    ("file", "raster", "values"),
    [
        ("bodembedekking_2021.tif", "land_cover", CODES), ("BBK1_21.tif", "land_cover", CODES),
        ("groenkaart.tif", "green_cover", CODES), ("hoogtemodel_dtm.tif", "elevation", HEIGHTS),
        ("DEM.tif", "elevation", HEIGHTS), ("oppervlaktetemperatuur.tif", "surface_temperature", HEIGHTS),
    ],
)  # fmt: skip
def test_a_raster_called_as_what_it_is_is_taken(folder: Path, file: str, raster: str, values: NDArray[Any]) -> None:
    write(folder / file, values)
    assert said(start(folder), file)[0] == "taken"
    made = built(folder, raster)
    inside = slice(20, 220)
    if values is HEIGHTS:
        assert np.array_equal(made, values[inside, inside])
    else:
        assert made.shape == (200, 200)
        assert len(np.unique(made)) > 1


def test_a_raster_in_degrees_says_its_pixels_and_keeps_its_values(folder: Path) -> None:
    # Warmer to the north, so that what is turned or moved is seen.
    rows = np.linspace(40, 20, 40, dtype="float32")[:, None]
    write(folder / "LST.tif", np.repeat(rows, 40, axis=1), crs="EPSG:4326", place=in_degrees(40, 40))
    started = start(folder)
    assert 'crs = "EPSG:4326"' in started.text
    assert "pixel_m = 30" in started.text
    assert "is in degrees; it is brought to EPSG:31370 in pixels of 30 m" in said(started, "LST")[1]
    made = built(folder, "surface_temperature")
    made = np.where(made < -100, np.nan, made)
    assert np.nanmean(made[:3]) == pytest.approx(38, abs=1)
    assert np.nanmean(made[-3:]) == pytest.approx(22, abs=1)


def test_codes_in_degrees_are_built_too(folder: Path) -> None:
    write(folder / "groenkaart.tif", CODES, crs="EPSG:4326", place=in_degrees(240, 240))
    start(folder)
    assert len(np.unique(built(folder, "green_cover"))) > 1


def test_a_picture_with_a_world_file_lies_where_the_areas_are(folder: Path) -> None:
    write(folder / "groenkaart.png", CODES, crs=None, driver="PNG")
    for beside in folder.glob("*.aux.xml"):
        beside.unlink()
    (folder / "groenkaart.pgw").write_text(f"5\n0\n0\n-5\n{LEFT - 97.5}\n{LOW + 1097.5}\n")
    verdict, text = said(start(folder), "groenkaart")
    assert verdict == "taken"
    assert "does not say its CRS; EPSG:31370 puts it at the areas" in text
    assert built(folder, "green_cover").shape == (200, 200)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_picture_without_a_place_is_in_doubt(folder: Path) -> None:
    write(folder / "groenkaart.png", CODES, crs=None, driver="PNG")
    for beside in folder.glob("*.aux.xml"):
        beside.unlink()
    verdict, text = said(start(folder), "groenkaart")
    assert verdict == "in doubt"
    assert "has no place on the map" in text


def test_the_sheets_of_a_map_are_one_raster(folder: Path) -> None:
    write(folder / "hoogte_1.tif", HEIGHTS[:, :120])
    write(folder / "hoogte_2.tif", HEIGHTS[:, 120:], place=from_origin(LEFT + 500, LOW + 1100, PIXEL, PIXEL))
    started = start(folder)
    assert 'file = ["hoogte_1.tif", "hoogte_2.tif"]' in started.text
    assert np.array_equal(built(folder, "elevation"), HEIGHTS[20:220, 20:220])


def test_of_two_rasters_of_one_place_one_is_taken_and_the_other_told(folder: Path) -> None:
    write(folder / "hoogte_2020.tif", HEIGHTS)
    write(folder / "hoogte_2024.tif", HEIGHTS + 1)
    started = start(folder)
    assert said(started, "hoogte_2020")[0] == "taken"
    assert said(started, "hoogte_2024") == ("in doubt", "another file feeds elevation; take one of them")


@pytest.mark.parametrize(
    ("file", "values", "place", "verdict", "message"),
    [
        ("hoogte_kleur.tif", np.full((3, 60, 60), 9, "uint8"), PLACE, "in doubt", "has 3 bands; add band = 1"),
        ("luchtfoto.tif", np.full((3, 60, 60), 9, "uint8"), PLACE, "left out", "nothing in its name tells"),
        ("boomkronen.tif", CODES, PLACE, "left out", "nothing in its name tells"),
        ("hoogte.tif", HEIGHTS, from_origin(200_000, 200_000, 5, 5), "in doubt", "does not touch the study area"),
        ("LST_kelvin.tif", HEIGHTS + 290, PLACE, "in doubt", "are no land surface temperature in degrees C"),
        ("groenkaart.tif", CODES + 90, PLACE, "in doubt", "has codes that the legend groenkaart does not know"),
    ],
)
def test_what_is_in_doubt_is_not_taken(
    folder: Path, file: str, values: NDArray[Any], place: Affine, verdict: str, message: str
) -> None:
    write(folder / file, values, place=place)
    started = start(folder)
    assert said(started, file)[0] == verdict
    assert message in said(started, file)[1]
    report = build_pack(folder.parent / "dorp.toml", folder, folder.parent / "pack")
    assert not report.info.rasters
