"""What a raster says of its own values is read with them: scale, masks, tiles, classes; what cannot be is refused."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from raster_yard import X, Y, codes_of, make_yard, metres, one_raster, said

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.shipped import raw_files

BBK = np.resize(np.arange(1, 15, dtype="uint8"), (10, 20))
HEIGHTS = np.arange(200, dtype="int16").reshape(10, 20) + 10
ELEVATION = one_raster("", name="elevation")
CANOPY = one_raster("", extra="classes = [[3, 99, 9], [0, 3, 8]]")


@pytest.fixture
def yard(tmp_path):
    return make_yard(tmp_path)


def values_of(city, name="elevation"):
    with rasterio.open(city.raster(name)) as source:
        return source.read(1, masked=True).filled(np.nan)


def mended(path, **marks):
    with rasterio.open(path, "r+") as target:
        for name, value in marks.items():
            setattr(target, name, value)
    return path


def half_masked(yard, pixels, **options):
    """A raster whose left half is masked inside the file."""
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = yard.raster("map.tif", pixels, **options)
        with rasterio.open(path, "r+") as target:
            mask = np.full(pixels.shape, 255, dtype="uint8")
            mask[:, : pixels.shape[1] // 2] = 0
            target.write_mask(mask)


# 2 m pixels and another origin: read through a warp.
@pytest.mark.parametrize("extra", ["", "pixel_m = 0.5"])
def test_a_band_is_scaled_and_shifted_as_its_file_says_and_no_data_is_not(yard, extra):
    pixels = HEIGHTS.copy()
    pixels[0, 0] = 7
    mended(yard.raster("map.tif", pixels, nodata=7), scales=(0.5,), offsets=(-3.0,))
    report, city = yard.build(ELEVATION + extra)
    values = values_of(city)[:: 2 if extra else 1, :: 2 if extra else 1]
    np.testing.assert_array_equal(values, np.where(pixels == 7, np.nan, HEIGHTS / 2 - 3))
    assert "info: map.tif: band 1 is multiplied by 0.5 and -3 is added, as the file says" in said(report, "elevation")


def test_scaled_codes_are_refused_and_classes_of_scaled_values_read(yard):
    mended(yard.raster("map.tif", BBK), scales=(0.5,))
    with pytest.raises(DataError, match=r"map\.tif: its band has a scale \(0\.5\).*classes = \[\[low, high, code\]"):
        yard.build(one_raster("bbk"))
    _, city = yard.build(CANOPY)
    np.testing.assert_array_equal(codes_of(city), np.where(BBK / 2 < 3, 8, 9))


def test_a_scale_of_nought_is_refused(yard):
    mended(yard.raster("map.tif", HEIGHTS), scales=(0.0,))
    with pytest.raises(DataError, match=r"map\.tif: band 1 has the scale 0 and offset 0, which cannot be"):
        yard.build(ELEVATION)


@pytest.mark.parametrize("extra", ["", "pixel_m = 0.5"])
def test_masked_pixels_are_unknown_and_not_what_lies_under_the_mask(yard, extra):
    half_masked(yard, HEIGHTS)
    report, city = yard.build(ELEVATION + extra)
    values = values_of(city)
    assert np.isnan(values[:, : values.shape[1] // 2]).all()
    assert np.nanmean(values) == HEIGHTS[:, 10:].mean()
    assert "info: 0.00 km2 of the study area (50.0%) has no data in it" in said(report, "elevation")
    checked = [f"{finding.level}: {finding.message}" for finding in check_pack(city.folder)]
    assert "warning: 0.00 km2 of the study area (50.0%) has no data in it: figures there are unknown" in checked


@pytest.mark.parametrize("extra", ["", "pixel_m = 0.5"])
def test_masked_codes_are_unknown(yard, extra):
    half_masked(yard, BBK)
    _, city = yard.build(one_raster("bbk") + extra)
    codes = codes_of(city)[:: 2 if extra else 1, :: 2 if extra else 1]
    np.testing.assert_array_equal(codes, np.where(np.arange(20) < 10, 0, BBK))


def test_a_mask_in_a_file_beside_it_is_read_and_another_file_of_that_name_refused(yard):
    path = yard.raster("map.tif", HEIGHTS)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as target:
        target.write_mask(np.where(HEIGHTS > 100, 255, 0).astype("uint8"))
    beside = path.with_name("map.tif.msk")
    assert beside.is_file()
    _, city = yard.build(ELEVATION)
    np.testing.assert_array_equal(np.isnan(values_of(city)), HEIGHTS <= 100)
    beside.write_text('<VRTDataset rasterXSize="20" rasterYSize="10"></VRTDataset>')
    with pytest.raises(DataError, match=r"map\.tif\.msk: leads to other files"):
        yard.build(ELEVATION)


@pytest.mark.parametrize(("dtype", "extra"), [("uint8", ""), ("uint16", ""), ("uint8", "pixel_m = 0.5")])
def test_an_alpha_band_says_where_nothing_is_known_and_is_no_band_of_values(yard, dtype, extra):
    alpha = np.where(np.arange(20) < 5, 0, 255) * np.ones((10, 1))
    yard.raster("map.tif", np.stack([BBK, alpha]).astype(dtype), alpha="yes")
    _, city = yard.build(one_raster("bbk") + extra)
    codes = codes_of(city)[:: 2 if extra else 1, :: 2 if extra else 1]
    np.testing.assert_array_equal(codes, np.where(np.arange(20) < 5, 0, BBK))
    with pytest.raises(DataError, match=r"map\.tif: band 2 is its alpha band"):
        yard.build(one_raster("bbk", extra="band = 2"))


@pytest.mark.parametrize("nodata", [-3.4e38, -3.402823466e38, np.nan, -9999])
def test_no_data_is_known_in_the_type_of_the_file(yard, nodata):
    pixels = HEIGHTS.astype("float32")
    pixels[:, 0] = nodata
    yard.raster("map.tif", pixels, nodata=nodata)
    _, city = yard.build(ELEVATION)
    np.testing.assert_array_equal(np.isnan(values_of(city)), np.arange(20) * np.ones((10, 1)) == 0)


def test_no_data_of_the_recipe_is_of_the_pixels_as_they_stand_in_the_file(yard):
    mended(yard.raster("map.tif", HEIGHTS), scales=(0.5,))
    _, city = yard.build(ELEVATION + "nodata = 10")
    assert np.isnan(values_of(city)).sum() == 1


def tiles(*names):
    listed = ", ".join(f'"{name}"' for name in names)
    return one_raster("bbk").replace('file = "map.tif"', f"file = [{listed}]")


@pytest.mark.parametrize("extra", ["", "pixel_m = 0.5"])
def test_tiles_are_one_raster(yard, extra):
    yard.raster("west.tif", BBK[:, :8])
    yard.raster("north.tif", BBK[:5, 8:], left=X + 8, nodata=255)
    yard.raster("south.tif", BBK[5:, 8:].astype("int16"), left=X + 8, top=Y - 5)
    report, city = yard.build(tiles("south.tif", "west.tif", "north.tif") + extra)
    np.testing.assert_array_equal(codes_of(city)[:: 2 if extra else 1, :: 2 if extra else 1], BBK)
    assert not any("differ" in text for text in said(report))
    assert raw_files(yard.folder / "erf.toml") == ["areas.gpkg", "north.tif", "south.tif", "west.tif"]
    assert load_recipe(yard.folder / "erf.toml").rasters["land_cover"].get("file")[1] == "west.tif"


def test_measured_tiles_each_keep_their_own_scale_and_no_data(yard):
    yard.raster(
        "east.tif", np.where(HEIGHTS[:, 10:] < 60, -1, HEIGHTS[:, 10:]).astype("float32"), left=X + 10, nodata=-1
    )
    mended(yard.raster("west.tif", (HEIGHTS[:, :10] * 10).astype("int32")), scales=(0.1,))
    _, city = yard.build(ELEVATION.replace('file = "map.tif"', 'file = ["east.tif", "west.tif"]'))
    expected = np.where((HEIGHTS < 60) & (np.arange(20) >= 10), np.nan, HEIGHTS)
    np.testing.assert_allclose(values_of(city), expected, rtol=1e-6)


def test_where_tiles_overlap_no_data_gives_way_and_a_difference_is_told(yard):
    west, east = BBK[:, :12].copy(), BBK[:, 8:].copy()
    west[0, 8:] = 0  # the other knows
    east[9, 0] = 14 if east[9, 0] != 14 else 13
    yard.raster("west.tif", west)
    yard.raster("east.tif", east, left=X + 8)
    report, city = yard.build(tiles("west.tif", "east.tif"))
    np.testing.assert_array_equal(codes_of(city), BBK)
    assert "warning: west.tif, east.tif: overlap and differ in 1 pixels; the first in the list was taken" in said(
        report
    )


def test_tiles_that_differ_are_refused(yard):
    yard.raster("a.tif", BBK)
    yard.raster("b.tif", BBK, crs="EPSG:3812")
    yard.raster("c.tif", BBK, pixel_m=2)
    with pytest.raises(DataError, match=r"tiles differ: a\.tif is in EPSG:31370, b\.tif in EPSG:3812; bring them"):
        yard.build(tiles("a.tif", "b.tif"))
    with pytest.raises(DataError, match=r"tiles differ: a\.tif has pixels of 1 by 1, c\.tif has pixels of 2 by 2"):
        yard.build(tiles("a.tif", "c.tif"))


@pytest.mark.parametrize("extra", ["", "pixel_m = 0.5"])
def test_a_measured_raster_is_put_in_classes_by_thresholds(yard, extra):
    heights = np.resize(np.array([0, 2.99, 3, 12.5, 99, np.nan], "float32"), (10, 20))
    yard.raster("map.tif", heights)
    _, city = yard.build(CANOPY + extra)
    expected = np.resize([8, 8, 9, 9, 9, 0], (10, 20))
    np.testing.assert_array_equal(codes_of(city)[:: 2 if extra else 1, :: 2 if extra else 1], expected)


def test_values_in_no_class_are_refused(yard):
    yard.raster("map.tif", np.resize(np.array([-0.5, 1, 120, 4], "float32"), (10, 20)))
    message = r"map\.tif, band 1: 100 values from -0\.5 to 120 are in none of its classes \[0, 3\], \[3, 99\]; widen"
    with pytest.raises(DataError, match=message):
        yard.build(CANOPY)
    _, city = yard.build(one_raster("", extra="classes = [[-inf, 3, 8], [3, inf, 9]]"))
    assert codes_of(city)[0, :4].tolist() == [8, 8, 9, 9]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("classes = [[0, 3, 99]]", "99 is no code of land_cover; those are 1 "),
        ("classes = [[0, 3, 8], [2, 9, 9]]", r"class \[2, 9\] overlaps the one below it, which ends at 3"),
        ("classes = [[3, 0, 8]]", "must run from a low value to a higher one"),
        ("classes = [[nan, 3, 8]]", "must run from a low value to a higher one"),
        ("classes = [[0, 3]]", "must be a low value, a high value and a code"),
        ("classes = [3]", "must be a low value, a high value and a code"),
        ("classes = [[0, 3, 8.5]]", "must be a whole number"),
        ("classes = []", r"classes: \[\] must be classes of a low and a high value and a code"),
        ('legend = "bbk"\nclasses = [[0, 3, 8]]', "legend .* or classes .*, not both"),
        ("pixel_m = nan", "pixel_m: nan is not a number from 0 to 1000"),
        ("pixel_m = 1e300", r"pixel_m: 1e\+300 is not a number from 0 to 1000"),
        ("pixel_m = " + "9" * 400, "land_cover.pixel_m is a whole number of more than 19 d"),
    ],
)
def test_classes_and_pixels_that_cannot_be_meant_are_refused(yard, extra, message):
    with pytest.raises(DataError, match=message):
        yard.build(one_raster("", extra=extra))


@pytest.mark.parametrize("files", ["[]", '["a.tif", 3]', '["a.tif", "a.tif"]', '""'])
def test_a_list_of_tiles_that_is_none_is_refused(yard, files):
    with pytest.raises(DataError, match=r"file: .*(must be the name of a file|names the tile 'a.tif' twice)"):
        yard.build(one_raster("bbk").replace('file = "map.tif"', f"file = {files}"))


@pytest.mark.parametrize(
    "recipe", [one_raster("bbk", extra="pixel_m = 1e-6"), '[rasters.land_cover]\nreader = "burn"\npixel_m = 1e-6']
)
def test_more_pixels_than_anybody_waits_for_are_refused_with_the_least_size(yard, recipe):
    yard.raster("map.tif", BBK)
    yard.vector("water.gpkg", [metres(0, 0, 20, 10)], kind=["pond"])
    water = '[layers.water]\nreader = "vector"\nfile = "water.gpkg"\nsource = "us"\n'
    with pytest.raises(
        DataError, match=r"pixels of 1e-06 m make 2e\+14 of them .* more than 4,000,000,000; add pixel_m = 0"
    ):
        yard.build(water + recipe)


def test_degrees_and_feet_are_refused_with_the_lines_that_mend_it(yard):
    yard.raster("map.tif", BBK, crs="EPSG:4326", transform=Affine(2e-5, 0, 3.2, 0, -2e-5, 50.8))
    remedy = (
        r'map\.tif: EPSG:4326 is in degrees; add crs = "EPSG:4326" .* pixel_m = 2 \(metres\) to \[rasters\.land_cover\]'
    )
    with pytest.raises(CrsError, match=remedy):
        yard.build(one_raster("bbk"))
    yard.raster("map.tif", BBK, crs="EPSG:2263")
    with pytest.raises(CrsError, match=r'map\.tif: EPSG:2263 is not in metres; add crs = "EPSG:2263"'):
        yard.build(one_raster("bbk"))


def test_a_datum_of_heights_moves_no_pixel(yard):
    both = CRS("EPSG:31370+5710")
    assert both.is_compound
    yard.raster("map.tif", HEIGHTS, crs=both.to_wkt())
    report, city = yard.build(ELEVATION)
    np.testing.assert_array_equal(values_of(city), HEIGHTS)
    assert not any("resampled" in text for text in said(report, "elevation"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<VRTDataset rasterXSize="20" rasterYSize="10"></VRTDataset>', "is no GeoTIFF, Esri ASCII grid, PNG or JPEG"),
        (b"<GDAL_WMS></GDAL_WMS>", "is no GeoTIFF"),
        (b"", "is no GeoTIFF"),
        (b"II*\0" + bytes(60), r"cannot be read as a raster.*\("),
        (b"ncols 2\nnrows x\n", r"cannot be read as a raster.*\("),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), r"cannot be read as a raster.*\("),
    ],
)
def test_what_is_no_raster_is_one_sentence_whatever_gdal_makes_of_it(yard, content, message):
    (yard.folder / "map.tif").write_bytes(content)
    with pytest.raises(DataError, match=r"map\.tif: .*" + message):
        yard.build(one_raster("bbk"))


def test_an_esri_grid_is_read(yard):
    rows = "\n".join(" ".join(map(str, row)) for row in BBK.tolist())
    head = f"ncols 20\nnrows 10\nxllcorner {X}\nyllcorner {Y - 10}\ncellsize 1\nNODATA_value -9999\n"
    (yard.folder / "map.tif").write_text(head + rows)
    _, city = yard.build(one_raster("bbk", extra='crs = "EPSG:31370"'))
    np.testing.assert_array_equal(codes_of(city), BBK)


def test_complex_numbers_are_refused(yard):
    yard.raster("map.tif", HEIGHTS.astype("complex64"))
    with pytest.raises(DataError, match="band 1 holds complex numbers"):
        yard.build(ELEVATION)


@pytest.mark.parametrize("unit", ["ft", "cm", "K", "US survey foot"])
def test_heights_in_another_unit_are_refused(yard, unit):
    mended(yard.raster("map.tif", HEIGHTS), units=(unit,))
    with pytest.raises(DataError, match=rf"map\.tif: band 1 is in '{unit}', elevation is in m; bring it to m first"):
        yard.build(ELEVATION)


@pytest.mark.parametrize("unit", ["m", "metre", "Meters", "mTAW"])
def test_heights_that_say_that_they_are_in_metres_are_read(yard, unit):
    mended(yard.raster("map.tif", HEIGHTS), units=(unit,))
    np.testing.assert_array_equal(values_of(yard.build(ELEVATION)[1]), HEIGHTS)
