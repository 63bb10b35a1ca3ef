"""The land cover and the canopy of a city, read window by window on one grid."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from kortrijk_geo.engine.pixel_loops import translate
from kortrijk_geo.engine.rasters import Grid, block_cache, open_raster
from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    from kortrijk_geo.pack.city import City

UNKNOWN = 0
WATER = 5
TREES = (9, 12, 14)
HIGH_GREEN = 1
_UNDER_TREES = np.isin(np.arange(256), TREES)


@dataclass(frozen=True)
class Cover:
    """Pixels of one window: land cover codes, and which of them are known, land, canopy.

    ``known``: land cover, and canopy where it has its own map, are told. ``land``: known and no water. ``canopy``: land
    under a crown.
    """

    codes: NDArray[np.uint8]
    known: NDArray[np.bool_]
    land: NDArray[np.bool_]
    canopy: NDArray[np.bool_]

    def inner(self, halo_px: int) -> Cover:
        """Return the pixels without their halo."""
        inner = (slice(halo_px, -halo_px or None),) * 2
        return Cover(
            np.ascontiguousarray(self.codes[inner]),
            np.ascontiguousarray(self.known[inner]),
            np.ascontiguousarray(self.land[inner]),
            np.ascontiguousarray(self.canopy[inner]),
        )


@dataclass(frozen=True)
class CoverFiles:
    """Where land cover and, if the pack has one, the map of green are; ``grid`` is that of the land cover."""

    land_cover: Path
    green_cover: Path | None
    grid: Grid

    @classmethod
    def of(cls, city: City) -> CoverFiles:
        """Find the rasters of a city.

        Raises
        ------
        MissingLayerError, MissingFileError
            When the pack lacks the land cover.
        CrsError
            When it lies in another CRS than the pack.
        DataError
            When it holds anything but codes of one byte.
        """
        city.require("land_cover", theme="Trees")
        path = city.raster("land_cover")
        with open_raster(path) as (source, grid):
            _check_codes(source, path)
            if not same_crs(grid.crs, city.areas.crs):
                raise CrsError(f"{path}: is in {grid.crs.to_string()}, the pack in {city.crs}; build the pack again")
        green = city.raster("green_cover") if city.has("green_cover") else None
        if green is not None:
            with open_raster(green) as (source, _):
                _check_codes(source, green)
        return cls(path, green, grid)

    @contextmanager
    def few_blocks(self) -> Iterator[None]:
        """Let GDAL keep no more of the rasters, while this lasts, than a few strips."""
        with open_raster(self.land_cover) as (source, grid), block_cache(source, 16_000_000 // grid.width):
            yield

    @contextmanager
    def opened(self) -> Iterator[CoverReader]:
        """Open the rasters; each thread needs its own."""
        with open_raster(self.land_cover) as (codes, _):
            if self.green_cover is None:
                yield CoverReader(codes, None, self)
                return
            with (
                open_raster(self.green_cover) as (source, _),
                WarpedVRT(
                    source,
                    crs=self.grid.crs.to_wkt(),
                    transform=self.grid.transform,
                    width=self.grid.width,
                    height=self.grid.height,
                    resampling=Resampling.nearest,
                    nodata=UNKNOWN,
                ) as green,
            ):
                yield CoverReader(codes, green, self)


class CoverReader:
    """Open rasters that give windows as `Cover`."""

    def __init__(self, codes: DatasetReader, green: DatasetReader | None, files: CoverFiles) -> None:
        self._codes = codes
        self._green = green
        self._files = files

    def read(self, window: Window, *, halo_px: int = 0) -> Cover:
        """Read a window grown by a halo; outside the raster nothing is known.

        Raises
        ------
        DataError
            When the land cover holds a code that is none of the BBK.
        """
        codes = _padded(self._codes, window, halo_px)
        if codes.max(initial=0) > max(BBK_CODES):
            raise DataError(
                f"{self._files.land_cover}: holds code {codes.max()}, which is no BBK code (1-{max(BBK_CODES)});"
                " build the pack again with the legend of the raster"
            )
        known = codes != UNKNOWN
        if self._green is None:
            canopy = translate(codes, _UNDER_TREES)
        else:
            green = _padded(self._green, window, halo_px)
            known &= green != UNKNOWN
            canopy = green == HIGH_GREEN
        land = known & (codes != WATER)
        return Cover(codes, known, land, canopy & land)


def _padded(source: DatasetReader, window: Window, halo_px: int) -> NDArray[np.uint8]:
    top, left = int(window.row_off) - halo_px, int(window.col_off) - halo_px
    bottom, right = top + int(window.height) + 2 * halo_px, left + int(window.width) + 2 * halo_px
    inner = Window.from_slices(
        (max(top, 0), max(min(bottom, source.height), 0)), (max(left, 0), max(min(right, source.width), 0))
    )
    pixels: NDArray[np.uint8] = source.read(1, window=inner)
    before = (max(-top, 0), max(-left, 0))
    after = (max(bottom - source.height, 0), max(right - source.width, 0))
    if not any((*before, *after)):
        return pixels
    return np.pad(pixels, ((before[0], after[0]), (before[1], after[1])), constant_values=UNKNOWN)


def _check_codes(source: DatasetReader, path: Path) -> None:
    if source.dtypes[0] != "uint8":
        raise DataError(f"{path}: holds {source.dtypes[0]}, codes of one byte (uint8) are needed")
