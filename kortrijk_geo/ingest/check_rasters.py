"""Checks of the rasters of a pack: readable, in its CRS, square cells, values that can be, covering it, unchanged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.gdal_files import PACK_RASTERS, open_raster_file
from kortrijk_geo.ingest.landcover_rules import load_rules
from kortrijk_geo.ingest.landcover_tally import Extremes
from kortrijk_geo.ingest.landcover_vectors import painter_of
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.vectors import same_crs
from kortrijk_geo.pack.layers import RASTERS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings, Level
    from kortrijk_geo.pack.city import City

# Pixels along the edge are half outside: so much may lack data without a word. From the second share it is a warning.
_EDGE_SHARE, _WARN_SHARE = 0.001, 0.01


def check_raster(city: City, name: str, findings: Findings, *, area: BaseGeometry | None) -> None:
    """Report what is wrong with one raster; without a study ``area`` it is not told how much of that it lacks."""
    path = city.raster(name)
    if not path.is_file():
        findings.add("error", name, f"{path.name} is missing; build the pack again")
        return
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != city.info.rasters[name].sha256:
            findings.add("error", name, "was changed after the pack was built: its hash is not that of pack.toml")
    try:
        with _reading(path):
            raster = open_raster_file(path, PACK_RASTERS)
        with raster:
            _look_into(raster, path, city, name, findings, area)
    except DataError as error:
        findings.add("error", name, str(error).replace(": cannot", " cannot", 1))


def _reading(path: Path) -> AbstractContextManager[None]:
    return reading(path.name, "cannot be read", "build the pack again")


def _look_into(
    raster: DatasetReader, path: Path, city: City, name: str, findings: Findings, area: BaseGeometry | None
) -> None:
    with _reading(path):
        shown, wkt = str(raster.crs or "no CRS"), raster.crs.to_wkt() if raster.crs else None
    try:
        same = wkt is not None and same_crs(CRS.from_wkt(wkt), CRS(city.crs))
    except CRSError:
        same = False
    if not same:
        findings.add("error", name, f"is in {shown}, the pack in {city.crs}")
        return
    transform = raster.transform
    wide, high = (abs(size) for size in raster.res)
    if not np.isclose(wide, high, rtol=1e-6) or transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        findings.add("error", name, f"its cells are not upright squares ({wide:g} by {high:g} m)")
        return
    most = load_rules().limits.most_pixels
    if raster.width * raster.height > most:
        findings.add("error", name, f"has {raster.width:,} by {raster.height:,} pixels, more than {most:,} in all")
        return
    if area is not None:
        _reach(raster, area, wide, name, findings)
    _values(raster, path, CRS(city.crs), name, findings, area)


def _reach(raster: DatasetReader, area: BaseGeometry, pixel_m: float, name: str, findings: Findings) -> None:
    """Compare, on each side, how far the raster reaches with the study area."""
    (west, south, east, north), box = area.bounds, raster.bounds
    beyond = {"west": box.left - west, "south": box.bottom - south, "east": east - box.right, "north": north - box.top}
    short = [f"{side} {distance:,.0f} m" for side, distance in beyond.items() if distance > pixel_m]
    if short:
        findings.add("warning", name, f"does not cover the whole boundary: it falls short in the {named(short)}")


def _values(
    raster: DatasetReader, path: Path, crs: CRS, name: str, findings: Findings, area: BaseGeometry | None
) -> None:
    """Read the raster once: strange codes, values that cannot be, and how much of the study area is not known."""
    legend = RASTERS[name].codes
    grid = Grid(raster.transform, raster.width, raster.height, crs)
    painter = None if area is None else painter_of(np.array([area], dtype=object))
    limits = None if legend else getattr(load_rules().measures, name).ends
    strange: set[int] = set()
    extremes = Extremes()
    known_px = outside = 0
    for window in grid.windows():
        with _reading(path):
            pixels = raster.read(1, window=window)
        known = pixels != 0 if legend else _is_known(pixels, raster.nodata)
        if limits is None:
            strange |= set(np.unique(pixels).tolist()) - {*legend, 0}
        else:
            extremes.count(pixels[known])
            outside += int((known & ((pixels < limits[0]) | (pixels > limits[1]))).sum())
        known_px += int((known if painter is None else known & (painter.paint(grid, window) > 0)).sum())
    if strange:
        findings.add(
            "error",
            name,
            f"has codes that are not in its legend: {named(sorted(strange))}",
            len(strange),
            sorted(strange),
        )
    if outside and limits is not None:
        about, unit = RASTERS[name].about, RASTERS[name].unit
        message = f"{outside:,} values are no {about} in {unit}: they lie outside {limits[0]:g} to {limits[1]:g}"
        findings.add("error", name, message, outside)
    extremes.report(f"{name}.tif", findings, name, raw=False)
    if not known_px:
        findings.add("error", name, "holds nothing but no-data in the study area")
    elif area is not None and (lost := 1 - known_px * grid.pixel_m2 / area.area) > _EDGE_SHARE:
        level: Level = "warning" if lost > _WARN_SHARE else "info"
        surface = f"{lost * area.area / 1e6:,.2f} km2 of the study area ({lost:.1%})"
        findings.add(level, name, f"{surface} has no data in it: figures there are unknown")


def _is_known(pixels: NDArray[np.generic], nodata: float | None) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = np.isfinite(pixels)
    return known if nodata is None else known & (pixels != nodata)
