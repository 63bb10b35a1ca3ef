"""Raw rasters and vectors of a study area of 20 by 10 m, and the pack that a recipe makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from shapely.geometry import box

from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import City, open_city

if TYPE_CHECKING:
    from kortrijk_geo.ingest.report import BuildReport

X, Y = 72_000.0, 168_000.0  # upper left corner of the study area, which is 20 by 10 m
HEAD = """
name = "Erf"
crs = "EPSG:31370"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
source = "us"
licence = "CC0"
reference_date = "2025-01-01"
"""


@dataclass
class Yard:
    """Raw files of a study area of 20 by 10 m, and the pack built from them."""

    folder: Path

    def raster(self, name, pixels, *, left=X, top=Y, pixel_m=1.0, crs="EPSG:31370", transform=None, **profile):
        pixels = np.asarray(pixels)
        bands = pixels if pixels.ndim == 3 else pixels[None]
        options = {
            "driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
            "dtype": bands.dtype, "crs": crs,
            "transform": transform or Affine(pixel_m, 0, left, 0, -pixel_m, top), **profile,
        }  # fmt: skip
        with rasterio.open(self.folder / name, "w", **options) as target:
            target.write(bands)
        return self.folder / name

    def vector(self, file, shapes, **columns):
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:31370").to_file(self.folder / file)

    def build(self, recipe) -> tuple[BuildReport, City]:
        (self.folder / "erf.toml").write_text(HEAD + dedent(recipe), encoding="utf-8")
        report = build_pack(self.folder / "erf.toml", self.folder, self.folder / "pack")
        return report, open_city(self.folder / "pack")


def said(report, layer="land_cover"):
    return [f"{finding.level}: {finding.message}" for finding in report.findings if finding.layer == layer]


def codes_of(city, name="land_cover"):
    with rasterio.open(city.raster(name)) as source:
        return source.read(1)


def metres(left, top, right, bottom):
    """A box in metres east and south of the corner."""
    return box(X + left, Y - bottom, X + right, Y - top)


def one_raster(legend, file="map.tif", name="land_cover", extra=""):
    table = f'legend = "{legend}"\n' if legend else ""
    return f'[rasters.{name}]\nreader = "raster"\nfile = "{file}"\n{table}source = "us"\nlicence = "CC0"\n{extra}\n'


COMPOSE = """
[rasters.land_cover]
reader = "compose"
[rasters.land_cover.sealed]
file = "sealed.tif"
legend = "jaarbak"
source = "sealing"
reference_date = "2024-01-01"
[rasters.land_cover.green]
file = "green.tif"
legend = "groenkaart"
source = "green"
reference_date = "2021-01-01"
"""


def make_yard(folder: Path) -> Yard:
    """A yard with its study area, one area."""
    made = Yard(folder)
    made.vector("areas.gpkg", [metres(0, 0, 20, 10)], area_id=["a"], name=["Erf"])
    return made
