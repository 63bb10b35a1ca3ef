"""Raw rasters: opened with care, and read onto the grid of the pack, as they are or resampled by nearest, knowingly."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.vectors import same_crs, settle_crs
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.io import DatasetReader

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part

Bounds = tuple[float, float, float, float]
# Blocks above the first size are slow to read window by window; above the second they break the bound on memory.
_SLOW_BLOCK_BYTES, _MOST_BLOCK_BYTES = 64 * 2**20, 1024 * 2**20
_ALIGNED_PX = 0.01
# Part of a pixel by which an approximated transformation may be off: as good as none, since 0 is refused by rasterio.
_TOLERANCE_PX = 1e-6


@dataclass(frozen=True)
class RawRaster:
    """One band of a raster file, opened."""

    source: DatasetReader
    name: str
    band: int
    crs: CRS
    nodata: float | None

    @property
    def upright(self) -> bool:
        """Whether it is north up and not rotated."""
        transform = self.source.transform
        return not (transform.b or transform.d) and transform.a > 0 and transform.e < 0

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel, in the units of its CRS."""
        transform = self.source.transform
        return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))

    @property
    def bounds(self) -> Bounds:
        """Least and greatest x and y of its corners, in its own CRS: west, south, east, north."""
        a, b, west, d, e, north = tuple(self.source.transform)[:6]
        column, row = np.meshgrid((0, self.source.width), (0, self.source.height))
        x, y = west + a * column + b * row, north + d * column + e * row
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


@contextmanager
def open_raw(part: Part, shop: Workshop) -> Iterator[RawRaster]:
    """Open the raster file that a part of a recipe names.

    Raises
    ------
    MissingFileError
        When it is not there.
    CrsError
        When it has no CRS or another than the recipe says, or is in degrees or feet and the recipe does not say so.
    DataError
        When it is no raster, is cut off, has no such band, no place on the map, or blocks too large for memory; when
        it is rotated and the recipe does not name its CRS.
    """
    path = shop.locate(part)
    name = path.name
    with _readable(name), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        source = rasterio.open(path)
    with source:
        yield _checked(source, name, part, shop)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what GDAL says of a file that cannot be read into one clear sentence."""
    try:
        yield
    except RasterioError as error:
        raise DataError(
            f"{name}: cannot be read as a raster, it is of another format or cut off ({error}); fetch it again"
        ) from error


def _checked(source: DatasetReader, name: str, part: Part, shop: Workshop) -> RawRaster:
    band = int(part.get("band", 1))
    if band > source.count:
        raise DataError(f"{part.table}: band = {band}, but {name} has {source.count} bands")
    if source.transform.is_identity:
        raise DataError(f"{name}: has no place on the map (no transform); georeference it first")
    told = part.get("crs")
    crs = settle_crs(
        source.crs.to_wkt() if source.crs else None, told,
        override=bool(part.get("crs_override", False)), name=name, findings=shop.findings, into=part.layer,
    )  # fmt: skip
    raw = RawRaster(source, name, band, crs, part.get("nodata", source.nodatavals[band - 1]))
    # Whoever names the CRS in the recipe knows what the file is in, and has it reprojected.
    if told is None:
        check_crs(crs, origin=name)
        if not raw.upright:
            raise DataError(
                f"{name}: is rotated or not north up; name its crs in the recipe to have it reprojected, or warp it"
            )
    rows, columns = source.block_shapes[band - 1]
    block = rows * columns * np.dtype(source.dtypes[band - 1]).itemsize
    if block > _SLOW_BLOCK_BYTES:
        advice = f"is stored in blocks of {columns:,} by {rows:,} pixels ({block / 2**20:,.0f} MB each)"
        if block > _MOST_BLOCK_BYTES:
            raise DataError(f"{name}: {advice}, too much for memory; convert it: gdal_translate -co TILED=YES")
        message = f"{name} {advice}: slow to read; gdal_translate -co TILED=YES helps"
        shop.findings.add("info", part.layer, message)
    return raw


def grid_for(raw: RawRaster, part: Part, crs: CRS, extent: Bounds) -> Grid:
    """Return the grid to write: that of the raster where its pixels can stay, else a new one of the same pixel size.

    Parameters
    ----------
    raw, part
        The raster and its table; ``pixel_m`` there asks for a grid of that size.
    crs
        CRS of the pack.
    extent
        Bounds of the study area with its buffer, in ``crs``; the grid is cut to what the raster has of it.

    Raises
    ------
    DataError
        When the raster does not touch the extent, or is in degrees and no ``pixel_m`` is given.
    """
    stays = same_crs(raw.crs, crs) and raw.upright
    there = raw.bounds if same_crs(raw.crs, crs) else _bounds_in(raw, crs)
    box = (*np.maximum(extent[:2], there[:2]), *np.minimum(extent[2:], there[2:]))
    if not (box[0] < box[2] and box[1] < box[3]):
        shown = ", ".join(f"{value:,.0f}" for value in there)
        raise DataError(f"{raw.name}: does not touch the study area; it covers {shown} ({crs.to_string()})")
    wide, high = raw.pixel
    pixel_m = part.get("pixel_m")
    if pixel_m is None and not raw.crs.is_projected:
        raise DataError(f"{part.table}: {raw.name} is in degrees; say how large its pixels must become with pixel_m")
    size = float(pixel_m) if pixel_m is not None else min(wide, high)
    if stays and np.isclose(wide, size, rtol=1e-6) and np.isclose(high, size, rtol=1e-6):
        west, north = raw.source.transform.c, raw.source.transform.f
    else:
        west = north = 0.0
    # A whole number of pixels that just covers the box, counted from the corner; a hair over an edge is no pixel.
    left, right = np.floor((box[0] - west) / size + 1e-6), np.ceil((box[2] - west) / size - 1e-6)
    top, bottom = np.floor((north - box[3]) / size + 1e-6), np.ceil((north - box[1]) / size - 1e-6)
    transform = Affine(size, 0.0, west + left * size, 0.0, -size, north - top * size)
    return Grid(transform, int(right - left), int(bottom - top), crs)


def _bounds_in(raw: RawRaster, crs: CRS) -> Bounds:
    bounds: Bounds = transform_bounds(raw.crs.to_wkt(), crs.to_wkt(), *raw.bounds, densify_pts=21)
    if not np.isfinite(bounds).all():
        raise DataError(f"{raw.name}: lies where {crs.to_string()} has no coordinates")
    return bounds


@contextmanager
def on_grid(
    raw: RawRaster, grid: Grid, shop: Workshop, into: str, *, fill: float, dtype: str | None = None
) -> Iterator[Callable[[Window], NDArray[np.generic]]]:
    """Give a function that reads a window of ``grid`` from the raster; outside the raster it gives ``fill``.

    Pixels that lie as the grid's are read as they are. Others are resampled by nearest, each by its own
    transformation, so that windows agree with the whole, and a finding tells how far they moved.

    Parameters
    ----------
    fill
        Value for what the raster does not cover; for codes one that means no data, and so may occur.
    dtype
        Type to read as; that of the file by default.
    """
    shift = _shift(raw, grid)
    if shift is not None:
        left, top = round(shift[0]), round(shift[1])
        if max(abs(shift[0] - left), abs(shift[1] - top)) < _ALIGNED_PX:
            yield lambda window: _read(raw, window, left, top, fill, dtype)
            return
    shop.findings.add("info", into, _moved(raw, grid, shift))
    nodata = raw.nodata if raw.nodata is not None and dtype is not None else fill
    with WarpedVRT(
        raw.source, src_crs=raw.crs.to_wkt(), crs=grid.crs.to_wkt(), transform=grid.transform, width=grid.width,
        height=grid.height, resampling=Resampling.nearest, src_nodata=nodata, nodata=fill, tolerance=_TOLERANCE_PX,
        warp_mem_limit=64, dtype=dtype,
    ) as warped:  # fmt: skip
        yield lambda window: _warp(raw, warped, window)


def _warp(raw: RawRaster, warped: WarpedVRT, window: Window) -> NDArray[np.generic]:
    with _readable(raw.name):
        pixels: NDArray[np.generic] = warped.read(raw.band, window=window)
    return pixels


def _read(raw: RawRaster, window: Window, left: int, top: int, fill: float, dtype: str | None) -> NDArray[np.generic]:
    row, column = top + int(window.row_off), left + int(window.col_off)
    rows, columns = int(window.height), int(window.width)
    up, down = max(row, 0), min(row + rows, raw.source.height)
    west, east = max(column, 0), min(column + columns, raw.source.width)
    pixels: NDArray[np.generic] = np.full((rows, columns), fill, dtype=dtype or raw.source.dtypes[raw.band - 1])
    if up < down and west < east:
        with _readable(raw.name):
            inside = raw.source.read(raw.band, window=Window(west, up, east - west, down - up))
        if dtype is not None and raw.nodata is not None:
            inside = np.where(inside == raw.nodata, fill, inside)
        pixels[up - row : down - row, west - column : east - column] = inside
    return pixels


def _shift(raw: RawRaster, grid: Grid) -> tuple[float, float] | None:
    """Columns and rows of the raster at which the grid begins; None where their pixels are not alike."""
    if not (same_crs(raw.crs, grid.crs) and raw.upright and np.allclose(raw.pixel, grid.pixel_m, rtol=1e-6)):
        return None
    transform = raw.source.transform
    return (grid.transform.c - transform.c) / transform.a, (grid.transform.f - transform.f) / transform.e


def _moved(raw: RawRaster, grid: Grid, shift: tuple[float, float] | None) -> str:
    if shift is not None:
        column, row = shift
        east, south = (column - round(column)) * grid.pixel_m[0], (row - round(row)) * grid.pixel_m[1]
        return (
            f"{raw.name}: its pixels lie {abs(east):.2f} m {'west' if east > 0 else 'east'} and {abs(south):.2f} m"
            f" {'north' if south > 0 else 'south'} of the grid that is written; resampled by nearest, moved that much"
        )
    wide, high = raw.pixel
    size = f"{wide:g} by {high:g} {'m' if raw.crs.is_projected else 'degrees'}"
    known = raw.crs.to_authority()
    return (
        f"{raw.name}: resampled by nearest from {':'.join(known) if known else raw.crs.name}, {size}, to"
        f" {grid.crs.to_string()}, {grid.pixel_m[0]:g} m"
        + (f"; values moved by at most {np.hypot(wide, high) / 2:.1f} m" if raw.crs.is_projected else "")
    )
