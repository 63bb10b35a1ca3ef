"""Pixels that mean no data without saying so: told with their share and the line of the recipe, or refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
import rasterio
from raster_yard import make_yard, one_raster, said

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.landcover_tally import Extremes
from kortrijk_geo.ingest.report import Findings

HEIGHTS = 10 + np.arange(200).reshape(10, 20) % 40
ELEVATION = one_raster("", name="elevation")
HEAT = one_raster("", name="surface_temperature")
CANOPY = one_raster("", extra="classes = [[3, inf, 9], [-inf, 3, 8]]")


@pytest.fixture
def yard(tmp_path):
    return make_yard(tmp_path)


def corner(pixels, value, dtype):
    made = pixels.astype(dtype)
    made[:2, :5] = value
    return made


@pytest.mark.parametrize(
    ("recipe", "value", "dtype", "layer"),
    [
        (ELEVATION, 255, "uint8", "elevation"),
        (ELEVATION, -99, "int16", "elevation"),
        (ELEVATION, 999, "float32", "elevation"),
        (HEAT, -50, "float32", "surface_temperature"),
        (CANOPY, 255, "uint8", "land_cover"),
        (CANOPY, 65535, "uint16", "land_cover"),
        (CANOPY, -9999, "int16", "land_cover"),
        (CANOPY, -3.4e38, "float64", "land_cover"),
    ],
)
def test_a_mass_of_equal_values_far_from_others_is_told_with_its_share_and_the_line(yard, recipe, value, dtype, layer):
    yard.raster("map.tif", corner(HEIGHTS, value, dtype))
    report, city = yard.build(recipe)
    told = f"warning: map.tif, band 1: 5.0% of its pixels are {value:.9g}, far from all others"
    (message,) = [one for one in said(report, layer) if one.startswith(told)]
    line = f"nodata = {value:.9g}"
    assert f"say {line} in the recipe" in message
    checked = [one.message for one in check_pack(city.folder) if one.layer == layer and one.level == "warning"]
    assert any("5.0% of its pixels are" in one for one in checked) == (layer != "land_cover")
    report, city = yard.build(recipe + line)
    assert not [one for one in said(report, layer) if "far from all others" in one]
    assert "info: 0.00 km2 of the study area (5.0%) has no data in it" in said(report, layer)


def test_the_line_names_the_pixel_of_a_scaled_band(yard):
    path = yard.raster("map.tif", corner(HEIGHTS, 255, "uint8"))
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.5,), (2.0,)
    report, _ = yard.build(ELEVATION)
    assert any("are 129.5, far" in one and "say nodata = 255 in" in one for one in said(report, "elevation"))


@pytest.mark.parametrize(
    ("recipe", "value", "dtype"),
    [
        (ELEVATION, 65535, "uint16"),
        (ELEVATION, -9999, "int16"),
        (ELEVATION, -3.4028234663852886e38, "float32"),
        (HEAT, -9999, "float64"),
        (HEAT, 255, "uint8"),
    ],
)
def test_what_no_height_or_heat_can_be_is_refused(yard, recipe, value, dtype):
    yard.raster("map.tif", corner(HEIGHTS, value, dtype))
    line = re.escape(f"nodata = {value:.9g}")
    with pytest.raises(DataError, match=f"10 values are no .*; if they mean no data, say {line}$"):
        yard.build(recipe)


def test_values_that_run_up_to_the_end_of_their_type_and_single_ones_are_values(yard):
    hills = np.linspace(30, 255, 200).reshape(10, 20).astype("uint8")
    hills[-3:] = 255
    yard.raster("map.tif", hills)
    report, _ = yard.build(ELEVATION)
    assert not [one for one in said(report, "elevation") if "far from all others" in one]


def test_windows_count_as_the_whole():
    rng = np.random.default_rng(1)
    values = np.r_[rng.uniform(5, 60, 5000), np.full(500, 255.0), np.full(300, -40.0)]
    rng.shuffle(values)
    told = []
    for pieces in (1, 7, 97):
        extremes, findings = Extremes(), Findings()
        for piece in np.array_split(values, pieces):
            extremes.count(piece)
        extremes.count(np.array([]))
        extremes.report("", findings, "elevation")
        told.append(findings.items)
    assert told[0] == told[1] == told[2]
    assert [item.count for item in told[0]] == [500]
    assert "8.6% of its pixels are 255" in told[0][0].message
