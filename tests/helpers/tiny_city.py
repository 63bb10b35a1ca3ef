"""Tiny cities on rasters that can be counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from kortrijk_geo.engine.rasters import Grid, geotiff_profile
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

LAMBERT = CRS("EPSG:31370")
WEST, NORTH = 70_000.0, 170_000.0


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle in metres east and south of the city's corner."""
    return shapely.box(WEST + left, NORTH - bottom, WEST + right, NORTH - top)


def line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST + x, NORTH - y) for x, y in xy])


def point(x: float, y: float) -> shapely.Point:
    return shapely.Point(WEST + x, NORTH - y)


def frame(shapes: list[shapely.Geometry], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, index=range(len(shapes)), crs=LAMBERT)


def write_codes(path: Path, codes: np.ndarray, *, pixel_m: float = 1.0) -> Grid:
    grid = Grid(Affine(pixel_m, 0, WEST, 0, -pixel_m, NORTH), codes.shape[1], codes.shape[0], LAMBERT)
    nodata = 0 if codes.dtype == np.uint8 else -9999
    with rasterio.open(path, "w", **geotiff_profile(grid, dtype=str(codes.dtype), nodata=nodata)) as target:
        target.write(codes, 1)
    return grid


def make_city(
    folder: Path,
    codes: np.ndarray,
    *,
    pixel_m: float = 1.0,
    areas: gpd.GeoDataFrame | None = None,
    rasters: dict[str, np.ndarray] | None = None,
    dates: dict[str, str] | None = None,
    nis_code: str = "",
    **layers: gpd.GeoDataFrame,
) -> City:
    """Write a pack whose study area is the whole raster, and open it; one area unless others are given."""
    height, width = (side * pixel_m for side in codes.shape)
    whole = box(0, 0, width, height)
    folder.mkdir(parents=True, exist_ok=True)
    given = {
        "boundary": frame([whole], name=["Proef"]),
        "areas": frame([whole], area_id=["a"], name=["Alles"]) if areas is None else areas,
        **layers,
    }
    files = {}
    for name, values in {"land_cover": codes, **(rasters or {})}.items():
        files[name] = folder / f"{name}.tif"
        write_codes(files[name], values, pixel_m=pixel_m)
    dates = dates or {}
    info = PackInfo(
        name="Proefstad",
        crs="EPSG:31370",
        nis_code=nis_code,
        layers={name: LayerRecord("test", dates.get(name, "")) for name in given},
        rasters={name: LayerRecord("test", dates.get(name, "")) for name in files},
    )
    write_pack(folder / "pack", info, given, files)
    return open_city(folder / "pack")
