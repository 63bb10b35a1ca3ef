"""Rasters of any size: opening with care, strips and windows with a halo, and writing whole or not at all.

Invariants: what is computed window by window equals what is computed at once, bit for bit, as long as the halo is at
least as wide as the computation looks; memory depends on the window, not on the height of the raster.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.env import get_gdal_config, set_gdal_config
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.windows import Window

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.files import file_replacing
from kortrijk_geo.gdal_files import PACK_RASTERS, open_raster_file
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.io import DatasetReader

WINDOW_PX = 2048
STRIP_PX = 1024
_CACHE = "GDAL_CACHEMAX"
_LEAST_CACHE_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Grid:
    """Where the pixels of a raster lie: north up, square or not, in a projected CRS in metres."""

    transform: Affine
    width: int
    height: int
    crs: CRS

    @property
    def pixel_m2(self) -> float:
        """Surface of one pixel in square metres."""
        return abs(self.transform.a * self.transform.e)

    @property
    def pixel_m(self) -> tuple[float, float]:
        """Width and height of one pixel in metres."""
        return abs(self.transform.a), abs(self.transform.e)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north in metres."""
        west, north = self.transform.c, self.transform.f
        return west, north + self.height * self.transform.e, west + self.width * self.transform.a, north

    def window_transform(self, window: Window) -> Affine:
        """Return the transform of a window of this grid."""
        return self.shifted(window.col_off, window.row_off)

    def shifted(self, columns: float, rows: float) -> Affine:
        """Return the transform of the grid that starts so many columns and rows further."""
        a, _, west, _, e, north = tuple(self.transform)[:6]
        return type(self.transform)(a, 0.0, west + columns * a, 0.0, e, north + rows * e)

    def places(
        self, x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return column and row of the pixel under each point, and whether it lies in the grid."""
        column = np.floor((x - self.transform.c) / self.transform.a).astype(np.int64)
        row = np.floor((y - self.transform.f) / self.transform.e).astype(np.int64)
        return column, row, (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)

    def strips(self, rows: int = STRIP_PX) -> Iterator[Window]:
        """Cut the grid into strips of full width, from north to south."""
        for top in range(0, self.height, rows):
            yield Window(0, top, self.width, min(rows, self.height - top))

    def windows(self, size: int = WINDOW_PX) -> Iterator[Window]:
        """Cut the grid into square windows, row by row."""
        for top in range(0, self.height, size):
            for left in range(0, self.width, size):
                yield Window(left, top, min(size, self.width - left), min(size, self.height - top))


@contextmanager
def open_raster(path: Path) -> Iterator[tuple[DatasetReader, Grid]]:
    """Open a raster for reading, with its grid.

    Raises
    ------
    MissingFileError
        When there is no such file.
    CrsError
        When it has no CRS, or one that is not projected in metres.
    DataError
        When it is no raster, is rotated, or breaks off while it is read.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: there is no such raster")
    try:
        with open_raster_file(path, PACK_RASTERS) as source:
            yield source, _grid_of(source, path)
    except RasterioIOError as error:
        raise DataError(f"{path}: cannot be read as a raster, it is of another format or cut off ({error})") from error
    except RasterioError as error:
        raise DataError(f"{path}: {error}") from error


def grid_of(path: Path) -> Grid:
    """Return the grid of a raster file; errors as `open_raster`."""
    with open_raster(path) as (_, grid):
        return grid


def _grid_of(source: DatasetReader, path: Path) -> Grid:
    crs = check_crs(source.crs.to_wkt() if source.crs else None, origin=str(path))
    transform = source.transform
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise DataError(f"{path}: is rotated or not north up; warp it first, for instance with gdalwarp")
    return Grid(transform, source.width, source.height, crs)


def read_window(source: DatasetReader, window: Window, *, halo_px: int = 0, fill: float = 0) -> NDArray[np.generic]:
    """Read band 1 of a window grown by a halo; what lies outside the raster is ``fill``."""
    grown = Window(
        window.col_off - halo_px, window.row_off - halo_px, window.width + 2 * halo_px, window.height + 2 * halo_px
    )
    pixels: NDArray[np.generic] = source.read(
        1, window=grown if halo_px else window, boundless=bool(halo_px), fill_value=fill
    )
    return pixels


def known_values(source: DatasetReader, window: Window) -> NDArray[np.float64]:
    """Read band 1 of a window as numbers; NaN where there are no data."""
    values: NDArray[np.float64] = source.read(1, window=window).astype(np.float64)
    if source.nodata is not None:
        values[values == source.nodata] = np.nan
    return values


def values_at(path: Path, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value of the pixel under each point; NaN outside the raster and where it has no data."""
    values = np.full(len(x), np.nan)
    with open_raster(path) as (source, grid):
        column, row, inside = grid.places(x, y)
        for window in grid.strips():
            here = np.flatnonzero(inside & (row >= window.row_off) & (row < window.row_off + window.height))
            if len(here):
                values[here] = known_values(source, window)[row[here] - window.row_off, column[here]]
    return values


def write_raster(
    out: Path,
    grid: Grid,
    compute: Callable[[Window], NDArray[np.generic]],
    *,
    dtype: str,
    nodata: float | None,
    window_px: int = WINDOW_PX,
    threads: int = 2,
) -> None:
    """Write a raster window by window, with constant memory; whole or not at all.

    Parameters
    ----------
    out
        GeoTIFF to write: tiled, deflate.
    grid
        Where its pixels lie.
    compute
        Function of a window that returns its pixels. With more than one thread it is called from several at once.
    dtype, nodata
        Of the raster.
    window_px
        Side of a window.
    threads
        Windows computed at the same time; one writer writes them in order.
    """

    def work(window: Window) -> tuple[Window, NDArray[np.generic]]:
        return window, compute(window).astype(dtype, copy=False)

    profile = geotiff_profile(grid, dtype=dtype, nodata=nodata)
    with (
        file_replacing(out) as building,
        rasterio.open(building, "w", **profile) as target,
        block_cache(target, window_px),
        ThreadPoolExecutor(threads) as pool,
    ):
        windows = grid.windows(window_px)
        # At most two windows per thread are under way, so that memory stays the same however high the raster is.
        while batch := list(islice(windows, 2 * threads)):
            for window, pixels in pool.map(work, batch):
                target.write(pixels, 1, window=window)


@contextmanager
def block_cache(source: DatasetReader, rows: int) -> Iterator[None]:
    """Let GDAL keep the blocks of so many rows of a raster while this lasts, and not those before.

    GDAL otherwise keeps all it has read, up to a twentieth of the machine's memory. Its setting is one of the whole
    process, which rasterio does not give back when environments are nested: a small cache that stayed behind would slow
    down every later rasterization a hundred times.
    """
    block_rows = source.block_shapes[0][0]
    kept = (rows + 2 * block_rows) * source.width * np.dtype(source.dtypes[0]).itemsize
    before = get_gdal_config(_CACHE)
    set_gdal_config(_CACHE, max(_LEAST_CACHE_BYTES, kept))
    try:
        yield
    finally:
        set_gdal_config(_CACHE, before)


def geotiff_profile(grid: Grid, *, dtype: str, nodata: float | None) -> dict[str, object]:
    """Return rasterio's profile of a tiled, compressed GeoTIFF on this grid."""
    return {
        "driver": "GTiff",
        "width": grid.width,
        "height": grid.height,
        "count": 1,
        "dtype": dtype,
        "nodata": nodata,
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
        "predictor": 1 if dtype == "uint8" else 2 if dtype.startswith(("int", "uint")) else 3,
    }
