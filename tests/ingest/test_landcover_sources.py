"""Raw rasters that are not as they should be: each is named, none is swallowed; and those that only need warping."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from raster_yard import COMPOSE, X, Y, codes_of, make_yard, one_raster, said
from rasterio.windows import Window

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.errors import CrsError, DataError, MissingFileError
from kortrijk_geo.ingest import landcover_source
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.landcover_rules import RULES_FILE, load_rules
from kortrijk_geo.ingest.report import Findings

BBK = np.resize(np.arange(1, 15, dtype="uint8"), (10, 20))
TEMPERATURE = one_raster("", name="surface_temperature", extra="band = 2")


@pytest.fixture
def yard(tmp_path):
    return make_yard(tmp_path)


def test_codes_that_are_not_in_the_legend_are_listed_with_their_counts(yard):
    pixels = BBK.copy()
    pixels[0, :3], pixels[1, 0] = 77, 99
    yard.raster("map.tif", pixels)
    with pytest.raises(DataError, match=r"map\.tif: has codes .*legend bbk does not know: 77 \(3 pixels\), 99 \(1 p"):
        yard.build(one_raster("bbk"))
    yard.raster("map.tif", np.where(pixels == 77, -5, pixels.astype("float32") + 0.5), nodata=-5)
    with pytest.raises(DataError, match=r"1\.5 \(\d+ pixels\), 10\.5 "):
        yard.build(one_raster("bbk"))
    assert not (yard.folder / "pack").exists()


def test_another_legend_than_declared_is_refused(yard):
    yard.raster("map.tif", np.full((10, 20), 50, dtype="uint8"))
    with pytest.raises(DataError, match=r"jaarbak does not know: 50 \(200 pixels\).*Known are 0, 1 and no data 255"):
        yard.build(one_raster("jaarbak"))


def test_codes_in_a_wider_type_are_read_and_the_declared_no_data_is_0(yard):
    pixels = BBK.astype("int16")
    pixels[0] = -9999
    yard.raster("map.tif", pixels, nodata=-9999)
    _, city = yard.build(one_raster("bbk"))
    np.testing.assert_array_equal(codes_of(city), np.where(pixels < 0, 0, pixels))


def test_no_data_that_only_the_file_declares_is_0_and_no_code(yard):
    pixels = BBK.copy()
    pixels[0] = 254
    yard.raster("map.tif", pixels, nodata=254)
    report, city = yard.build(one_raster("bbk"))
    assert codes_of(city)[0].tolist() == [0] * 20
    assert "info: 0.00 km2 of the study area (10.0%) has no data in it" in said(report)


def test_a_file_that_declares_unsealed_as_no_data_is_read_by_the_legend_and_told(yard):
    yard.raster("map.tif", np.eye(10, 20, dtype="uint8"), nodata=0)
    report, city = yard.build(one_raster("jaarbak"))
    assert (codes_of(city) == 6).sum() == 190
    assert any("declares 0 as no data, but in the legend jaarbak it is 'niet afgedekt' (190" in t for t in said(report))


@pytest.mark.parametrize(("legend", "empty"), [("bbk", 0), ("jaarbak", 255), ("worldcover", 0)])
def test_a_raster_of_nothing_but_no_data_is_refused(yard, legend, empty):
    yard.raster("map.tif", np.full((10, 20), empty, dtype="uint8"))
    with pytest.raises(DataError, match="nothing but no-data in the study area"):
        yard.build(one_raster(legend))


def test_a_zero_filled_sealing_map_is_refused_and_one_code_of_another_map_is_told(yard):
    yard.raster("map.tif", np.zeros((10, 20), dtype="uint8"))
    with pytest.raises(DataError, match=r"is 0 \('niet afgedekt'\) throughout .* may be zero-filled"):
        yard.build(one_raster("jaarbak"))
    yard.raster("map.tif", np.full((10, 20), 7, dtype="uint8"))
    report, _ = yard.build(one_raster("bbk"))
    assert any(text.startswith("warning: map.tif: is 7 ('akker') throughout") for text in said(report))


def test_a_raster_without_crs_needs_one_in_the_recipe(yard):
    yard.raster("map.tif", BBK, crs=None)
    with pytest.raises(CrsError, match=r'map\.tif: has no coordinate reference system; add crs = "EPSG'):
        yard.build(one_raster("bbk"))
    _, city = yard.build(one_raster("bbk", extra='crs = "EPSG:31370"'))
    np.testing.assert_array_equal(codes_of(city), BBK)


def in_degrees(yard, **extra):
    """The codes of BBK's first two rows, west 7 and east 8, on a grid in degrees of about 2 m."""
    west, north = Transformer.from_crs(31370, 4326, always_xy=True).transform(X - 20, Y + 20)
    step = 2e-5
    columns = np.arange(60)
    lon = west + (columns + 0.5) * step
    east = Transformer.from_crs(4326, 31370, always_xy=True).transform(lon, np.full(60, north))[0]
    pixels = np.repeat(np.where(east < X + 10, 7, 8).astype("uint8")[None], 60, axis=0)
    yard.raster("map.tif", pixels, crs="EPSG:4326", transform=Affine(step, 0, west, 0, -step, north), **extra)


def test_a_raster_in_degrees_is_refused_unless_the_recipe_names_its_crs_and_the_new_pixel(yard):
    in_degrees(yard)
    with pytest.raises(CrsError, match=r"map\.tif: EPSG:4326 is in degrees"):
        yard.build(one_raster("bbk"))
    with pytest.raises(DataError, match="say how large its pixels must become with pixel_m"):
        yard.build(one_raster("bbk", extra='crs = "EPSG:4326"'))
    report, city = yard.build(one_raster("bbk", extra='crs = "EPSG:4326"\npixel_m = 1'))
    codes = codes_of(city)
    assert codes.shape == (10, 20)
    assert (codes[:, :8] == 7).all()
    assert (codes[:, 12:] == 8).all()
    assert any("resampled by nearest from EPSG:4326" in text for text in said(report))
    assert [finding for finding in check_pack(city.folder) if finding.level == "error"] == []


@pytest.mark.parametrize("size", [7, 64, 100])
def test_a_warped_raster_read_in_windows_is_the_whole_bit_for_bit(tmp_path, size):
    codes = np.random.default_rng(4).integers(1, 15, (300, 300), dtype="uint8")
    yard = make_yard(tmp_path)
    x, y = Transformer.from_crs(31370, 32631, always_xy=True).transform(X, Y)
    path = yard.raster("map.tif", codes, crs="EPSG:32631", left=x - 100, top=y + 100, pixel_m=3)
    grid = Grid(Affine(2.5, 0, X, 0, -2.5, Y), 200, 150, CRS("EPSG:31370"))
    shop = SimpleNamespace(findings=Findings())
    with rasterio.open(path) as source:
        raw = landcover_source.RawRaster(source, "map.tif", 1, CRS("EPSG:32631"), None)
        with landcover_source.on_grid(raw, grid, shop, "land_cover", fill=0) as read:
            whole = read(Window(0, 0, 200, 150))
        with landcover_source.on_grid(raw, grid, shop, "land_cover", fill=0) as read:
            parts = np.zeros_like(whole)
            for window in grid.windows(size):
                rows, columns = window.toslices()
                parts[rows, columns] = read(window)
    np.testing.assert_array_equal(parts, whole)
    # Brute force: the source pixel under each centre.
    column, row = np.meshgrid(X + 1.25 + 2.5 * np.arange(200), Y - 1.25 - 2.5 * np.arange(150))
    east, north = Transformer.from_crs(31370, 32631, always_xy=True).transform(column, row)
    i, j = (y + 100 - north) / 3, (east - x + 100) / 3
    clear = (np.abs(i - np.round(i)) > 1e-3) & (np.abs(j - np.round(j)) > 1e-3)
    np.testing.assert_array_equal(whole[clear], codes[i.astype(int), j.astype(int)][clear])


def test_a_rotated_raster_is_refused_unless_the_recipe_names_its_crs(yard):
    turned = Affine(0, 1, X, 1, 0, Y - 20)  # rows run east, columns run north
    yard.raster("map.tif", np.repeat(np.array([[9, 5]], "uint8"), 10, axis=1).T.repeat(30, axis=1), transform=turned)
    with pytest.raises(DataError, match=r"map\.tif: is rotated or not north up"):
        yard.build(one_raster("bbk"))
    _, city = yard.build(one_raster("bbk", extra='crs = "EPSG:31370"'))
    np.testing.assert_array_equal(codes_of(city)[0], [9] * 10 + [5] * 10)


def test_a_crs_that_is_not_that_of_the_file_is_refused(yard):
    yard.raster("map.tif", BBK)
    with pytest.raises(CrsError, match=r"declares EPSG:31370, the recipe says crs = 'EPSG:3812'"):
        yard.build(one_raster("bbk", extra='crs = "EPSG:3812"'))


def test_a_raster_elsewhere_or_without_a_place_is_refused(yard):
    yard.raster("map.tif", BBK, left=X + 5000)
    with pytest.raises(DataError, match=r"map\.tif: does not touch the study area; it covers 77,000"):
        yard.build(one_raster("bbk"))
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        yard.raster("map.tif", BBK, transform=Affine.identity())
    with pytest.raises(DataError, match="has no place on the map"):
        yard.build(one_raster("bbk"))


def test_a_raster_that_covers_part_of_the_study_area_says_how_much_is_missing(yard):
    yard.raster("map.tif", BBK[:, :15])
    report, city = yard.build(one_raster("bbk"))
    assert codes_of(city).shape == (10, 15)
    assert "info: 0.00 km2 of the study area (25.0%) has no data in it" in said(report)


def test_a_file_that_is_no_raster_or_is_cut_off_is_named_also_where_two_are_open(yard):
    with pytest.raises(MissingFileError, match=r"map\.tif"):
        yard.build(one_raster("bbk"))
    (yard.folder / "map.tif").write_text("<html>not found</html>")
    with pytest.raises(DataError, match=r"map\.tif: cannot be read as a raster"):
        yard.build(one_raster("bbk"))
    noise = np.random.default_rng(1).integers(0, 2, (600, 600), dtype="uint8")
    path = yard.raster("sealed.tif", noise, top=Y + 300, left=X - 300, compress="deflate")
    yard.raster("green.tif", noise + 1, top=Y + 300, left=X - 300)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(DataError, match=r"sealed\.tif: cannot be read as a raster"):
        yard.build(COMPOSE)


def test_blocks_too_large_for_memory_are_refused_and_large_ones_told(yard, monkeypatch):
    yard.raster("map.tif", np.resize(BBK, (64, 64)), left=X - 10, top=Y + 10, tiled=True, blockxsize=64, blockysize=64)
    monkeypatch.setattr(landcover_source, "_SLOW_BLOCK_BYTES", 2000)
    report, _ = yard.build(one_raster("bbk"))
    assert any("map.tif is stored in blocks of 64 by 64 pixels" in text for text in said(report))
    monkeypatch.setattr(landcover_source, "_MOST_BLOCK_BYTES", 4000)
    with pytest.raises(DataError, match=r"too much for memory; convert it: gdal_translate"):
        yard.build(one_raster("bbk"))


def test_a_measured_raster_is_warped_band_by_band_and_its_no_data_kept(yard):
    x, y = Transformer.from_crs(31370, 32631, always_xy=True).transform(X, Y)
    bands = np.full((3, 20, 20), -9999, dtype="float32")
    bands[1] = np.linspace(20, 40, 400, dtype="float32").reshape(20, 20)
    bands[1, :, 9] = np.nan
    yard.raster("map.tif", bands, crs="EPSG:32631", nodata=-9999, left=x - 20, top=y + 20, pixel_m=3)
    report, city = yard.build(TEMPERATURE)
    with rasterio.open(city.raster("surface_temperature")) as source:
        values = source.read(1)
        assert source.nodata == -9999
        assert source.res == (3, 3)
        assert source.crs.to_epsg() == 31370
    known = values[values != -9999]
    assert set(known.tolist()) <= set(bands[1].ravel().tolist()), "nearest invents no value"
    assert 0 < (values == -9999).sum() < values.size / 2
    assert any("resampled by nearest from EPSG:32631, 3 by 3 m" in t for t in said(report, "surface_temperature"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[300.0, 310.0]], r"band 2: 200 values are no land surface temperature in degrees C \(found 300 to 310"),
        ([[0.0]], "is 0 degrees C throughout the study area; the file is empty"),
        ([[-9999.0]], "nothing but no-data"),
    ],
)
def test_values_that_cannot_be_temperatures_are_refused(yard, values, message):
    yard.raster("map.tif", np.stack([np.resize(np.array(values, "float32"), (10, 20))] * 2), nodata=-9999)
    with pytest.raises(DataError, match=message):
        yard.build(TEMPERATURE)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (
            '[rasters.land_cove]\nreader = "raster"',
            r"_cove\]: there is no such raster; did you mean 'land_cover'",
        ),
        ('[rasters.land_cover]\nreader = "rater"', "must be one of raster, compose, burn; did you mean 'raster'"),
        ('[rasters.elevation]\nreader = "burn"', "reader 'burn' makes land_cover, not elevation"),
        ('[rasters.land_cover]\nreader = "burn"\npixel_m = 0', "pixel_m: 0 must be above 0"),
        ('[rasters.land_cover]\nreader = "compose"', r"\[rasters\.land_cover\]: sealed is missing"),
        (one_raster("bk"), "legend is 'bk', must be one of .*; did you mean 'bbk'"),
        (one_raster("bbk", extra="bnad = 1"), "bnad is not a known key; did you mean band"),
        (one_raster("bbk", extra="band = 0"), "bands are counted from 1"),
        (one_raster("bbk", name="elevation"), "is measured and has no legend"),
        ('[rasters.elevation]\nreader = "raster"', r"\[rasters\.elevation\]: file is missing"),
        (
            COMPOSE.replace('"jaarbak"', '"bbk"'),
            r"sealed\]: the legend 'bbk' tells more than sealed or not",
        ),
        (COMPOSE.replace('"groenkaart"', '"jaarbak"'), "codes without a meaning in green_cover: 0"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused_before_a_raster_is_opened(yard, recipe, message):
    with pytest.raises(DataError, match=message):
        yard.build(recipe)


def test_a_band_that_the_file_does_not_have_is_refused(yard):
    yard.raster("map.tif", BBK)
    with pytest.raises(DataError, match=r"band = 3, but map\.tif has 1 bands"):
        yard.build(one_raster("bbk", extra="band = 3"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nodata = [0, 255]", "no_data = [0, 255]", r"legends\.bbk\.no_data is not a known key; did you mean nodata"),
        ("land_cover = 9, green_cover = 1", "land_cover = 99, green_cover = 1", "99 is no code of land_cover"),
        ("{ sealed = true, code = 3 },", "", "no rule takes what is left where sealed = true"),
        ('river = "8"', 'river = "-8"', r"widths\.water\.river: '-8' is not a number from 0"),
        ("code = 1, name", "code = 2, name", "code 2 stands twice"),
        ("nodata = [0, 255]", "nodata = [1, 255]", "code 1 stands twice, also in nodata"),
        ("codes = { water = 5, ", "codes = { ", r"burn: codes\.water is missing"),
        (
            "codes = { water = 5, ",
            "codes = { watr = 5, ",
            r"burn\.codes\.watr: 'watr' must be one of .*did you mean 'water'",
        ),
        ('order = ["green", "water", ', 'order = ["green", ', r"burn: codes\.water is not in order"),
        ('rail = "4"', 'rail = "201"', "201 is not a length of more than 0 and at most 200 m"),
        ("[composition]", "[composition]\nextra = 1", r"composition\.extra is not a known key"),
    ],
)
def test_rules_that_are_wrong_name_file_and_key(tmp_path, old, new, message):
    text = RULES_FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "landcover.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_rules(tmp_path / "landcover.toml")
